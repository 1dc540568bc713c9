import { describe, expect, it } from 'vitest'
import { type PlanId, planIds, plans } from '../../../dialogs/plans/plans.ts'
import { type Role, roles, topics } from '../../../dialogs/questions.ts'
import { trackNames } from '../../../dialogs/track-names.ts'
import { isUnlocked, nextStepOf, partiesOf, purposeOf, stepsOf } from '../../../dialogs/tracks/plan/context.ts'
import type { TrackEvent } from '../../../dialogs/tracks/protocol.ts'
import { advance, type PlanTrack, startTrack } from '../../../dialogs/tracks/registry.ts'
import { policy } from '../../support/policy.ts'

const at = '2026-11-28T10:00:00.000Z'
const by = 'someone'
type Facts = Pick<PlanTrack['context'], 'role' | 'source' | 'topic'>

const begin = (plan: PlanId, facts: Partial<Facts> = {}) =>
  startTrack({ kind: 'plan', plan, role: 'direct', source: null, topic: null, settled: {}, ...facts }, by, at)
    .track as PlanTrack
const ticked = ({ context }: PlanTrack, step: string, choice?: string): TrackEvent => ({
  type: 'step.ticked',
  step,
  track: `plan/${context.plan}`,
  at,
  by,
  ...(choice === undefined ? {} : { choice }),
})
const skipped = (step: string): TrackEvent => ({ type: 'step.skipped', step, reason: 'not needed', at, by })

/** Plays an event that has to count. */
function play(track: PlanTrack, event: TrackEvent): PlanTrack {
  const next = advance(track, event)
  if (!next) throw new Error(`refused: ${JSON.stringify(event)}`)
  return next.track as PlanTrack
}

/** Sellers and topics that a plan's steps name, and one that none names. */
const sourcesOf = (plan: PlanId) => [...new Set(plans[plan].steps.flatMap(({ when }) => when.source ?? [])), 'other']
const topicsOf = (plan: PlanId) => [
  null,
  ...topics.filter((topic) =>
    plans[plan].steps.some(({ when }) => [...(when.topic ?? []), ...(when.exceptTopic ?? [])].includes(topic)),
  ),
]

/** Every path of choices through a plan from these facts, each to its end. */
function walkedSteps(plan: PlanId, facts: Facts): Set<string> {
  const seen = new Set<string>()
  const open = [begin(plan, facts)]
  for (let track = open.pop(); track; track = open.pop()) {
    const next = nextStepOf(track.context)
    if (!next) {
      expect(track.state).toBe('done')
      continue
    }
    expect(track.state).toBe('open')
    expect(isUnlocked(track.context, next)).toBe(true)
    seen.add(next.id)
    for (const choice of next.choices ?? [undefined]) open.push(play(track, ticked(track, next.id, choice)))
  }
  return seen
}

