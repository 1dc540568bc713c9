import { describe, expect, it } from 'vitest'
import type { Calls } from '../../bot/microsoft/calls.ts'
import { directPartnerTenant } from '../../sandbox/upstream/companies.ts'
import type { SimulatedFaultKind } from '../../sandbox/upstream/http/fault-injection.ts'
import { findCase } from '../../state/case-store.ts'
import { type Deed, type LedgerWorld, type Ready, startLedgerWorld } from '../support/ledger-world.ts'
import { transferTrackIn } from '../support/ready-cases.ts'

/** 30 % of all writes meet one of these. */
const probability = 0.3
const kinds: SimulatedFaultKind[] = ['effect-then-reset', '500-before-effect', '429', 'hang', '502-after-effect']
/** How far the clock jumps whenever everything is done that was due. */
const JUMP_MS = 10_000
const atOnce = 16

const deedOf = (index: number): Deed => (['take-back', 'accept', 'decline'] as const)[index % 10] ?? 'request'

/** Lets that many people press while Microsoft fails, and waits until the bot has done what it can. */
async function act(count: number, calls?: (calls: Calls) => Calls) {
  let clock = () => Date.now()
  const ledgerWorld = await startLedgerWorld({
    now: () => clock(),
    world: { checkDelaysMs: [500, 1_000, 2_000], ...(calls && { calls }) },
  })
  clock = () => ledgerWorld.now().getTime()
  const { upstream, prepare, press } = ledgerWorld
  const ready: Ready[] = []
  for (let index = 0; index < count; index += 1) ready.push(await prepare(deedOf(index)))
  upstream.faults.set(
    ['POST', 'PATCH'].map((method, index) => ({
      on: method === 'POST' ? 'POST /v1/customers/*/transfers' : 'PATCH /v1/customers/*/transfers/*',
      kind: kinds,
      probability,
      seed: 20261122 + index,
    })),
  )
  const waiting = [...ready]
  const pressAll = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) expect((await press(next)).status).toBe(200)
  }
  await Promise.all(Array.from({ length: atOnce }, pressAll))
  while ((await ledgerWorld.outbox()).some(({ kind, ready }) => kind === 'action' && ready)) {
    await ledgerWorld.travelTo(new Date(clock() + JUMP_MS).toISOString())
    await ledgerWorld.idle()
  }
  return { ...ledgerWorld, ready }
}

type Seen = { deed: Deed; state: string; effects: number; isVisible: boolean }

/** Outcome of each action, by the bot's record and by Microsoft's count. */
async function outcome({ database, actions, outbox, effectsOf }: LedgerWorld, ready: readonly Ready[]) {
  const rows = await actions()
  const aside = new Set((await outbox()).flatMap(({ key, state }) => (state === 'unknown' ? [key] : [])))
  return Promise.all(
    ready.map(async (ready): Promise<Seen> => {
      const [row, another] = rows.filter(({ case_id }) => case_id === ready.caseId)
      const stored = await database.transaction((tx) => findCase(tx, directPartnerTenant, ready.caseId))
      if (!row || another || !stored) throw new Error(`${ready.caseId} does not have one action`)
      const { context } = transferTrackIn(stored.case)
      const isParked = context.pending?.parked === true && aside.has(`action:${row.id}`)
      const isVisible = row.state === 'confirmed' ? context.pending === null && context.transfer !== null : isParked
      return { deed: ready.deed, state: row.state, effects: effectsOf(ready), isVisible }
    }),
  )
}

/** Everything that must never be, of all that became of the actions. */
const wrongs = (seen: readonly Seen[]) => ({
  doubled: seen.filter(({ effects }) => effects > 1).length,
  'confirmed without effect': seen.filter(({ state, effects }) => state === 'confirmed' && effects === 0).length,
  'failed with effect': seen.filter(({ state, effects }) => state === 'failed' && effects > 0).length,
  lost: seen.filter(({ state, isVisible }) => state !== 'failed' && !isVisible).length,
})
const none = { doubled: 0, 'confirmed without effect': 0, 'failed with effect': 0, lost: 0 }

const counted = (words: readonly string[]): Record<string, number> =>
  Object.fromEntries([...new Set(words)].sort().map((word) => [word, words.filter((other) => other === word).length]))

describe('actions while three in ten calls to Microsoft fail', () => {
  it('take effect exactly once if confirmed and at most once if parked, and none is lost', {
    timeout: 300_000,
  }, async () => {
    const world = await act(1_000)
    const seen = await outcome(world, world.ready)
    const summary = counted(seen.map(({ state, effects }) => `${state}, ${effects} effects`))
    console.log({ ...summary, deeds: counted(seen.map(({ deed }) => deed)), faults: world.upstream.faults.fired() })
    expect(wrongs(seen)).toEqual(none)
    expect(seen.filter(({ state }) => state === 'failed')).toEqual([])
    expect(Math.max(...Object.values(world.upstream.effects().byRequest))).toBe(1)
    expect(Object.keys(world.upstream.faults.fired()).sort()).toEqual([...kinds].sort())
    expect(seen.filter(({ state }) => state === 'unknown').length).toBeGreaterThan(50)
    expect(world.upstream.violations()).toEqual([])
  })

  it('take effect twice if the bot repeats unanswered calls', { timeout: 300_000 }, async () => {
    const blind = (calls: Calls): Calls => ({
      ...calls,
      attempt: async (...args) => {
        const attempt = await calls.attempt(...args)
        return attempt.kind === 'unknown' ? { kind: 'again', why: 'unreachable' } : attempt
      },
    })
    const world = await act(100, blind)
    const { doubled } = wrongs(await outcome(world, world.ready))
    console.log({ doubled })
    expect(doubled).toBeGreaterThan(0)
  })
})
