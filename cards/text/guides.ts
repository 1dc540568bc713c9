import type { ActionId } from '../../dialogs/policy/policy.ts'

const learn = 'https://learn.microsoft.com/partner-center'

/** Where Microsoft explains an action. Without a language in the address, the site picks the reader's own. */
export const guides: Partial<Record<ActionId, string>> = {
  'request-relationship': `${learn}/customers/request-a-relationship-with-a-customer`,
  'request-delegated-admin': `${learn}/gdap-obtain-admin-permissions-to-manage-customer`,
  'manual-migration': `${learn}/customers/multichannel`,
  transfer: `${learn}/customers/transfer-subscriptions`,
  'support-ticket': `${learn}/switch-azure-subscriptions-to-a-different-partner`,
  'no-resale': `${learn}/customers/multichannel`,
}
