interface PostedMessage {
  tenant: string
  /** Id of the channel. */
  conversation: string
  message: string
}

/**
 * Returns the deep link to a message of a channel. The sandbox has no Teams to open, and national clouds have Teams at
 * other addresses.
 */
export function messageLink(
  { sandbox, cloud }: { sandbox: boolean; cloud: string },
  { tenant, conversation, message }: PostedMessage,
): string | undefined {
  if (sandbox || cloud !== 'global') return undefined
  const query = new URLSearchParams({ tenantId: tenant, parentMessageId: message })
  return `https://teams.microsoft.com/l/message/${encodeURIComponent(conversation)}/${encodeURIComponent(message)}?${query}`
}
