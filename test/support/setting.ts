import type { Deployment } from '../../bot/deployment.ts'
import { tenant } from './bot.ts'
import { policy } from './policy.ts'

/** What does not change from turn to turn, for tests that have no bot around them. */
export const settingOf = (more: Partial<Deployment> = {}): Deployment => ({
  policy,
  edition: '2017-03',
  cloud: 'global',
  defaultLocale: 'en',
  sandbox: true,
  partner: {
    tenant,
    admins: new Set(),
    auditors: new Set(),
    approvalsRequired: 1,
    approvers: () => ({ people: [], group: undefined, members: [] }),
  },
  ...more,
})
