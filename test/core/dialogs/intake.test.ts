import { describe, expect, it } from 'vitest'
import { type AnyMachineSnapshot, initialTransition } from 'xstate'
import type { Actor, CaseEvent } from '../../../dialogs/events.ts'
import { advanceIntake, type IntakeEvent, intakeMachine, openIntake } from '../../../dialogs/intake.ts'
import { answersElsewhere, answersOnPath, nextQuestion, type Situation } from '../../../dialogs/policy/decide.ts'
import type { Cloud } from '../../../dialogs/policy/policy.ts'
import { type Answers, choices, questionIds } from '../../../dialogs/questions.ts'
import { partsOf, walk } from '../../support/machine-walk.ts'
import { policy } from '../../support/policy.ts'
import { PROPERTY_STRIDE } from '../../support/property-runs.ts'

const at = '2026-11-22T10:00:00.000Z'
const by: Actor = { kind: 'person', person: { tenant: 'tenant', id: 'someone' } }
const answered = (question: keyof Answers, value: string): IntakeEvent => ({
  type: 'question.answered',
  at,
  by,
  question,
  value,
})
const reopened = (question: keyof Answers): IntakeEvent => ({ type: 'question.reopened', at, by, question })
const edition = (name: string): IntakeEvent => ({ type: 'edition.changed', at, by, edition: name })

/** A few answers to each question, enough to reach every state; and things people cannot do. */
const samples: IntakeEvent[] = [
  ...['direct', 'indirect-reseller'].map((value) => answered('role', value)),
  ...choices.service.map((value) => answered('service', value)),
  ...['ea', 'csp-partner'].flatMap((value) => [answered('licence-source', value), answered('usage-source', value)]),
  ...['legacy', 'unknown'].flatMap((value) => [answered('commerce', value), answered('offer', value)]),
  ...['take-over', 'support-only'].map((value) => answered('goal', value)),
  ...['leaving-csp', 'other'].map((value) => answered('topic', value)),
  answered('usage-source', 'open'),
  answered('tenant', 'other'),
  answered('same-provider', 'yes'),
  answered('term-end', '2027-06-30'),
  answered('term-end', '2020-01-01'),
  answered('service', 'nonsense'),
  ...questionIds.map(reopened),
  edition('2017-03'),
  edition('2026-11'),
  edition('1999'),
  { type: 'case.cancelled', at, by },
]

const opened = (name: string, cloud: Cloud = 'global') =>
  initialTransition(intakeMachine, { policy, edition: name, cloud, answers: {} })[0]
const identify = ({ value, context }: AnyMachineSnapshot) =>
  JSON.stringify([value, context.edition, context.cloud, Object.entries(context.answers).sort()])

describe('the questions of a case', () => {
  const start = [opened('2017-03'), opened('2026-11'), opened('2026-11', 'germany')]

  it('reach every state and take every transition on generated paths, and ask only for missing answers', () => {
    const faults: unknown[] = []
    const seen = walk(intakeMachine, start, samples, identify, (_before, event, after) => {
      const { value, context } = after as unknown as { value: string; context: Situation }
      // A change of edition keeps every answer; the next answer drops those that it makes pointless in this edition.
      const isTidied = event.type === 'question.answered' && event.question !== 'term-end'
      const useful = { ...answersElsewhere(policy, context), ...answersOnPath(policy, context) }
      const offPath = isTidied && Object.keys(context.answers).some((question) => !Object.hasOwn(useful, question))
      const next = nextQuestion(policy, context)
      const expected = next === undefined ? 'answered' : `asking-${next}`
      const sorted = event.type === 'question.answered' || event.type === 'edition.changed'
      if (offPath || (sorted && value !== expected)) faults.push({ event, value, answers: context.answers })
    })
    const parts = partsOf(intakeMachine)
    expect(faults).toEqual([])
    expect(parts.states.filter((state) => !seen.states.has(state))).toEqual([])
    expect(parts.transitions.filter((name) => !seen.transitions.has(name))).toEqual([])
    expect(seen.situations).toBeGreaterThan(500)
  })
})

const play = (situation: Situation, ...events: IntakeEvent[]) =>
  events.reduce(
    (now, event) => {
      const next = advanceIntake(policy, now.state, now.situation, event)
      if (!next) throw new Error(`refused in ${now.state}: ${JSON.stringify(event)}`)
      return next
    },
    { state: openIntake(policy, situation), situation },
  )

describe('going back to a question', () => {
  const both: Situation = { edition: '2026-11', cloud: 'global', answers: { role: 'direct' } }
  const done = [
    answered('service', 'both'),
    answered('licence-source', 'csp-partner'),
    answered('usage-source', 'ea'),
    answered('commerce', 'legacy'),
    answered('term-end', '2027-06-30'),
  ]

  it('keeps the answers until another one is given', () => {
    const again = play(both, ...done, reopened('service'))
    expect(again.state).toBe('asking-service')
    expect(again.situation.answers).toMatchObject({ service: 'both', 'usage-source': 'ea', commerce: 'legacy' })
  })

  it('drops the answers that the new one makes pointless and keeps the rest', () => {
    const changed = play(both, ...done, reopened('service'), answered('service', 'usage'))
    expect(changed).toEqual({
      state: 'answered',
      situation: { ...both, answers: { role: 'direct', service: 'usage', 'usage-source': 'ea' } },
    })
  })

  it('leads through the questions that the new answer opens', () => {
    const changed = play(both, ...done, reopened('usage-source'), answered('usage-source', 'csp-partner'))
    expect(changed.state).toBe('answered')
    const licence = play(
      both,
      answered('service', 'licence'),
      answered('licence-source', 'ea'),
      reopened('licence-source'),
      answered('licence-source', 'csp-partner'),
    )
    expect(licence.state).toBe('asking-commerce')
  })

  it('changes nothing for a question that was not answered', () => {
    const now = play(both, answered('service', 'licence'))
    expect(advanceIntake(policy, now.state, now.situation, reopened('usage-source'))).toBeUndefined()
  })
})

