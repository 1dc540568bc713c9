import { describe, expect, it } from 'vitest'
import { withoutTexts } from '../../../dialogs/erasable-texts.ts'
import type { CaseEvent } from '../../../dialogs/events.ts'
import { clouds } from '../../../dialogs/policy/policy.ts'
import { roles } from '../../../dialogs/questions.ts'
import { openCase, startable, step } from '../../../dialogs/step.ts'
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
  it('is offered in the global cloud alone', () => {
    for (const cloud of clouds) {
      for (const role of roles) {
        for (const topic of ['our-role-changes', 'seller-suspended'] as const) {
          const opening = { id: 'MC-7K2P9Q', conversation: 'room', edition: '2026-11', by: by.person, at: requestedAt }
          const { case: opened } = openCase(policy, { ...opening, cloud })
          const answers = { role, service: 'something-else', topic } as const
          const names = startable(policy, { ...opened, intake: 'answered', answers })
          if (cloud !== 'global') expect(names, `${cloud} ${role} ${topic}`).not.toContain('transfer')
        }
      }
    }
  })
})

describe('the texts of a request', () => {
  it('are erased with products and partner id', () => {
    const erased = JSON.stringify(withoutTexts(deskRequestCase('in-hand', { ...filledIn, partnerId: '4847383' })))
    for (const typed of [filledIn.products, filledIn.note, '4847383']) expect(erased).not.toContain(typed)
  })
})
