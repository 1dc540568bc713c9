/** How an invitation stands that can be inserted into a chat. */
export const insertableStates = ['created', 'with-reseller', 'with-customer', 'accepted'] as const
