import type { Cloud } from '../../../dialogs/policy/policy.ts'
import type { Role } from '../../../dialogs/questions.ts'

/** One row of the decision table of edition 2026-11: the clicks that lead to it, and its answer. */
export interface Row {
  rule: string
  roles: readonly Role[]
  clouds: readonly Cloud[]
  /** Values clicked from the service on, once the role is known; one list for each way to the row. */
  ways: readonly (readonly string[])[]
  clicks: number
  first?: readonly string[]
  do: readonly string[]
  instead?: readonly string[]
  afterwards?: readonly string[]
}

type Place = Pick<Row, 'roles' | 'clouds'>
type Answer = Pick<Row, 'first' | 'do' | 'instead' | 'afterwards'>

const partners: readonly Role[] = ['direct', 'indirect-provider']
const resellers: readonly Role[] = ['indirect-reseller']
const everybody: readonly Role[] = [...partners, ...resellers]
const commercial: readonly Cloud[] = ['global', 'us-government']
const global: readonly Cloud[] = ['global']
const government: readonly Cloud[] = ['us-government']
const china: readonly Cloud[] = ['china']
const open: readonly Cloud[] = [...commercial, ...china]

const ways = (start: string, sources: readonly string[], ...rest: string[]) =>
  sources.map((source) => [start, source, ...rest])
const licences = (sources: readonly string[], ...rest: string[]) => ways('licence', sources, ...rest)
const azure = (sources: readonly string[], ...rest: string[]) => ways('usage', sources, ...rest)

const row = (
  rule: string,
  roles: Place['roles'],
  clouds: Place['clouds'],
  more: Omit<Row, 'rule' | keyof Place>,
): Row => ({
  rule,
  roles,
  clouds,
  ...more,
})

const relationship = ['request-relationship']
const admin = ['request-delegated-admin']
const invitation = 'use-partner-invitation'
const ordered = ['ask-provider/order', 'switch-licences']

const online = ['microsoft-direct', 'advisor', 'own-advisor']
const contracts = ['open', 'mca-e', 'third-party']
const licencesElsewhere = [...online, ...contracts, 'ea', 'syndication']
const movable = ['microsoft-direct', 'advisor', 'own-advisor', 'third-party', 'open', 'ea-indirect']
const owned = ['ea', 'mca-e']

const switching: Answer = { first: relationship, do: ['switch-licences'], afterwards: admin }
const ordering: Answer = { first: relationship, do: ordered, instead: [invitation], afterwards: admin }
const continuing: Answer = {
  first: relationship,
  do: ['channel-transfer'],
  instead: ['switch-licences'],
  afterwards: admin,
}
const continuingByProvider: Answer = {
  first: relationship,
  do: ['ask-provider/channel-transfer'],
  instead: [...ordered, invitation],
  afterwards: admin,
}
const leaving: Answer = { do: ['leave-syndication'], afterwards: admin }
const transferByProvider: Answer = {
  first: relationship,
  do: ['ask-provider/transfer'],
  instead: ['wait-for-term', invitation],
  afterwards: admin,
}
const waiting: Answer = { first: relationship, do: ['wait-for-term'], instead: [invitation], afterwards: ordered }

