import { describe, expect, it, onTestFinished } from 'vitest'
import { roomOf } from '../../../bot/teams/activity.ts'
import { commitStep } from '../../../bot/turn/commit-step.ts'
import { createPeerRelay } from '../../../bot/turn/peers.ts'
import type { Case } from '../../../dialogs/case.ts'
import type { CaseEvent } from '../../../dialogs/events.ts'
import { openCase, step } from '../../../dialogs/step.ts'
import { directPartnerTenant, resellerTenant } from '../../../sandbox/upstream/companies.ts'
import { allCases } from '../../../state/case-lists.ts'
import { findCase, insertCase } from '../../../state/case-store.ts'
import { removeDesk, setDesk } from '../../../state/desks.ts'
import type { Database } from '../../../state/engine/transaction.ts'
import { claimDue, finish } from '../../../state/outbox-claims.ts'
import { countDeadLetters } from '../../../state/outbox-store.ts'
import { pair } from '../../../state/pairings.ts'
import { databasesHere } from '../../state/databases.ts'
import { startActing } from '../../support/acting.ts'
import { policy } from '../../support/policy.ts'
import { settingOf } from '../../support/setting.ts'
import { somebody } from '../../support/world.ts'

type What = CaseEvent extends infer E ? (E extends CaseEvent ? Omit<E, 'at' | 'by'> : never) : never

const at = '2026-11-28T10:00:00.000Z'
const track = 'invitation/transfer'
const by = { tenant: resellerTenant, id: 'reseller' }
const customer = { id: 'c0000000-0000-4000-8000-000000000003', name: 'Contoso', domain: 'contoso.example' }
const desk = { tenant: directPartnerTenant, room: 'a:desk', conversation: 'a:desk' }
const room = roomOf('a:reseller')
const seat = { ...desk, kind: 'direct-partner', by: 'provider', at } as const
const cancelled = { type: 'track.cancelled', track } as const

const toRequest: What[] = [
  { type: 'question.answered', question: 'service', value: 'usage' },
  { type: 'question.answered', question: 'usage-source', value: 'csp-partner' },
  { type: 'question.answered', question: 'same-provider', value: 'no' },
  { type: 'track.started', track },
  { type: 'details.given', track, fields: { customer: customer.domain, products: 'Azure plan', note: '' } },
  { type: 'call.answered', track, since: at, answer: { call: 'find-tenant', tenant: customer, isCustomer: false } },
  { type: 'step.ticked', track, step: 'ask-partner' },
]

/** A reseller's case whose request is on its way to the desk of its provider, with the relay that carries it. */
async function onItsWay(db: Database) {
  const deployment = settingOf({ edition: '2026-11' })
  const relay = createPeerRelay({
    database: db,
    deployment,
    now: () => new Date(at),
    wake: () => {},
    random: () => 7,
    companyOf: async () => 'Wingtip Services',
  })
  const opening = { id: 'MC-000000', conversation: 'a:reseller', edition: '2026-11', cloud: 'global', by, at } as const
  const opened = openCase(policy, { ...opening, role: 'indirect-reseller' })
  await db.transaction(async (tx) => {
    await setDesk(tx, seat)
    await pair(tx, { reseller: { tenant: resellerTenant, room, conversation: 'a:reseller' }, desk, by, at })
    await insertCase(tx, opened.case, room, opened.entry)
  })
  const go = (what: What) =>
    db.transaction(async (tx) => {
      const stored = await findCase(tx, resellerTenant, opened.case.id)
      if (!stored) throw new Error('the case is missing')
      const actor = what.type === 'call.answered' ? { kind: 'upstream' } : { kind: 'person', person: by }
      const next = step(policy, stored.case, { ...what, at, by: actor } as CaseEvent)
      if (!next.ok) throw new Error(`${what.type} is refused: ${next.reason} ${JSON.stringify(stored.case)}`)
      await commitStep(tx, stored, next.value, undefined)
    })
  for (const what of toRequest) await go(what)
  return {
    go,
    /** Carries what was told, in order, and returns the kinds of news. */
    carry: async () => {
      const kinds: string[] = []
      for (;;) {
        const claim = { now: new Date(at), worker: 'one', leaseMs: 60_000, limit: 50 }
        const due = await db.transaction((tx) => claimDue(tx, claim))
        if (due.length === 0) return kinds
        for (const effect of due) {
          if (effect.kind === 'tell') {
            kinds.push((effect.payload as { news: { kind: string } }).news.kind)
            await relay(effect)
          } else await db.transaction((tx) => finish(tx, effect, { state: 'done' }))
        }
      }
    },
    atDesk: async () => (await casesIn(db)).filter(({ tenant }) => tenant === directPartnerTenant),
    deadLetters: () => db.transaction((tx) => countDeadLetters(tx)),
  }
}

