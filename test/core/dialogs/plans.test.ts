import { describe, expect, it } from 'vitest'
import { type AnyMachineSnapshot, initialTransition } from 'xstate'
import { daysAfter } from '../../../dialogs/calendar.ts'
import type { Case } from '../../../dialogs/case.ts'
import type { CaseEvent } from '../../../dialogs/events.ts'
import { goalsOf } from '../../../dialogs/goals.ts'
import { decide } from '../../../dialogs/policy/decide.ts'
import type { Answers } from '../../../dialogs/questions.ts'
import { openCase, startable, step } from '../../../dialogs/step.ts'
import { planMachine } from '../../../dialogs/tracks/plan/machine.ts'
import type { TrackEvent } from '../../../dialogs/tracks/protocol.ts'
import { advance, nameOf, type PlanTrack, startTrack } from '../../../dialogs/tracks/registry.ts'
import { partsOf, walk } from '../../support/machine-walk.ts'
import { policy } from '../../support/policy.ts'

const at = '2026-11-22T10:00:00.000Z'
const by = 'someone'
const person = { tenant: 'tenant', id: by }
const facts = { kind: 'plan', role: 'direct', source: 'ea', topic: null, settled: {} } as const
const begin = () => startTrack({ ...facts, plan: 'manual-migration' }, by, at)
const tick = (name: string, when = at): TrackEvent => ({
  type: 'step.ticked',
  step: name,
  track: 'plan/manual-migration',
  at: when,
  by,
})
const skip = (name: string): TrackEvent => ({ type: 'step.skipped', step: name, reason: 'not needed', at, by })
const fired = (when: string): TrackEvent => ({ type: 'timer.fired', timer: 'idle', at: when, by: 'timer' })

describe('the machine of a plan', () => {
  it('reaches every state and takes every transition on generated paths', () => {
    const start = (plan: 'plan-reservations' | 'align-tenant' | 'find-seller') =>
      initialTransition(planMachine, { at, plan, role: 'direct', source: null, topic: null, settled: {} })[0]
    const ticked = (plan: string, name: string, choice?: string) =>
      ({ type: 'step.ticked', step: name, track: `plan/${plan}`, at, by, ...(choice && { choice }) }) as TrackEvent
    const samples: TrackEvent[] = [
      ...['list', 'rule', 'keep-or-return', 'close'].map((name) => ticked('plan-reservations', name)),
      ticked('align-tenant', 'choose', 'change-directory'),
      ticked('align-tenant', 'choose', 'other-relationship'),
      ticked('plan-reservations', 'nonsense'),
      ticked('plan-reservations', 'region', 'yes'),
      skip('cancel-before'),
      skip('buy-again'),
      { type: 'plan.needless', at, by },
      { type: 'track.reached', purpose: 'plan/align-tenant', at, by },
      { type: 'answers.changed', answers: { role: 'indirect-reseller' }, at, by },
      fired(daysAfter(at, 7)),
      { type: 'track.cancelled', at, by },
    ]
    const reached: TrackEvent = { type: 'track.reached', purpose: 'relationship', at, by }
    const waiting = initialTransition(planMachine, { at, ...facts, plan: 'manual-migration' })[0]
    // The order in which steps were completed makes no other situation.
    const identify = ({ value, context }: AnyMachineSnapshot) => {
      const { settled, ...rest } = context as { settled: object }
      return JSON.stringify([value, rest, Object.entries(settled).sort()])
    }
    const seen = walk(planMachine, [start('plan-reservations'), start('align-tenant')], samples, identify)
    const found: TrackEvent = { type: 'answers.changed', answers: { 'licence-source': 'ea' }, at, by }
    const more = walk(planMachine, [waiting, start('find-seller')], [reached, found], identify)
    const parts = partsOf(planMachine)
    expect(parts.states.filter((name) => !seen.states.has(name))).toEqual([])
    expect(parts.transitions.filter((name) => !seen.transitions.has(name) && !more.transitions.has(name))).toEqual([])
    expect(seen.situations).toBeGreaterThan(100)
  })

  it('sends a reminder after every seven idle days, counted from the last step', () => {
    const { track, effects } = begin()
    const name = 'plan/manual-migration'
    expect(effects).toEqual([{ kind: 'wake', track: name, timer: 'idle', due: '2026-11-29T10:00:00.000Z' }])
    expect(advance(track, fired('2026-11-29T09:59:59.000Z'))).toBeUndefined()
    const nudged = advance(track, fired('2026-11-29T10:00:00.000Z'))
    expect(nudged?.effects).toEqual([
      { kind: 'notify', track: name, notice: { key: 'plan-idle', days: 7 } },
      { kind: 'wake', track: name, timer: 'idle', due: '2026-12-06T10:00:00.000Z' },
    ])
    const active = advance(track, tick('services', '2026-11-28T10:00:00.000Z'))
    expect(active && advance(active.track, fired('2026-11-29T10:00:00.000Z'))).toBeUndefined()
  })

  it('opens a step that is ticked again', () => {
    const done = advance(begin().track, tick('services'))
    expect(done?.track.context).toMatchObject({ settled: { services: { at, by } } })
    const again = done && advance(done.track, tick('services'))
    expect(again?.track.context).toMatchObject({ settled: {} })
    expect(again?.track.context).not.toHaveProperty('settled.services')
  })

  it('follows the role and the seller of its case', () => {
    const answers: Answers = { role: 'indirect-reseller', 'usage-source': 'open', topic: 'leaving-csp' }
    const changed = advance(begin().track, { type: 'answers.changed', answers, at, by })
    expect(changed?.track.context).toMatchObject({ role: 'indirect-reseller', source: 'open', topic: 'leaving-csp' })
  })

  it('takes no step that is meant for another plan', () => {
    expect(advance(begin().track, { ...tick('services'), track: 'plan/resource-move' } as TrackEvent)).toBeUndefined()
  })
})