describe('another edition', () => {
  it('answers the case by its own rules and keeps the answers that only the other edition asked for', () => {
    const now = play(
      { edition: '2026-11', cloud: 'global', answers: { role: 'direct' } },
      answered('service', 'licence'),
      answered('licence-source', 'csp-partner'),
      answered('commerce', 'new-commerce'),
      edition('2017-03'),
    )
    expect(now).toMatchObject({
      state: 'answered',
      situation: {
        edition: '2017-03',
        answers: { role: 'direct', service: 'licence', 'licence-source': 'csp-partner' },
      },
    })
    expect(now.situation.answers).toHaveProperty('commerce', 'new-commerce')
  })

  it('asks nothing again on the way back', () => {
    const situation: Situation = { edition: '2026-11', cloud: 'global', answers: { role: 'direct' } }
    for (const clicks of [
      [answered('service', 'licence'), answered('licence-source', 'csp-partner'), answered('commerce', 'legacy')],
      [answered('service', 'licence'), answered('licence-source', 'mca-e'), answered('goal', 'support-only')],
      [answered('service', 'usage'), answered('usage-source', 'open'), answered('tenant', 'other')],
    ]) {
      const there = play(situation, ...clicks)
      expect(there.state).toBe('answered')
      expect(play(situation, ...clicks, edition('2017-03'), edition('2026-11'))).toEqual(there)
    }
  })

  it('is refused for something else if it knows no such question', () => {
    const topic = play(
      { edition: '2026-11', cloud: 'global', answers: { role: 'direct' } },
      answered('service', 'something-else'),
      answered('topic', 'leaving-csp'),
    )
    expect(advanceIntake(policy, topic.state, topic.situation, edition('2017-03'))).toBeUndefined()
  })

  it('is refused if it does not cover the cloud', () => {
    const now = play({ edition: '2026-11', cloud: 'china', answers: { role: 'direct' } }, answered('service', 'resale'))
    expect(advanceIntake(policy, now.state, now.situation, edition('2017-03'))).toBeUndefined()
  })
})

it('takes no event once cancelled', () => {
  const events: CaseEvent['type'][] = []
  for (const event of samples) {
    if (advanceIntake(policy, 'cancelled', { edition: '2017-03', cloud: 'global', answers: {} }, event))
      events.push(event.type)
  }
  expect(events).toEqual([])
})

describe('a memoized transition', () => {
  const moved = (of: typeof policy, now: { state: string; situation: Situation }, event: IntakeEvent) =>
    advanceIntake(of, now.state as Parameters<typeof advanceIntake>[1], now.situation, event)

  it('equals a fresh one, for any author and time', () => {
    const faults: unknown[] = []
    const situation: Situation = { edition: '2026-11', cloud: 'global', answers: {} }
    const waiting = [{ state: openIntake(policy, situation), situation }]
    // Fewer answers, as their combinations multiply.
    const fewer = samples.filter(
      (event) =>
        event.type !== 'question.answered' || !['topic', 'tenant', 'same-provider', 'goal'].includes(event.question),
    )
    const seen = new Set<string>()
    let compared = 0
    for (const now of waiting) {
      const key = JSON.stringify(now)
      if (seen.has(key) || now.state === 'cancelled') continue
      seen.add(key)
      // Another policy object has nothing memoized yet.
      const isCompared = seen.size % PROPERTY_STRIDE === 0
      const unused = { ...policy }
      for (const event of fewer) {
        const first = moved(policy, now, event)
        if (first) waiting.push(first)
        if (!isCompared) continue
        compared += 1
        const again = moved(policy, now, { ...event, by: { kind: 'timer' } })
        const anew = JSON.stringify(moved(unused, now, event))
        if (JSON.stringify(first) !== anew || JSON.stringify(again) !== anew) faults.push({ now, event, first, again })
      }
    }
    expect(faults).toEqual([])
    expect(seen.size).toBeGreaterThan(100)
    expect(compared).toBeGreaterThan(1_000)
  })

  it('is never used for dates, whose validity depends on the day', () => {
    const asked = play(
      { edition: '2026-11', cloud: 'global', answers: { role: 'direct' } },
      answered('service', 'licence'),
      answered('licence-source', 'csp-partner'),
      answered('commerce', 'legacy'),
    )
    const on = (day: string) =>
      moved(policy, asked, { ...answered('term-end', '2026-12-01'), at: `${day}T10:00:00.000Z` })
    const days = ['2026-11-01', '2027-01-01', '2026-11-01', '2027-01-01']
    expect(days.map((day) => on(day)?.situation.answers['term-end'])).toEqual([
      '2026-12-01',
      undefined,
      '2026-12-01',
      undefined,
    ])
  })

  it('is shared by cases and cannot be changed', () => {
    const now = play({ edition: '2026-11', cloud: 'global', answers: {} }, answered('role', 'direct'))
    expect(() => Object.assign(now.situation.answers, { role: 'other' })).toThrow(TypeError)
  })
})
