import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { daysAfter } from '../../../dialogs/calendar.ts'
import { type Case, isCaseOpen, isIdle, stateOf } from '../../../dialogs/case.ts'
import type { Actor, CaseEvent } from '../../../dialogs/events.ts'
import { openCase, step } from '../../../dialogs/step.ts'
import { parse, serialize } from '../../../dialogs/versions.ts'
import { policy } from '../../support/policy.ts'

const person = { tenant: '11111111-1111-4111-8111-111111111111', id: '22222222-2222-4222-8222-222222222222' }
const at = '2026-11-28T10:00:00.000Z'
const rules = { closeAfterDays: 30 }
type Unstamped<E> = E extends CaseEvent ? Omit<E, 'at' | 'by'> : never
type What = Unstamped<CaseEvent>
const somebody: Actor = { kind: 'person', person }
const clock: Actor = { kind: 'timer' }

const tried = (before: Case, event: What, time = at, by: Actor = somebody) =>
  step(policy, before, { ...event, at: time, by } as CaseEvent, rules)

function go(before: Case, event: What, time = at, by: Actor = somebody) {
  const stepped = tried(before, event, time, by)
  if (!stepped.ok) throw new Error(`${event.type} was refused: ${stepped.reason}`)
  return stepped.value
}

const idle = { type: 'case.idle' } as const
const opening = { id: 'MC-7K2P9Q', conversation: 'a:1', edition: '2026-11', cloud: 'global', by: person, at } as const
const asking = openCase(policy, { ...opening, role: 'direct' }).case
const licences = go(asking, { type: 'question.answered', question: 'service', value: 'licence' }).case
const answering = { type: 'question.answered', question: 'licence-source', value: 'microsoft-direct' } as const
const answered = go(go(licences, answering).case, { type: 'question.answered', question: 'goal', value: 'take-over' })

describe('a case with an answer and nothing under way', () => {
  it('is closed by a click, with its author, and leaves the open cases', () => {
    const closed = go(answered.case, { type: 'case.closed' })
    expect([stateOf(closed.case), isCaseOpen(closed.case)]).toEqual(['closed', false])
    expect(closed.entry).toMatchObject({
      by: person.id,
      event: 'case.closed',
      detail: { from: 'answered', to: 'closed' },
    })
    expect(closed.effects).toEqual([])
  })

  it('is opened again by a click, and by whatever a person goes on to do', () => {
    const closed = go(answered.case, { type: 'case.closed' }).case
    expect(stateOf(go(closed, { type: 'case.reopened' }).case)).toBe('answered')
    expect(stateOf(go(closed, { type: 'track.started', track: 'relationship' }).case)).toBe('in-progress')
    expect(stateOf(go(closed, { type: 'question.reopened', question: 'service' }).case)).toBe('asking-service')
  })

  it('closes by itself after a time, with a word three days before, and each but once', () => {
    expect(answered.effects).toEqual([{ kind: 'wake', timer: 'closing', due: daysAfter(at, 27) }])
    const told = go(answered.case, idle, daysAfter(at, 27), clock)
    expect(told.effects).toEqual([
      { kind: 'notify', notice: { key: 'case-closing', days: 3 } },
      { kind: 'wake', timer: 'closing', due: daysAfter(at, 30) },
    ])
    expect(stateOf(told.case)).toBe('answered')
    expect(tried(told.case, idle, daysAfter(at, 29), clock).ok).toBe(false)
    const over = go(told.case, idle, daysAfter(at, 30), clock)
    expect([stateOf(over.case), over.effects, over.entry.by]).toEqual(['closed', [], 'timer'])
    expect(tried(over.case, idle, daysAfter(at, 31), clock).ok).toBe(false)
  })

  it('is kept open by a click, and its time begins anew', () => {
    const told = go(answered.case, idle, daysAfter(at, 27), clock).case
    const kept = go(told, { type: 'case.kept' }, daysAfter(at, 28))
    expect(kept.case.closing).toBeUndefined()
    expect(kept.effects).toEqual([{ kind: 'wake', timer: 'closing', due: daysAfter(at, 28 + 27) }])
    expect(tried(answered.case, { type: 'case.kept' }).ok).toBe(false)
  })

  it('stays as it is in the store', () => {
    const told = go(answered.case, idle, daysAfter(at, 27), clock).case
    for (const each of [told, go(told, { type: 'case.closed' }).case]) {
      const { version, context } = serialize(each)
      const { closed, closing } = parse(version, context)
      expect({ closed, closing }).toEqual({ closed: each.closed, closing: each.closing })
    }
  })
})

it('a case with a question or a track open is never closed', () => {
  const begun = go(answered.case, { type: 'track.started', track: 'relationship' })
  expect(begun.effects.filter(({ kind }) => kind === 'wake')).toEqual([])
  for (const open of [asking, begun.case]) {
    expect(tried(open, { type: 'case.closed' }).ok).toBe(false)
    expect(tried(open, idle, daysAfter(at, 60), clock).ok).toBe(false)
  }
})

it('a case closes only while idle, and every act of a person opens it', () => {
  const events = fc.constantFrom<What>(
    { type: 'case.closed' },
    { type: 'case.reopened' },
    { type: 'case.kept' },
    idle,
    { type: 'track.started', track: 'relationship' },
    { type: 'track.cancelled', track: 'relationship' },
    { type: 'question.reopened', question: 'service' },
    { type: 'question.answered', question: 'service', value: 'licence' },
    answering,
  )
  fc.assert(
    fc.property(fc.array(events, { maxLength: 30 }), (happened) => {
      let now = answered.case
      for (const [index, event] of happened.entries()) {
        const isClock = event.type === 'case.idle'
        const next = tried(now, event, daysAfter(at, index * 5), isClock ? clock : somebody)
        if (!next.ok) continue
        const { case: after, effects } = next.value
        if (after.closed !== undefined && now.closed === undefined) expect(isIdle(now)).toBe(true)
        if (after.closed !== undefined && !isClock) expect(event.type).toBe('case.closed')
        const clocks = effects.filter((effect) => effect.kind === 'wake' && effect.track === undefined)
        expect(clocks).toHaveLength(isIdle(after) ? 1 : 0)
        now = after
      }
    }),
  )
})
