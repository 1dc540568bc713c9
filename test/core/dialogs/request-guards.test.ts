import { describe, expect, it } from 'vitest'
import type { Case } from '../../../dialogs/case.ts'
import { withoutTexts } from '../../../dialogs/erasable-texts.ts'
import type { CaseEvent } from '../../../dialogs/events.ts'
import { decide } from '../../../dialogs/policy/decide.ts'
import { type Cloud, clouds } from '../../../dialogs/policy/policy.ts'
import type { Role, topics } from '../../../dialogs/questions.ts'
import { startsFrom } from '../../../dialogs/starts.ts'
import { openCase, step } from '../../../dialogs/step.ts'
import { type Track, trackSchema } from '../../../dialogs/tracks/registry.ts'
import { openTransfer } from '../../../dialogs/tracks/transfer/context.ts'
import { policy } from '../../support/policy.ts'
import { customer, deskRequestCase, filledIn, peer, requestedAt } from '../cards/request-cases.ts'

const by = { kind: 'person', person: { tenant: 'tenant', id: 'a-person' } } as const
const asked = { customer, partnerId: '4847383', reseller: { tenant: peer.tenant, name: 'Northwind' } }
const transferIn = (state: string): Track =>
  trackSchema.parse({
    kind: 'transfer',
    state,
    context: openTransfer({ way: 'api', product: 'licences', moved: [], asked }),
    since: requestedAt,
    startedAt: requestedAt,
    startedBy: by.person.id,
  })
const takes = (state: string, event: Record<string, unknown>) => {
  const desk = deskRequestCase('in-hand', {}, [transferIn(state)])
  return step(policy, desk, { ...event, at: requestedAt, by } as CaseEvent).ok
}

describe('a request whose transfer waits at Microsoft', () => {
  const done = { type: 'step.ticked', track: 'invitation/order', step: 'request-done' }
  const declined = { type: 'invitation.declined', reason: 'No.' }

  it.each(['creating', 'awaiting-source-partner'])('is neither done by hand nor declined: %s', (state) => {
    expect(takes(state, done)).toBe(false)
    expect(takes(state, declined)).toBe(false)
  })

  it('can end once the transfer is over', () => {
    expect(takes('rejected', done)).toBe(true)
    expect(takes('rejected', declined)).toBe(true)
  })
})

describe('a transfer between partners', () => {
  const opening = { id: 'MC-7K2P9Q', conversation: 'room', edition: '2026-11', by: by.person, at: requestedAt }
  const waysIn = (cloud: Cloud, role: Role, topic: (typeof topics)[number]) => {
    const { case: opened } = openCase(policy, { ...opening, cloud })
    const asking: Case = { ...opened, intake: 'answered', answers: { role, service: 'something-else', topic } }
    const outcome = decide(policy, asking)
    const starts = outcome ? startsFrom(policy, asking, outcome) : []
    return starts.flatMap(({ start }) => (start.kind === 'transfer' ? [start.way] : []))
  }

  it.each(clouds)('is left to Microsoft’s support outside the global cloud: %s', (cloud) => {
    if (cloud === 'germany') return expect(waysIn(cloud, 'direct', 'our-role-changes')).toEqual([])
    const way = cloud === 'global' ? 'api' : 'ticket'
    expect(waysIn(cloud, 'direct', 'our-role-changes')).toEqual([way])
    expect(waysIn(cloud, 'indirect-provider', 'seller-suspended')).toEqual([way])
  })
})

describe('the texts of a request', () => {
  it('are erased with products and partner id', () => {
    const erased = JSON.stringify(withoutTexts(deskRequestCase('in-hand', { ...filledIn, partnerId: '4847383' })))
    for (const typed of [filledIn.products, filledIn.note, '4847383']) expect(erased).not.toContain(typed)
  })
})