async function casesIn(db: Database): Promise<Case[]> {
  const found: Case[] = []
  for await (const stored of allCases(db)) if ('case' in stored) found.push(stored.case)
  return found
}

describe.each(databasesHere)('a request to the provider on $name', ({ open }) => {
  const start = async () => {
    const { db, drop } = await open()
    onTestFinished(drop)
    return { db, ...(await onItsWay(db)) }
  }

  it('opens one case at the desk, and the withdrawal that follows reaches it', async () => {
    const { go, carry, atDesk } = await start()
    expect(await carry()).toEqual(['asked'])
    expect(await atDesk()).toHaveLength(1)
    await go(cancelled)
    expect(await carry()).toEqual(['withdrawn'])
    expect((await atDesk()).map(({ tracks }) => tracks.map(({ state }) => state))).toEqual([['cancelled']])
  })

  it('that was withdrawn before it arrived opens no case, and its withdrawal is told to nobody', async () => {
    const { go, carry, atDesk, deadLetters } = await start()
    await go(cancelled)
    expect(await carry()).toEqual(['asked', 'withdrawn'])
    expect(await atDesk()).toEqual([])
    expect(await deadLetters()).toEqual([])
    expect(await carry()).toEqual([])
  })

  it('that was withdrawn and begun again leaves no withdrawal behind that reaches nobody', async () => {
    const { go, carry, deadLetters } = await start()
    await go(cancelled)
    await go({ type: 'track.started', track })
    expect(await carry()).toEqual(['asked', 'withdrawn'])
    expect(await deadLetters()).toEqual([])
  })

  it('to a desk that was removed meanwhile opens no case, and waits for an operator', async () => {
    const { db, carry, atDesk, deadLetters } = await start()
    await db.transaction((tx) => removeDesk(tx, seat))
    expect(await carry()).toEqual(['asked'])
    expect(await atDesk()).toEqual([])
    expect(await deadLetters()).toMatchObject([{ caseId: 'MC-000000', state: 'parked', count: 1 }])
  })
})

describe('a reseller whose provider has removed its desk', () => {
  it('gets the request to send by hand, as if not connected', async () => {
    const world = await startActing({ POLICY_EDITION: '2026-11' })
    const reseller = world.chat(somebody({ tenant: resellerTenant, name: 'Reseller' }))
    const provider = world.chat(world.agent({ name: 'Provider' }))
    await provider.say('desk direct-partner')
    const [code] = /[0-9A-HJKMNP-TV-Z]{4}[ -]?[0-9A-HJKMNP-TV-Z]{4}/.exec(await provider.say('link')) ?? []
    expect(await reseller.say(`link ${code}`)).toMatch(/now connected/)
    await provider.see(/now connected/)
    await provider.say('desk off')
    await reseller.say('new')
    for (const value of ['indirect-reseller', 'usage', 'csp-partner', 'no']) await reseller.press('answer', { value })
    await reseller.press('start', { track })
    await reseller.press(
      'set',
      { track },
      { customer: 'contoso.example', products: 'Azure plan', note: '', partnerId: '' },
    )
    await reseller.see(/Send this to your provider\?/)
    await reseller.press('tick', { step: 'ask-partner' })
    await world.idle()
    const cases = await world.cases()
    expect(cases.map(({ tenant }) => tenant)).toEqual([resellerTenant])
    const request = cases[0]?.tracks.find(({ kind }) => kind === 'invitation')
    expect(request).toMatchObject({ state: 'by-hand' })
  })
})
