import { expect, it } from 'vitest'
import { openCase } from '../../../dialogs/step.ts'
import { policy } from '../../support/policy.ts'

it('opens a case by the new edition', () => {
  const opening = {
    id: 'MC-7K2P9Q',
    conversation: 'c',
    edition: '2027-03',
    cloud: 'global',
    at: '2026-11-28T10:00:00.000Z',
  }
  const opened = openCase(policy, { ...opening, cloud: 'global', by: { tenant: 't', id: 'p' }, role: 'direct' })
  expect(opened.case.edition).toBe('2027-03')
  expect(policy['2027-03']?.rules.length).toBe(policy['2026-11']?.rules.length)
})