describe.each(planIds)('the plan %s', (plan) => {
  const { steps } = plans[plan]

  it('leads to its end in each role, from each seller and topic, over every step and choice', () => {
    const visited = roles.flatMap((role) =>
      sourcesOf(plan).flatMap((source) =>
        topicsOf(plan).flatMap((topic) => [...walkedSteps(plan, { role, source, topic })]),
      ),
    )
    expect(steps.map(({ id }) => id).filter((id) => !visited.includes(id))).toEqual([])
  })

  it('shows a step that has a condition only where it holds', () => {
    const shown = (facts: Partial<Facts>) => stepsOf(begin(plan, facts).context).map(({ id }) => id)
    for (const { id, when } of steps) {
      if (when.source) expect(shown({ source: 'other' })).not.toContain(id)
      if (when.topic) expect(shown({ topic: null })).not.toContain(id)
      if (when.exceptTopic) expect(shown({ topic: when.exceptTopic[0] ?? null })).not.toContain(id)
      if (when.choice) expect(shown({})).not.toContain(id)
      for (const role of when.role ? roles.filter((each) => !when.role?.includes(each)) : [])
        expect(shown({ role })).not.toContain(id)
    }
  })

  it('names only choices that exist, and earlier steps that offer them', () => {
    for (const [index, { when }] of steps.entries()) {
      for (const [step, values] of Object.entries(when.choice ?? {})) {
        const earlier = steps.slice(0, index).find(({ id }) => id === step)
        expect(earlier?.choices).toEqual(expect.arrayContaining(values))
      }
    }
  })

  it('has each step once, and a last one that nobody can skip', () => {
    const ids = steps.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const last = steps.at(-1)
    expect(last).toMatchObject({ last: true, optional: false, when: {} })
  })

  it('rests on facts and pages that the newest edition names', () => {
    const edition = policy['2026-11']
    const known = [...Object.keys(edition?.facts ?? {}), ...Object.keys(edition?.sources ?? {})]
    expect(steps.flatMap(({ facts }) => facts).filter((fact) => !known.includes(fact))).toEqual([])
  })

  it('starts only tracks that there are', () => {
    const starts = steps.flatMap((step) => [step.starts ?? [], step.resellerStarts ?? []].flat())
    const unknown = starts.filter((name) => name !== 'question' && !(trackNames as readonly string[]).includes(name))
    expect(unknown).toEqual([])
  })

  it('refuses a tick or a skip of a locked step until all before it are completed', () => {
    for (const role of roles) {
      let track = begin(plan, { role })
      for (let next = nextStepOf(track.context); next; next = nextStepOf(track.context)) {
        const locked = stepsOf(track.context).filter((step) => !isUnlocked(track.context, step))
        for (const { id, choices } of locked) {
          expect(advance(track, ticked(track, id, choices?.[0]))).toBeUndefined()
          expect(advance(track, skipped(id))).toBeUndefined()
        }
        track = play(track, ticked(track, next.id, next.choices?.at(-1)))
      }
      expect(track.state).toBe('done')
    }
  })

  it('can skip a step only if it is optional, and says that there are none only where it may', () => {
    for (const role of roles) {
      let track = begin(plan, { role })
      for (let next = nextStepOf(track.context); next; next = nextStepOf(track.context)) {
        const skip = advance(track, skipped(next.id))?.track as PlanTrack | undefined
        expect(skip !== undefined).toBe(next.optional)
        expect(skip?.context.settled[next.id]).toEqual(skip && { at, by, skipped: 'not needed' })
        const none = advance(track, ticked(track, next.id, 'none'))?.track as PlanTrack | undefined
        expect(none !== undefined).toBe(next.none)
        expect(none?.context.settled[next.id]).toEqual(none && { at, by, choice: 'none' })
        track = play(track, ticked(track, next.id, next.choices?.[0]))
      }
    }
  })

  it('takes each choice of a step and no other, and none without a choice', () => {
    const track = begin(plan)
    for (const { id, choices } of stepsOf(track.context).filter((step) => step.choices)) {
      expect(advance(track, ticked(track, id))).toBeUndefined()
      expect(advance(track, ticked(track, id, 'nonsense'))).toBeUndefined()
      for (const choice of choices ?? [])
        expect(play(track, ticked(track, id, choice)).context.settled[id]?.choice).toBe(choice)
    }
  })

  it('is over at once with “there are none” only if it allows that', () => {
    const over = advance(begin(plan), { type: 'plan.needless', at, by })?.track
    expect(over?.state).toBe(plans[plan].none ? 'done' : undefined)
  })

  it('hears of each track that does one of its steps', () => {
    for (const role of roles) {
      const track = begin(plan, { role })
      for (const step of stepsOf(track.context)) {
        const purpose = purposeOf(track.context, step)
        if (purpose === undefined) continue
        const reached = play(track, { type: 'track.reached', purpose, at, by })
        expect(reached.context.settled[step.id]).toEqual({ at, by })
        expect(advance(reached, { type: 'track.reached', purpose, at, by })).toBeUndefined()
      }
      expect(advance(track, { type: 'track.reached', purpose: 'term', at, by })).toBeUndefined()
    }
  })

  it('names a party for each step, and never a provider and us for the same role', () => {
    for (const role of [...roles, null]) {
      for (const step of steps) {
        const parties = partiesOf(role, step)
        expect(parties.length).toBeGreaterThan(0)
        expect(parties.includes('us') && parties.includes('provider')).toBe(false)
      }
    }
  })
})

describe('the parties of a step', () => {
  const order = plans['switch-licences'].steps.find(({ id }) => id === 'order')
  it.each<[Role, string]>([
    ['direct', 'us'],
    ['indirect-provider', 'us'],
    ['indirect-reseller', 'provider'],
  ])('that orders, for the role %s: %s', (role, party) => {
    expect(order && partiesOf(role, order)).toEqual([party])
  })
})
