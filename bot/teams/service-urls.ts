import { LOOPBACK_ORIGIN } from '../../clients/loopback.ts'

/** Rule for service URLs, applied to every incoming activity and at every send. */
export type ServiceUrlRule = (url: string) => boolean

// A plain grammar instead of a URL parser. It has no user info, port, query, fragment, escape, backslash, dot segment
// or white space, so that all parsers read such a URL alike.
const PATH = `(?:/[a-zA-Z0-9_~-][a-zA-Z0-9_.~-]*)*/?`
const OFFICIAL = new RegExp(`^https://([a-z0-9.-]+)${PATH}$`)
const LOOPBACK = new RegExp(`^(?=http:)${LOOPBACK_ORIGIN}${PATH}$`)

/** Creates the rule of production: https, default port, and exactly a host of the list. */
export function exactServiceUrls(hosts: readonly string[]): ServiceUrlRule {
  const allowed = new Set(hosts)
  return (url) => {
    const host = OFFICIAL.exec(url)?.[1]
    return host !== undefined && allowed.has(host)
  }
}

/** Rule of the sandbox, tests and benches: plain http on loopback. */
export const loopbackServiceUrls: ServiceUrlRule = (url) => LOOPBACK.test(url)
