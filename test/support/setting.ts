import type { Deployment } from '../../bot/deployment.ts'
import { tenant } from './bot.ts'
import { policy } from './policy.ts'

/** Dependencies of a turn that stay the same, for tests without a bot. */
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