function caseOf(answers: Answers): Case {
  const opened = openCase(policy, {
    id: 'MC-7K2P9Q',
    conversation: 'c',
    edition: '2026-11',
    cloud: 'global',
    by: person,
    at,
  }).case
  const answered: Case = { ...opened, intake: 'answered', answers: { role: 'direct', ...answers } }
  const outcome = decide(policy, answered)
  if (!outcome) throw new Error('no answer')
  return { ...answered, goals: goalsOf(policy, outcome, answered.answers.role) }
}

type What = CaseEvent extends infer E ? (E extends CaseEvent ? Omit<E, 'at' | 'by'> : never) : never
function go(before: Case, ...events: What[]): Case {
  return events.reduce((now, what) => {
    const next = step(policy, now, { ...what, at, by: { kind: 'person', person } } as CaseEvent)
    if (!next.ok) throw new Error(`${next.reason}: ${JSON.stringify(what)}`)
    return next.value.case
  }, before)
}
const settledIn = (caseRecord: Case, name: string) =>
  (caseRecord.tracks.find((track) => nameOf(track) === name) as PlanTrack | undefined)?.context.settled

describe('two plans of a case', () => {
  const both = () =>
    caseOf({ service: 'both', 'licence-source': 'microsoft-direct', 'usage-source': 'microsoft-direct' })
  const region = { type: 'step.ticked', step: 'region', track: 'plan/switch-licences', choice: 'yes' } as const
  const agreement = { type: 'step.ticked', step: 'agreement', track: 'plan/switch-licences' } as const

  it('share what is true of the customer: the region and the agreement, but nothing else', () => {
    const first = go(both(), { type: 'track.started', track: 'plan/switch-licences' }, region, agreement, {
      type: 'step.ticked',
      step: 'inventory',
      track: 'plan/switch-licences',
    })
    const second = go(first, { type: 'track.started', track: 'plan/resource-move' })
    expect(settledIn(second, 'plan/resource-move')).toEqual({
      region: { at, by, choice: 'yes' },
      agreement: { at, by },
    })
  })

  it('complete a step of one with the end of the other, and offer the other from the one', () => {
    const moving = go(both(), { type: 'track.started', track: 'plan/resource-move' })
    const started = go(moving, { type: 'track.started', track: 'plan/plan-reservations', none: true })
    expect(settledIn(started, 'plan/resource-move')).toHaveProperty('reservations', { at, by })
    expect(startable(policy, started)).not.toContain('plan/plan-reservations')
  })

  it('find a step completed by a track that was over before they began', () => {
    const none = go(both(), { type: 'track.started', track: 'plan/plan-reservations', none: true })
    const later = go(none, { type: 'track.started', track: 'plan/resource-move' })
    expect(settledIn(later, 'plan/resource-move')).toHaveProperty('reservations')
  })
})

describe('the end of a plan', () => {
  it('lets the case start what its next step needs', () => {
    const moving = go(caseOf({ service: 'usage', 'usage-source': 'microsoft-direct', tenant: 'same' }), {
      type: 'track.started',
      track: 'plan/resource-move',
    })
    const ready = go(
      moving,
      { type: 'step.ticked', step: 'region', track: 'plan/resource-move', choice: 'yes' },
      { type: 'step.ticked', step: 'relationship', track: 'plan/resource-move' },
      { type: 'step.ticked', step: 'agreement', track: 'plan/resource-move' },
      { type: 'step.ticked', step: 'create-plan', track: 'plan/resource-move' },
    )
    expect(startable(policy, moving)).not.toContain('plan/align-tenant')
    expect(startable(policy, ready)).toContain('plan/align-tenant')
  })
})
