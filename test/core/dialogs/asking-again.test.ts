import { describe, expect, it } from 'vitest'
import { daysAfter } from '../../../dialogs/calendar.ts'
import type { Case } from '../../../dialogs/case.ts'
import type { Actor, CaseEvent } from '../../../dialogs/events.ts'
import { openCase, step } from '../../../dialogs/step.ts'
import { parse, serialize } from '../../../dialogs/versions.ts'
import { policy } from '../../support/policy.ts'

const person = { tenant: '11111111-1111-4111-8111-111111111111', id: '22222222-2222-4222-8222-222222222222' }
const at = '2026-11-28T10:00:00.000Z'
const later = daysAfter(at, 14)
type What = CaseEvent extends infer E ? (E extends CaseEvent ? Omit<E, 'at' | 'by'> : never) : never
const somebody: Actor = { kind: 'person', person }
const clock: Actor = { kind: 'timer' }

const tried = (before: Case, event: What, time = at, by: Actor = somebody) =>
  step(policy, before, { ...event, at: time, by } as CaseEvent, { closeAfterDays: 10 })

function go(before: Case, event: What, time = at, by: Actor = somebody) {
  const stepped = tried(before, event, time, by)
  if (!stepped.ok) throw new Error(`${event.type} was refused: ${stepped.reason}`)
  return stepped.value
}

const answering = (question: 'service' | 'licence-source' | 'goal' | 'commerce' | 'term-end', value: string) =>
  ({ type: 'question.answered', question, value }) as const
const due = { type: 'question.due' } as const
const opening = { id: 'MC-7K2P9Q', conversation: 'a:1', edition: '2026-11', cloud: 'global', by: person, at } as const
const advised = [
  answering('service', 'licence'),
  answering('licence-source', 'ea'),
  answering('goal', 'take-over'),
].reduce((before, event) => go(before, event).case, openCase(policy, { ...opening, role: 'direct' }).case)
const unknown = go(advised, answering('term-end', 'unknown'))
const wakes = ({ effects }: { effects: readonly { kind: string }[] }) =>
  effects.filter((effect) => effect.kind === 'wake' && 'timer' in effect && effect.timer === 'term-end')

describe('the end of a term that is not known yet', () => {
  it('is asked for again once, two weeks later', () => {
    expect(wakes(unknown)).toEqual([{ kind: 'wake', timer: 'term-end', due: later }])
    const asked = go(unknown.case, due, later, clock)
    expect(asked.effects).toContainEqual({ kind: 'notify', notice: { key: 'term-end-due', days: 0 } })
    expect(wakes(asked)).toEqual([])
    expect(tried(asked.case, due, daysAfter(later, 14), clock).ok).toBe(false)
  })

  it('is asked for once more if it is left open once more', () => {
    const asked = go(unknown.case, due, later, clock)
    const again = go(asked.case, answering('term-end', 'unknown'), later)
    expect(wakes(again)).toEqual([{ kind: 'wake', timer: 'term-end', due: daysAfter(later, 14) }])
  })

  it('is not asked for before its time, and keeps its time while other things happen', () => {
    expect(tried(unknown.case, due, daysAfter(at, 13), clock).ok).toBe(false)
    const named = go(unknown.case, { type: 'customer.named', named: 'Contoso' }, daysAfter(at, 3))
    expect(named.case.askAgain).toBe(later)
    expect(wakes(named)).toEqual([])
  })

  it('is not asked for once it is known, or the case has ended or asks something else', () => {
    const known = go(unknown.case, answering('term-end', '2027-06-30'))
    expect(known.case.askAgain).toBeUndefined()
    const cancelled = go(unknown.case, { type: 'case.cancelled' })
    const closed = go(unknown.case, { type: 'case.closed' })
    const reopened = go(unknown.case, { type: 'question.reopened', question: 'licence-source' })
    const other = go(unknown.case, { type: 'question.reopened', question: 'goal' }).case
    const elsewhere = go(other, answering('goal', 'support-only'))
    for (const { case: each } of [known, cancelled, closed, reopened, elsewhere])
      expect(tried(each, due, later, clock).ok).toBe(false)
  })

  it('keeps the case from closing by itself before', () => {
    const closing = unknown.effects.find((effect) => effect.kind === 'wake' && effect.timer === 'closing')
    expect(closing).toMatchObject({ due: daysAfter(later, 7) })
  })

  it('is stored with the case', () => {
    const { version, context } = serialize(unknown.case)
    expect(parse(version, context).askAgain).toBe(later)
  })
})