/** Licences: chapter 4.1. */
const licenceRows: readonly Row[] = [
  row('lic-online-partner', partners, commercial, { ways: licences(online, 'take-over'), clicks: 3, ...switching }),
  row('lic-online-reseller', resellers, commercial, { ways: licences(online, 'take-over'), clicks: 3, ...ordering }),
  row('lic-contract-partner', partners, commercial, {
    ways: licences(contracts, 'take-over'),
    clicks: 3,
    ...switching,
  }),
  row('lic-contract-reseller', resellers, commercial, {
    ways: licences(contracts, 'take-over'),
    clicks: 3,
    ...ordering,
  }),
  row('lic-ea-partner', partners, global, { ways: licences(['ea'], 'take-over'), clicks: 3, ...continuing }),
  row('lic-ea-government-partner', partners, government, {
    ways: licences(['ea'], 'take-over'),
    clicks: 3,
    ...continuing,
  }),
  row('lic-ea-reseller', resellers, global, {
    ways: licences(['ea'], 'take-over'),
    clicks: 3,
    ...continuingByProvider,
  }),
  row('lic-ea-government-reseller', resellers, government, {
    ways: licences(['ea'], 'take-over'),
    clicks: 3,
    ...continuingByProvider,
  }),
  row('lic-syndication-partner', partners, commercial, {
    ways: licences(['syndication'], 'take-over'),
    clicks: 3,
    ...leaving,
  }),
  row('lic-syndication-reseller', resellers, commercial, {
    ways: licences(['syndication'], 'take-over'),
    clicks: 3,
    ...leaving,
  }),
  row('lic-csp-nce-partner', partners, global, {
    ways: licences(['csp-partner'], 'new-commerce'),
    clicks: 3,
    first: relationship,
    do: ['transfer'],
    instead: ['wait-for-term', 'cancel-early'],
    afterwards: admin,
  }),
  row('lic-csp-legacy-partner', partners, global, {
    ways: licences(['csp-partner'], 'legacy'),
    clicks: 3,
    first: relationship,
    do: ['migrate-to-new-commerce', 'transfer'],
    instead: ['wait-for-term'],
    afterwards: admin,
  }),
  row('lic-csp-reseller-other', resellers, global, {
    ways: licences(['csp-partner'], 'no'),
    clicks: 3,
    ...transferByProvider,
  }),
  row('lic-csp-reseller-same', resellers, commercial, {
    ways: licences(['csp-partner'], 'yes'),
    clicks: 3,
    first: relationship,
    do: ['ask-provider/reseller-of-record'],
    instead: [invitation],
    afterwards: admin,
  }),
  row('lic-csp-reseller-unknown', resellers, global, {
    ways: licences(['csp-partner'], 'unknown'),
    clicks: 3,
    ...transferByProvider,
  }),
  row('lic-csp-national-partner', partners, [...government, ...china], {
    ways: licences(['csp-partner']),
    clicks: 2,
    first: relationship,
    do: ['wait-for-term'],
    afterwards: ['switch-licences'],
  }),
  row('lic-csp-national-reseller', resellers, government, {
    ways: [...licences(['csp-partner'], 'no'), ...licences(['csp-partner'], 'unknown')],
    clicks: 3,
    ...waiting,
  }),
  row('lic-csp-china-reseller', resellers, china, { ways: licences(['csp-partner']), clicks: 2, ...waiting }),
  row('lic-unknown', partners, open, {
    ways: licences(['unknown']),
    clicks: 2,
    do: ['find-seller'],
    instead: relationship,
  }),
  row('lic-unknown-reseller', resellers, open, {
    ways: licences(['unknown']),
    clicks: 2,
    do: ['find-seller'],
    instead: [...relationship, invitation],
  }),
  row('lic-support', everybody, commercial, {
    ways: licences([...online, ...contracts, 'unknown'], 'support-only'),
    clicks: 3,
    do: admin,
    instead: ['work-in-customer-tenant'],
  }),
  row('lic-support', partners, global, {
    ways: licences(['csp-partner'], 'new-commerce', 'support-only'),
    clicks: 4,
    do: admin,
    instead: ['work-in-customer-tenant'],
  }),
  row('lic-support', resellers, commercial, {
    ways: licences(['csp-partner'], 'no', 'support-only'),
    clicks: 4,
    do: admin,
    instead: ['work-in-customer-tenant'],
  }),
  // The government cloud does not ask a partner about its commerce, which saves the fourth click.
  row('lic-support', partners, government, {
    ways: licences(['csp-partner'], 'support-only'),
    clicks: 3,
    do: admin,
    instead: ['work-in-customer-tenant'],
  }),
  row('lic-support-ea', everybody, commercial, {
    ways: licences(['ea'], 'support-only'),
    clicks: 3,
    do: ['work-in-customer-tenant'],
  }),
  row('lic-support-syndication', everybody, commercial, {
    ways: licences(['syndication'], 'support-only'),
    clicks: 3,
    do: admin,
    instead: ['work-in-customer-tenant'],
  }),
  row('lic-china', partners, china, {
    ways: licences(licencesElsewhere, 'take-over'),
    clicks: 3,
    first: relationship,
    do: ['switch-licences'],
  }),
  row('lic-china-reseller', resellers, china, {
    ways: licences(licencesElsewhere, 'take-over'),
    clicks: 3,
    first: relationship,
    do: ordered,
    instead: [invitation],
  }),
  row('lic-support-china', everybody, china, {
    ways: licences([...licencesElsewhere, 'csp-partner', 'unknown'], 'support-only'),
    clicks: 3,
    do: ['work-in-customer-tenant'],
  }),
]

const prepared = [...relationship, 'plan-reservations']
const aligned = [...relationship, 'align-tenant', 'plan-reservations']
const built = ['ask-provider/azure-plan', 'resource-move']
const byHand = ['manual-migration']
const access = ['regain-access']
const moving: Answer = { do: ['resource-move'], instead: byHand }
const movingByProvider: Answer = { do: built, instead: [...byHand, invitation] }
const owning: Answer = {
  first: prepared,
  do: ['billing-ownership'],
  instead: ['resource-move'],
  afterwards: access,
}
const azureByProvider: Answer = {
  first: prepared,
  do: ['ask-provider/transfer'],
  instead: [invitation],
  afterwards: access,
}
const near = (sources: readonly string[]) => [...azure(sources, 'same'), ...azure(sources, 'unknown')]
const far = (sources: readonly string[]) => azure(sources, 'other')

