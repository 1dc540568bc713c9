import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Case, caseId, isCaseOpen, readCaseId, stateOf } from '../../../dialogs/case.ts'
import type { CaseEvent } from '../../../dialogs/events.ts'
import { type AnswerFault, type Answers, checkAnswer } from '../../../dialogs/questions.ts'
import { ok, refused } from '../../../dialogs/result.ts'
import { openCase, outcomeOf, startable, step } from '../../../dialogs/step.ts'
import { policy } from '../../support/policy.ts'

const at = '2026-11-22T10:00:00.000Z'
const by = { tenant: 'tenant', id: 'someone' }
type What = CaseEvent extends infer E ? (E extends CaseEvent ? Omit<E, 'at' | 'by'> : never) : never
const said = (what: What, when = at): CaseEvent =>
  ({ ...what, at: when, by: { kind: 'person', person: by } }) as CaseEvent
const answer = (question: keyof Answers, value: string) => said({ type: 'question.answered', question, value } as What)

const fresh = (edition = '2017-03') =>
  openCase(policy, { id: 'MC-7K2P9Q', conversation: 'c', edition, cloud: 'global', by, at, role: 'direct' })

const play = (caseRecord: Case, ...events: CaseEvent[]) =>
  events.reduce((now, event) => {
    const next = step(policy, now, event)
    if (!next.ok) throw new Error(`${next.reason} in ${stateOf(now)}: ${JSON.stringify(event)}`)
    return next.value.case
  }, caseRecord)

const waiting = () =>
  play(
    fresh().case,
    answer('service', 'licence'),
    answer('licence-source', 'csp-partner'),
    answer('term-end', '2027-06-30'),
  )

