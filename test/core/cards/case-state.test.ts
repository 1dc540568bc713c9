import { describe, expect, it } from 'vitest'
import { caseLook } from '../../../cards/visuals/case-state.ts'
import { relationshipCase, transferCase } from './action-cases.ts'
import { adminCase, askedCase, invitationCase } from './desk-cases.ts'

describe('a case under way', () => {
  it.each([
    ['a customer accepts', relationshipCase('awaiting-customer')],
    ['the current partner answers', transferCase('awaiting-source-partner')],
    ['an approver decides', adminCase('awaiting-approval', askedCase)],
    ['the direct partner creates the invitation', invitationCase('reseller', 'at-direct-partner')],
    ['the reseller sends the invitation on', invitationCase('direct-partner', 'with-reseller')],
  ])('waits until %s', (_, caseRecord) => {
    expect(caseLook(caseRecord)).toBe('waiting')
  })

  it.each([
    ['has to name the parties', transferCase('collecting')],
    ['has to create the invitation', invitationCase('direct-partner', 'at-direct-partner')],
    ['has to send the invitation on', invitationCase('reseller', 'with-reseller')],
  ])('waits for nobody while its reader %s', (_, caseRecord) => {
    expect(caseLook(caseRecord)).toBe('in-progress')
  })
})