/** Azure: chapter 4.2. */
const azureRows: readonly Row[] = [
  row('use-move-partner', partners, commercial, { ways: near(movable), clicks: 3, first: prepared, ...moving }),
  row('use-move-reseller', resellers, commercial, {
    ways: near(movable),
    clicks: 3,
    first: prepared,
    ...movingByProvider,
  }),
  row('use-move-other-partner', partners, commercial, { ways: far(movable), clicks: 3, first: aligned, ...moving }),
  row('use-move-other-reseller', resellers, commercial, {
    ways: far(movable),
    clicks: 3,
    first: aligned,
    ...movingByProvider,
  }),
  row('use-owner-partner', ['direct'], global, { ways: azure(owned), clicks: 2, ...owning }),
  row('use-owner-provider', ['indirect-provider'], global, { ways: azure(owned), clicks: 2, ...owning }),
  row('use-owner-reseller', resellers, global, {
    ways: azure(owned),
    clicks: 2,
    first: prepared,
    do: ['ask-provider/billing-ownership'],
    instead: [...built, invitation],
    afterwards: access,
  }),
  row('use-gov-partner', partners, government, { ways: near(owned), clicks: 3, first: prepared, ...moving }),
  row('use-gov-reseller', resellers, government, {
    ways: near(owned),
    clicks: 3,
    first: prepared,
    ...movingByProvider,
  }),
  row('use-gov-other-partner', partners, government, { ways: far(owned), clicks: 3, first: aligned, ...moving }),
  row('use-gov-other-reseller', resellers, government, {
    ways: far(owned),
    clicks: 3,
    first: aligned,
    ...movingByProvider,
  }),
  row('use-csp-plan-partner', partners, global, {
    ways: azure(['csp-partner'], 'azure-plan'),
    clicks: 3,
    first: prepared,
    do: ['transfer'],
    instead: ['resource-move'],
    afterwards: access,
  }),
  row('use-csp-legacy-partner', partners, global, {
    ways: azure(['csp-partner'], 'legacy'),
    clicks: 3,
    first: relationship,
    do: ['convert-to-azure-plan', 'transfer'],
    instead: ['support-ticket'],
    afterwards: access,
  }),
  row('use-csp-reseller-other', resellers, global, {
    ways: azure(['csp-partner'], 'no'),
    clicks: 3,
    ...azureByProvider,
  }),
  row('use-csp-reseller-same', resellers, commercial, {
    ways: azure(['csp-partner'], 'yes'),
    clicks: 3,
    first: relationship,
    do: ['ask-provider/reseller-of-record'],
    instead: [invitation],
    afterwards: access,
  }),
  row('use-csp-reseller-unknown', resellers, global, {
    ways: azure(['csp-partner'], 'unknown'),
    clicks: 3,
    ...azureByProvider,
  }),
  row('use-csp-national-partner', partners, [...government, ...china], {
    ways: azure(['csp-partner']),
    clicks: 2,
    first: relationship,
    ...moving,
  }),
  row('use-csp-national-reseller', resellers, government, {
    ways: [...azure(['csp-partner'], 'no'), ...azure(['csp-partner'], 'unknown')],
    clicks: 3,
    first: relationship,
    ...movingByProvider,
  }),
  row('use-csp-china-reseller', resellers, china, {
    ways: azure(['csp-partner']),
    clicks: 2,
    first: relationship,
    ...movingByProvider,
  }),
  row('use-unknown', partners, open, {
    ways: azure(['unknown']),
    clicks: 2,
    do: ['find-seller'],
    instead: relationship,
  }),
  row('use-unknown-reseller', resellers, open, {
    ways: azure(['unknown']),
    clicks: 2,
    do: ['find-seller'],
    instead: [...relationship, invitation],
  }),
  row('use-support', everybody, open, {
    ways: azure(['unknown'], 'support-only'),
    clicks: 3,
    do: ['request-azure-access'],
  }),
  row('use-support', everybody, global, {
    ways: azure(owned, 'support-only'),
    clicks: 3,
    do: ['request-azure-access'],
  }),
  row('use-support', everybody, commercial, {
    ways: azure(movable, 'same', 'support-only'),
    clicks: 4,
    do: ['request-azure-access'],
  }),
  row('use-support', partners, global, {
    ways: azure(['csp-partner'], 'azure-plan', 'support-only'),
    clicks: 4,
    do: ['request-azure-access'],
  }),
  row('use-support', resellers, commercial, {
    ways: azure(['csp-partner'], 'no', 'support-only'),
    clicks: 4,
    do: ['request-azure-access'],
  }),
  row('use-support', everybody, china, {
    ways: azure([...movable, ...owned, 'csp-partner'], 'support-only'),
    clicks: 3,
    do: ['request-azure-access'],
  }),
  row('use-china', partners, china, {
    ways: azure([...movable, ...owned]),
    clicks: 2,
    first: relationship,
    do: byHand,
  }),
  row('use-china-reseller', resellers, china, {
    ways: azure([...movable, ...owned]),
    clicks: 2,
    first: relationship,
    do: ['ask-provider/azure-plan', 'manual-migration'],
    instead: [invitation],
  }),
]

