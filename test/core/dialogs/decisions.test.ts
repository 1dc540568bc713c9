import { describe, expect, it } from 'vitest'
import type { Case } from '../../../dialogs/case.ts'
import type { CaseEvent } from '../../../dialogs/events.ts'
import { refused } from '../../../dialogs/result.ts'
import { step } from '../../../dialogs/step.ts'
import { policy } from '../../support/policy.ts'
import { at, contoso } from './acting.ts'
import { relation } from './admin-scenes.ts'
import {
  approver,
  approving,
  askingHandOver,
  doneBy,
  making,
  openReseller,
  personActor,
  play,
  type Side,
} from './hand-over-scenes.ts'
import { url } from './invitation-scenes.ts'

describe('history', () => {
  const entryOf = (side: Side, before: [Side, CaseEvent][], event: CaseEvent) => {
    const { cases } = play(...before)
    const next = step(policy, cases[side] as Case, event)
    if (!next.ok) throw new Error(next.reason)
    return next.value.entry
  }
  const ready = [...doneBy('reseller', ...askingHandOver), ...doneBy('desk', ...making)]

  it('records the request with its reason, a narrowing with the original, and a denial', () => {
    const before = [...ready, ...doneBy('desk', ...approving.slice(0, 2))]
    const { detail } = entryOf('desk', before, approving[2] as CaseEvent)
    expect(detail).toMatchObject({
      step: 'ask-approval',
      request: { customer: contoso.id, days: 90, justification: 'Because.', forCompany: 'reseller-tenant' },
    })
    const open = [...before, ...doneBy('desk', approving[2] as CaseEvent)]
    const roles = [relation('x').id]
    const denied: CaseEvent = { type: 'approval.denied', reason: 'no', isApprover: true, required: 1, at, by: approver }
    expect(entryOf('desk', open, denied)).toMatchObject({ by: 'manager-person', detail: { reason: 'no' } })
    const less = ['88d8e3e3-8f55-4a1e-953a-9b9898b8876b']
    const narrowed: CaseEvent = {
      type: 'approval.narrowed',
      roles: less,
      days: 30,
      isApprover: true,
      required: 1,
      at,
      by: approver,
    }
    expect(entryOf('desk', open, narrowed).detail).toMatchObject({ roles: less, days: 30, asked: { days: 90 } })
    expect(roles).not.toEqual(less)
  })

  it('stores no link from the other side', () => {
    const { cases } = play(...ready)
    const news: CaseEvent = {
      type: 'peer.told',
      track: 'invitation',
      from: { tenant: 'desk-tenant', case: 'MC-DESK22' },
      news: { kind: 'invitation', link: url },
      at,
      by: { kind: 'peer' },
    }
    const next = step(policy, cases.reseller as Case, news)
    if (!next.ok) throw new Error(next.reason)
    expect(next.value.entry).toMatchObject({ by: 'peer', event: 'peer.told', detail: { news: 'invitation' } })
    expect(JSON.stringify(next.value.entry)).not.toContain('http')
  })
})

describe('a person who may not decide', () => {
  const before = [...doneBy('reseller', ...askingHandOver), ...doneBy('desk', ...making, ...approving.slice(0, 3))]
  const given = (who: object): CaseEvent => ({ ...(approving[3] as CaseEvent), ...who }) as CaseEvent
  const person = (tenant: string, id: string) => ({ by: { kind: 'person', person: { tenant, id } } })
  it.each([
    ['own-request', given(person('desk-tenant', 'desk-person'))],
    ['not-approver', given({ isApprover: false })],
    ['unreadable', given({ isApprover: undefined })],
    ['not-approver', given(person('elsewhere', 'manager-person'))],
    ['not-approver', given({ by: { kind: 'timer' } })],
    ['not-requester', personActor('reseller', { type: 'approval.withdrawn' })],
    ['not-requester', given({ type: 'approval.withdrawn' })],
  ])('is refused with %s, and nothing changes', (fault, event) => {
    const { cases } = play(...before)
    expect(step(policy, cases.desk as Case, event)).toEqual(refused(fault))
  })

  it('is refused if the request is decided already, or if there is none', () => {
    const decided = play(...before, ...doneBy('desk', approving[3] as CaseEvent)).cases.desk as Case
    expect(step(policy, decided, approving[3] as CaseEvent)).toEqual(refused('decided'))
    const draft = play(...before.slice(0, -1)).cases.desk as Case
    expect(step(policy, draft, approving[3] as CaseEvent)).toEqual(refused('not-now'))
    expect(step(policy, openReseller(), approving[3] as CaseEvent)).toEqual(refused('not-now'))
  })
})
