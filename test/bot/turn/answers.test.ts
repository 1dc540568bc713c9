import { describe, expect, it } from 'vitest'
import { actionsOf } from '../../../dialogs/policy/decide.ts'
import { editionOf, keyOfAction, offeredValues } from '../../../dialogs/policy/policy.ts'
import { outcomeOf } from '../../../dialogs/step.ts'
import { policy } from '../../support/policy.ts'
import { somebody, startWorld } from '../../support/world.ts'

type Row = { name: string; role: string; clicks: string[]; outcome: string[] }

const elsewhere = offeredValues(editionOf(policy, '2017-03'), 'licence-source').filter(
  (source) => source !== 'csp-partner',
)
const partners = ['direct', 'indirect-provider']
const everybody = [...partners, 'indirect-reseller']
const rows = (roles: string[], clicks: string[], outcome: string[]): Row[] =>
  roles.map((role) => ({ name: `${role}: ${clicks.join(' › ')}`, role, clicks, outcome }))

/** The tables of the two editions, row by row, as one clicks through them once the role is known. */
const edition2017: Row[] = [
  ...elsewhere.flatMap((source) => [
    ...rows(partners, ['licence', source], ['request-relationship']),
    ...rows(['indirect-reseller'], ['licence', source], ['use-partner-invitation']),
    ...rows(partners, ['usage', source], ['request-relationship', 'manual-migration']),
    ...rows(['indirect-reseller'], ['usage', source], ['use-partner-invitation', 'manual-migration']),
  ]),
  ...rows(partners, ['licence', 'csp-partner'], ['wait-for-term', 'cancel-early', 'request-relationship']),
  ...rows(
    ['indirect-reseller'],
    ['licence', 'csp-partner'],
    ['wait-for-term', 'cancel-early', 'use-partner-invitation'],
  ),
  ...rows(everybody, ['usage', 'csp-partner'], ['transfer']),
  ...rows(['direct'], ['both', 'ea', 'csp-partner'], ['request-relationship', 'transfer']),
  ...rows(
    ['direct'],
    ['both', 'csp-partner', 'open'],
    ['wait-for-term', 'cancel-early', 'request-relationship', 'manual-migration'],
  ),
  ...rows(everybody, ['resale'], ['no-resale']),
]
const online = ['microsoft-direct', 'advisor', 'own-advisor']
const contracts = ['open', 'mca-e', 'third-party']
const moving = [...online, 'open', 'third-party', 'ea-indirect']
const edition2026: Row[] = [
  ...[...online, ...contracts].flatMap((source) => [
    ...rows(
      partners,
      ['licence', source, 'take-over'],
      ['request-relationship', 'switch-licences', 'request-delegated-admin'],
    ),
    ...rows(
      ['indirect-reseller'],
      ['licence', source, 'take-over'],
      [
        'request-relationship',
        'ask-provider/order',
        'switch-licences',
        'use-partner-invitation',
        'request-delegated-admin',
      ],
    ),
    ...rows(everybody, ['licence', source, 'support-only'], ['request-delegated-admin', 'work-in-customer-tenant']),
  ]),
  ...rows(
    partners,
    ['licence', 'ea', 'take-over'],
    ['request-relationship', 'channel-transfer', 'switch-licences', 'request-delegated-admin'],
  ),
  ...rows(everybody, ['licence', 'ea', 'support-only'], ['work-in-customer-tenant']),
  ...rows(everybody, ['licence', 'syndication', 'take-over'], ['leave-syndication', 'request-delegated-admin']),
  ...rows(
    partners,
    ['licence', 'csp-partner', 'new-commerce'],
    ['request-relationship', 'transfer', 'wait-for-term', 'cancel-early', 'request-delegated-admin'],
  ),
  ...rows(
    partners,
    ['licence', 'csp-partner', 'legacy'],
    ['request-relationship', 'migrate-to-new-commerce', 'transfer', 'wait-for-term', 'request-delegated-admin'],
  ),
  ...rows(
    partners,
    ['licence', 'csp-partner', 'unknown'],
    [
      'request-relationship',
      'transfer',
      'wait-for-term',
      'cancel-early',
      'request-delegated-admin',
      'migrate-to-new-commerce',
    ],
  ),
  ...rows(
    ['indirect-reseller'],
    ['licence', 'csp-partner', 'yes'],
    ['request-relationship', 'ask-provider/reseller-of-record', 'use-partner-invitation', 'request-delegated-admin'],
  ),
  ...rows(partners, ['licence', 'unknown'], ['find-seller', 'request-relationship']),
  ...moving.flatMap((source) => [
    ...rows(
      partners,
      ['usage', source, 'same'],
      ['request-relationship', 'plan-reservations', 'resource-move', 'manual-migration'],
    ),
    ...rows(
      partners,
      ['usage', source, 'other'],
      ['request-relationship', 'align-tenant', 'plan-reservations', 'resource-move', 'manual-migration'],
    ),
  ]),
  ...['ea', 'mca-e'].flatMap((source) =>
    rows(
      partners,
      ['usage', source],
      ['request-relationship', 'plan-reservations', 'billing-ownership', 'resource-move', 'regain-access'],
    ),
  ),
  ...rows(
    partners,
    ['usage', 'csp-partner', 'azure-plan'],
    ['request-relationship', 'plan-reservations', 'transfer', 'resource-move', 'regain-access'],
  ),
  ...rows(
    partners,
    ['usage', 'csp-partner', 'legacy'],
    ['request-relationship', 'convert-to-azure-plan', 'transfer', 'support-ticket', 'regain-access'],
  ),
  ...rows(
    ['indirect-reseller'],
    ['usage', 'csp-partner', 'no'],
    ['request-relationship', 'plan-reservations', 'ask-provider/transfer', 'use-partner-invitation', 'regain-access'],
  ),
  ...rows(
    ['direct'],
    ['both', 'microsoft-direct', 'ea'],
    [
      'request-relationship',
      'switch-licences',
      'request-delegated-admin',
      'plan-reservations',
      'billing-ownership',
      'resource-move',
      'regain-access',
    ],
  ),
  ...rows(everybody, ['resale'], ['no-resale']),
  ...rows(everybody, ['something-else', 'leaving-csp'], ['resource-move', 'plan-reservations', 'wait-for-term']),
  ...rows(everybody, ['something-else', 'other'], []),
]
const government: Row[] = [
  ...rows(partners, ['licence', 'csp-partner'], ['request-relationship', 'wait-for-term', 'switch-licences']),
  ...rows(
    partners,
    ['usage', 'ea', 'same'],
    ['request-relationship', 'plan-reservations', 'resource-move', 'manual-migration'],
  ),
  ...rows(partners, ['usage', 'csp-partner'], ['request-relationship', 'resource-move', 'manual-migration']),
]
const china: Row[] = [
  ...rows(partners, ['licence', 'csp-partner'], ['request-relationship', 'wait-for-term', 'switch-licences']),
  ...rows(partners, ['licence', 'ea', 'take-over'], ['request-relationship', 'switch-licences']),
  ...rows(partners, ['usage', 'ea'], ['request-relationship', 'manual-migration']),
  ...rows(everybody, ['licence', 'open', 'support-only'], ['work-in-customer-tenant']),
]

