import { LOOPBACK_ORIGIN } from '../../clients/loopback.ts'

/** Says whether the bot may talk to a service URL. Asked when an activity comes in and again at every send. */
export type ServiceUrlRule = (url: string) => boolean

// One plain grammar instead of a URL parser: no user info, port, query, fragment, escape, backslash, dot segment,
// white space, capital in the host or non-ASCII letter: no two parsers can read such a string differently.
const PATH = `(?:/[a-zA-Z0-9_~-][a-zA-Z0-9_.~-]*)*/?`
const OFFICIAL = new RegExp(`^https://([a-z0-9.-]+)${PATH}$`)
const LOOPBACK = new RegExp(`^(?=http:)${LOOPBACK_ORIGIN}${PATH}$`)

/** The rule of production: https, default port, and a host of the list to the letter. */
export function exactServiceUrls(hosts: readonly string[]): ServiceUrlRule {
  const allowed = new Set(hosts)
  return (url) => {
    const host = OFFICIAL.exec(url)?.[1]
    return host !== undefined && allowed.has(host)
  }
}

/** The rule of the sandbox, of tests and of benches: plain http to this machine. */
export const loopbackServiceUrls: ServiceUrlRule = (url) => LOOPBACK.test(url)
