import { z } from 'zod'
import { tenantSchema } from './calls.ts'
import { erased } from './erasable-texts.ts'
import type { StoredTrack } from './tracks/protocol.ts'

/** A customer as far as it is known: its name, which may be its domain, its first domain and its tenant. */
export const customerSchema = z.strictObject({
  name: z.string(),
  domain: z.string().nullable(),
  tenant: z.string().nullable(),
})
export type CaseCustomer = z.infer<typeof customerSchema>

const guid = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/i
const domain = /^(?=.{4,253}$)(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]*\p{L}$/u
/** Web address or e-mail address, with what stands before the host. */
const beforeHost = /^(?:https?:\/\/(?:[^/?#]*@)?|mailto:[^@]*@|[^\s@/]+@)/i

/**
 * Finds the tenant id or the domain in what people type or paste: either of them, an e-mail address, a web address, or
 * the address of the customer's page in one of Microsoft's portals. Undefined for anything else, such as a name.
 */
export function readTenant(typed: string): string | undefined {
  const text = typed.trim().toLowerCase()
  const [host = ''] = text.replace(beforeHost, '').split(/[/?#:]/)
  const isPortal = /(?:^|\.)(?:microsoft|azure)\.(?:com|us)$/.test(host)
  if (text === guid.exec(text)?.[0]) return text
  if (isPortal && beforeHost.test(text)) return guid.exec(text)?.[0]
  const bare = host.replace(/^www\.(?=.+\.)/, '')
  return domain.test(bare) ? bare : undefined
}

/** Reads a customer as somebody names it; undefined for an empty text. */
export function readCustomer(typed: string): CaseCustomer | undefined {
  const name = typed.trim()
  if (name === '') return undefined
  const found = readTenant(name)
  if (found === undefined) return { name, domain: null, tenant: null }
  return guid.test(found) ? { name: found, domain: null, tenant: found } : { name: found, domain: found, tenant: null }
}

/** Finds the customers that the tracks of a case have looked up, in their order. */
export const foundCustomers = (tracks: readonly StoredTrack[]) =>
  tracks.flatMap(({ context }) => {
    const customer = typeof context === 'object' && context && 'customer' in context ? context.customer : undefined
    return tenantSchema.safeParse(customer).data ?? []
  })

/** The parts of a case that tell its customer. */
export interface CustomerFacts {
  /** The customer as a person named it. */
  named?: CaseCustomer | undefined
  tracks: readonly StoredTrack[]
}

/**
 * Finds the customer of a case: as a person named it, else as Microsoft knows it. A domain or an id that somebody typed
 * gives way to the name that was found under it.
 */
export function customerOf({ named, tracks }: CustomerFacts): CaseCustomer | undefined {
  const found = foundCustomers(tracks).map(({ id, name, domain }) => ({
    name: name || domain || id,
    domain,
    tenant: id,
  }))
  if (named === undefined || named.name === erased) return found.at(-1)
  const { domain, tenant } = named
  return found.findLast((each) => each.tenant === tenant || each.domain === domain) ?? named
}