/** Resale and the closed cloud: chapter 4.3. */
const otherRows: readonly Row[] = [
  row('resale', everybody, open, { ways: [['resale']], clicks: 1, do: ['no-resale'] }),
  row('cloud-closed', everybody, ['germany'], {
    ways: [['licence'], ['usage'], ['resale'], ['something-else']],
    clicks: 1,
    do: ['cloud-closed'],
  }),
]

const topic = (rule: string, roles: Place['roles'], clouds: Place['clouds'], value: string, answer: Answer): Row =>
  row(rule, roles, clouds, { ways: [['something-else', value]], clicks: 2, ...answer })

/** The rows of a topic whose relationship a reseller can have through its direct partner as well. */
const byRole = (rule: string, clouds: Place['clouds'], value: string, answer: Answer): Row[] => [
  topic(rule, partners, clouds, value, answer),
  topic(`${rule}-reseller`, resellers, clouds, value, { ...answer, instead: [invitation] }),
]

/** Topics: chapter 4.4. */
const topicRows: readonly Row[] = [
  topic('topic-leaving-csp', everybody, open, 'leaving-csp', {
    do: ['resource-move', 'plan-reservations', 'wait-for-term'],
  }),
  topic('topic-other-tenant', everybody, open, 'other-tenant', {
    do: ['align-tenant', 'manual-migration', 'plan-reservations'],
  }),
  topic('topic-seller-suspended-direct', ['direct'], open, 'seller-suspended', {
    do: ['request-relationship', 'transfer'],
  }),
  topic('topic-seller-suspended-provider', ['indirect-provider'], open, 'seller-suspended', {
    do: ['request-relationship', 'change-reseller-of-record', 'transfer'],
  }),
  topic('topic-seller-suspended-reseller', resellers, open, 'seller-suspended', {
    do: ['request-relationship', 'ask-provider/reseller-of-record', 'ask-provider/transfer'],
    instead: [invitation],
  }),
  ...byRole('topic-no-admin-left', open, 'no-admin-left', { first: ['restore-administrator'], do: relationship }),
  ...byRole('topic-wrong-account-accepted', open, 'wrong-account-accepted', { do: relationship }),
  topic('topic-software-reservation-saas', everybody, open, 'software-reservation-saas', {
    do: ['plan-reservations', 'wait-for-term'],
  }),
  ...byRole('topic-nonprofit-public-sector', commercial, 'nonprofit-public-sector', {
    do: ['request-relationship', 'request-delegated-admin'],
  }),
  ...byRole('topic-nonprofit-public-sector-china', china, 'nonprofit-public-sector', {
    do: ['request-relationship', 'work-in-customer-tenant'],
  }),
  topic('topic-our-role-changes', everybody, open, 'our-role-changes', { do: ['transfer'] }),
  topic('topic-other', everybody, open, 'other', { do: [] }),
]

/** The whole decision table, with the clicks that it promises. */
export const rows: readonly Row[] = [...licenceRows, ...azureRows, ...otherRows, ...topicRows]

/** Answers for both services (chapter 4.3), each by the rules of its parts in order. */
export const bothServices = [
  { role: 'direct', sources: ['microsoft-direct', 'ea'], rules: ['lic-online-partner', 'use-owner-partner'] },
  { role: 'direct', sources: ['ea', 'ea'], rules: ['use-owner-partner', 'lic-ea-partner'] },
  {
    role: 'indirect-provider',
    sources: ['syndication', 'open'],
    rules: ['lic-syndication-partner', 'use-move-partner'],
  },
  {
    role: 'direct',
    sources: ['csp-partner', 'csp-partner'],
    rules: ['lic-csp-nce-partner', 'lic-csp-legacy-partner', 'use-csp-plan-partner', 'use-csp-legacy-partner'],
  },
  {
    role: 'indirect-reseller',
    sources: ['csp-partner', 'csp-partner'],
    rules: ['lic-csp-reseller-unknown', 'use-csp-reseller-unknown'],
  },
  { role: 'indirect-reseller', sources: ['ea', 'ea'], rules: ['use-owner-reseller', 'lic-ea-reseller'] },
] as const
