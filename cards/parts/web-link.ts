import type { Viewer } from '../viewer.ts'

/** Longest address that is made clickable. */
export const MAX_LINK_LENGTH = 2000

const loopback = ['127.0.0.1', '[::1]', 'localhost']

/**
 * A link from outside, if people may be led there with one click: `https` only, without a name or password in it, and in
 * the sandbox the simulated service on this machine. Undefined for anything else.
 */
export function webLink({ sandbox }: Viewer, link: string): string | undefined {
  if (link.length > MAX_LINK_LENGTH || !URL.canParse(link)) return undefined
  const { protocol, hostname, username, password, href } = new URL(link)
  if (username !== '' || password !== '') return undefined
  const isSafe = protocol === 'https:' || (sandbox && protocol === 'http:' && loopback.includes(hostname))
  return isSafe ? href : undefined
}

/** A button that opens an address in the browser or in the mail program. */
export const openUrl = (title: string, url: string, style: 'default' | 'positive' = 'default') => ({
  type: 'Action.OpenUrl',
  title,
  url,
  style,
})
