import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { directPartnerTenant } from '../../sandbox/upstream/companies.ts'
import { createDice } from '../../sandbox/upstream/dice.ts'
import { erasePerson } from '../../state/audit/erasure.ts'
import { verify } from '../../state/audit/verify.ts'
import { redrive } from '../../state/outbox-store.ts'
import type { Speaker } from '../support/bot.ts'
import { createChat } from '../support/chat.ts'
import { rowsOf, until } from '../support/ledger-world.ts'
import { findLeaks } from '../support/secret-scan.ts'
import { type PressedWorld, startPressed } from './pressed-world.ts'
import { createTally, type Guarantee, type PromiseOutcome, type TryBudget } from './promise.ts'

/** Person whose traces are all known. */
function person(index: number, dice: () => number) {
  const hex = (digits: number) => Array.from({ length: digits }, () => Math.floor(dice() * 16).toString(16)).join('')
  const id = `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`
  const canary = (what: string) => `${what}${hex(20)}`
  const secrets = new Map([
    ['object id', id],
    ['name', canary('Name')],
    ['customer', `${canary('customer')}.example`],
    ['contact', `${canary('contact')}@fabrikam.example`],
    ['reason', canary('Reason ')],
  ])
  const speaker: Speaker = {
    tenant: directPartnerTenant,
    id,
    name: secrets.get('name') ?? '',
    conversation: `a:personal-${index}`,
  }
  return { id, secrets, speaker }
}
type Person = ReturnType<typeof person>

/** Types into everything that takes text. */
async function talk({ bots, connector }: PressedWorld, { speaker, secrets }: Person, replica: number): Promise<void> {
  const chat = createChat(bots[replica]?.url ?? '', connector, speaker)
  const typed = (what: string) => secrets.get(what) ?? ''
  await chat.say('hello')
  for (const value of ['direct', 'usage', 'csp-partner']) await chat.press('answer', { value })
  await chat.press('edition', { edition: '2026-11' })
  await chat.press('answer', { value: 'azure-plan' })
  await chat.press('start', { track: 'transfer' })
  const fields = { customer: typed('customer'), source: 'litware.example', email: typed('contact') }
  await chat.press('set', { track: 'transfer', side: 'target' }, fields).catch(() => chat.press('set', {}, fields))
  await chat.say('new')
  await chat.press('answer', { value: 'usage' })
  await chat.press('answer', { value: 'ea' })
  await chat.press('start', { track: 'plan/manual-migration' })
  await chat.press('tick', { step: 'relationship' })
  await chat.press('show', { view: 'skip/plan/manual-migration' })
  await chat.press('skip', {}, { step: 'services', reason: typed('reason') })
}

/** Reads everything stored, as bytes. */
const stored = ({ folder }: PressedWorld) =>
  new Map(readdirSync(folder).map((name): [string, Buffer] => [name, readFileSync(join(folder, name))]))

async function run({ seed, maxTries, budgetMs }: TryBudget, compacts: boolean): Promise<PromiseOutcome> {
  const tally = createTally()
  const dice = createDice(seed)
  const world = await startPressed({ pollMs: 3_600_000 })
  const { database } = world
  try {
    const people = Array.from({ length: maxTries + 1 }, (_, index) => person(index, dice))
    const stays = people[0] as Person
    for (const [index, speaker] of people.entries()) await talk(world, speaker, index % world.bots.length)
    await until('nothing is under way', async () =>
      (await rowsOf<{ kind: string }>(database, 'outbox')).every(({ kind }) => kind !== 'call' && kind !== 'update'),
    )
    await database.transaction((tx) => redrive(tx))
    const end = Date.now() + budgetMs / 2
    let erased = 0
    for (const erasable of people.slice(1)) {
      if (Date.now() > end) break
      const before = findLeaks(erasable.secrets, stored(world)).length
      if (before < erasable.secrets.size) throw new Error('not everything was stored in the first place')
      const done = await erasePerson(database, erasable.id)
      if ('busy' in done) throw new Error('something is under way')
      // Without the safeguard, rows change and their old content stays in the file and its log.
      if (compacts) await database.compact()
      erased += 1
      const leaks = findLeaks(erasable.secrets, stored(world))
      tally.expect(leaks.length === 0, () =>
        leaks.map(({ secret, place, form }) => `${secret} in ${place} ${form}`).join(),
      )
      const { faults, erased: entries } = await verify(database)
      tally.expect(faults.length === 0 && entries > 0, () => `the history has ${faults.length} faults afterwards`)
    }
    const left = new Set(findLeaks(stays.secrets, stored(world)).map(({ secret }) => secret))
    tally.expect(left.size === stays.secrets.size, () => 'something of somebody else was erased as well')
    return tally.outcome({ people: erased })
  } finally {
    await world.stop()
  }
}

/** An erased person is gone from the file, its write-ahead log and the history, which still verifies. */
export const personErased: Guarantee = {
  name: 'erased',
  promise: 'erasing a person leaves nothing of them in the database and its log, and the history still verifies',
  tries: { long: 50, short: 2 },
  check: (given) => run(given, true),
  checkWithoutSafeguard: (given) => run(given, false),
}