describe.each([
  { edition: '2017-03', cloud: 'global', table: edition2017 },
  { edition: '2017-03', cloud: 'germany', table: edition2017 },
  { edition: '2026-11', cloud: 'global', table: edition2026 },
  { edition: '2026-11', cloud: 'us-government', table: government },
  { edition: '2026-11', cloud: 'china', table: china },
  { edition: '2026-11', cloud: 'germany', table: rows(everybody, ['licence'], ['cloud-closed']) },
])('by edition $edition in the cloud $cloud', async ({ edition, cloud, table }) => {
  const world = await startWorld({ POLICY_EDITION: edition, CLOUD: cloud })

  it.each(table)('$name', async ({ role, clicks, outcome }) => {
    expect(clicks.length).toBeLessThanOrEqual(3)
    const chat = world.chat(somebody())
    await chat.say('hello')
    await chat.press('answer', { question: 'role', value: role })
    for (const value of clicks) await chat.press('answer', { value })
    const caseRecord = await world.findCase(chat.caseId())
    expect(caseRecord?.intake).toBe('answered')
    const decided = caseRecord && outcomeOf(policy, caseRecord)
    expect(decided && actionsOf(decided).map(keyOfAction)).toEqual(outcome)
    expect(caseRecord?.edition).toBe(edition)
  })
})
