import type { Viewer } from '../viewer.ts'

/** Longest address that is made clickable. */
export const MAX_LINK_LENGTH = 2000

const loopback = ['127.0.0.1', '[::1]', 'localhost']

/**
 * Returns a foreign link if it is safe to click, else undefined. Safe means `https` without credentials and, in the
 * sandbox, the simulated service on this machine.
 */
export function webLink({ sandbox }: Viewer, link: string): string | undefined {
  if (link.length > MAX_LINK_LENGTH || !URL.canParse(link)) return undefined
  const { protocol, hostname, username, password, href } = new URL(link)
  if (username !== '' || password !== '') return undefined
  const isSafe = protocol === 'https:' || (sandbox && protocol === 'http:' && loopback.includes(hostname))
  return isSafe ? href : undefined
}

/**
 * Builds a button that opens an address in the browser or mail program. Without a tooltip clients would show the
 * address, which for a draft is the whole mail.
 */
export const openUrl = (
  title: string,
  url: string,
  { style = 'default', tooltip = title }: { style?: 'default' | 'positive'; tooltip?: string } = {},
) => ({
  type: 'Action.OpenUrl',
  title,
  tooltip,
  url,
  style,
})