describe('a case', () => {
  it('opens at the first unanswered question, with the remembered role', () => {
    const { case: caseRecord, entry } = fresh()
    expect(caseRecord).toMatchObject({
      revision: 0,
      intake: 'asking-service',
      answers: { role: 'direct' },
      updatedBy: 'someone',
    })
    expect(entry).toEqual({ at, by: 'someone', event: 'case.opened', detail: { edition: '2017-03', role: 'direct' } })
    const unknown = openCase(policy, {
      id: 'MC-7K2P9Q',
      conversation: 'c',
      edition: '2017-03',
      cloud: 'global',
      by,
      at,
    })
    expect(unknown.case.intake).toBe('asking-role')
  })

  it('counts every event that took effect and records it in history', () => {
    const next = step(policy, fresh().case, answer('service', 'usage'))
    expect(next.ok && next.value).toMatchObject({
      case: { revision: 1, updatedAt: at, updatedBy: 'someone' },
      effects: [],
      entry: {
        event: 'question.answered',
        by: 'someone',
        detail: { question: 'service', value: 'usage', from: 'asking-service', to: 'asking-usage-source' },
      },
    })
  })

  it('is unchanged after an event it cannot use', () => {
    const caseRecord = fresh().case
    const before = structuredClone(caseRecord)
    const useless = [
      answer('usage-source', 'ea'),
      said({ type: 'track.started', track: 'plan/manual-migration' }),
      said({ type: 'step.ticked', step: 'move' }),
      said({ type: 'edition.changed', edition: '2017-03' }),
      said({ type: 'timer.fired', track: 'term', timer: 'reminder' }),
      said({ type: 'track.cancelled', track: 'term' }),
    ]
    for (const event of useless) expect(step(policy, caseRecord, event)).toEqual(refused('not-now'))
    expect(caseRecord).toEqual(before)
  })

  it('starts only tracks that its answer holds, each once at a time', () => {
    const caseRecord = waiting()
    expect(startable(policy, caseRecord)).toEqual(['term'])
    const started = play(caseRecord, said({ type: 'track.started', track: 'term' }))
    expect(startable(policy, started)).toEqual([])
    expect(step(policy, started, said({ type: 'track.started', track: 'term' }))).toEqual(refused('not-now'))
    const again = play(started, said({ type: 'track.cancelled', track: 'term' }))
    expect(startable(policy, again)).toEqual(['term'])
  })

  it('does not watch a term without a date', () => {
    const caseRecord = play(
      fresh().case,
      answer('service', 'licence'),
      answer('licence-source', 'csp-partner'),
      answer('term-end', 'unknown'),
    )
    expect(startable(policy, caseRecord)).toEqual([])
  })

  it('moves the reminders of its term when the date is corrected', () => {
    const started = play(waiting(), said({ type: 'track.started', track: 'term' }))
    const next = step(policy, started, answer('term-end', '2028-06-30'))
    expect(next.ok && next.value).toMatchObject({
      case: { tracks: [{ context: { end: '2028-06-30' } }] },
      effects: [{ kind: 'wake', track: 'term', due: '2028-05-01T08:00:00.000Z' }],
    })
  })

  it('has one word for its state', () => {
    const states: string[] = []
    let caseRecord = fresh().case
    for (const event of [
      answer('service', 'licence'),
      answer('licence-source', 'csp-partner'),
      answer('term-end', '2027-06-30'),
      said({ type: 'track.started', track: 'term' }),
      said({ type: 'step.ticked', step: 'cancelled-early' }),
    ]) {
      caseRecord = play(caseRecord, event)
      states.push(stateOf(caseRecord))
    }
    expect(states).toEqual(['asking-licence-source', 'answered', 'answered', 'in-progress', 'done'])
    expect(isCaseOpen(caseRecord)).toBe(false)
  })

  it('is cancelled with all its tracks, and then ignores events', () => {
    const started = play(waiting(), said({ type: 'track.started', track: 'term' }))
    const over = play(started, said({ type: 'case.cancelled' }))
    expect(stateOf(over)).toBe('cancelled')
    expect(over.tracks.map(({ state }) => state)).toEqual(['cancelled'])
    expect(step(policy, over, said({ type: 'case.cancelled' }))).toEqual(refused('not-now'))
    expect(step(policy, over, answer('service', 'usage'))).toEqual(refused('not-now'))
    expect(outcomeOf(policy, over)).toBeUndefined()
  })

  it('keeps its history in order under random events', () => {
    const event = fc.oneof(
      fc
        .constantFrom(
          ...(['role', 'service', 'licence-source', 'usage-source', 'commerce', 'offer', 'term-end'] as const),
        )
        .chain((question) =>
          fc
            .constantFrom('direct', 'licence', 'usage', 'both', 'csp-partner', 'ea', 'legacy', 'unknown', '2027-06-30')
            .map((value) => answer(question, value)),
        ),
      fc
        .constantFrom('role', 'service', 'licence-source', 'commerce')
        .map((question) => said({ type: 'question.reopened', question } as What)),
      fc
        .constantFrom('term', 'relationship', 'plan/switch-licences', 'plan/manual-migration')
        .map((track) => said({ type: 'track.started', track } as What)),
      fc
        .constantFrom('relationship', 'move', 'cancelled-early', 'close')
        .map((ticked) => said({ type: 'step.ticked', step: ticked })),
      fc.constantFrom('2017-03', '2026-11').map((edition) => said({ type: 'edition.changed', edition })),
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        let caseRecord = fresh('2026-11').case
        for (const each of events) {
          const next = step(policy, caseRecord, each)
          if (!next.ok) continue
          const { case: after, entry } = next.value
          expect(after.revision).toBe(caseRecord.revision + 1)
          expect(entry.detail.from).toBe(stateOf(caseRecord))
          expect(entry.detail.to).toBe(stateOf(after))
          caseRecord = after
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('the date of a term', () => {
  const faults: [string, AnswerFault | 'valid'][] = [
    ['2027-02-29', 'no-date'],
    ['tomorrow', 'no-date'],
    ['31.12.2027', 'no-date'],
    ['', 'no-date'],
    ['2026-11-21', 'date-past'],
    ['2026-11-22', 'valid'],
    ['2036-11-22', 'valid'],
    ['2036-11-23', 'date-far'],
    ['unknown', 'valid'],
  ]
  it.each(faults)('%j is %s', (value, fault) => {
    expect(checkAnswer('term-end', value, at)).toEqual(fault === 'valid' ? ok(undefined) : refused(fault))
    const caseRecord = play(fresh().case, answer('service', 'licence'), answer('licence-source', 'csp-partner'))
    const next = step(policy, caseRecord, answer('term-end', value))
    if (fault !== 'valid') expect(next).toEqual(refused(fault))
    else expect(next).toMatchObject({ value: { case: { answers: { 'term-end': value } } } })
  })
})

describe('the id of a case', () => {
  it('is six characters of Crockford base 32, and is read in any spelling', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 30 - 1 }), (random) => {
        const id = caseId(random)
        expect(id).toMatch(/^MC-[0-9A-HJKMNP-TV-Z]{6}$/)
        expect(readCaseId(` ${id.toLowerCase()} `)).toBe(id)
        expect(readCaseId(id.slice(3).replaceAll('0', 'o').replaceAll('1', 'l'))).toBe(id)
      }),
    )
    expect(readCaseId('MCGN1N')).toBe('MC-MCGN1N')
    expect(readCaseId('mcmcgn1n')).toBe('MC-MCGN1N')
    expect(caseId(0)).not.toBe(caseId(2 ** 30 - 1))
  })

  it('is not found in other text', () => {
    for (const text of ['', 'MC-', 'MC-12345', 'MC-1234567', 'MC-UUUUUU', 'hello'])
      expect(readCaseId(text)).toBeUndefined()
  })
})
