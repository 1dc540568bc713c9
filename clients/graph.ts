import { z } from 'zod'
import { directoryIdSchema } from '../dialogs/directory-id.ts'
import { graphIds, odataLiteral } from './graph-pages.ts'
import type { Http, HttpResult, RequestIdentity } from './http.ts'

/** Directory of an organisation, with its display name and first domain, or its id where Graph shows no domain. */
export type Tenant = { id: string; name: string; domain: string }

const tenantSchema = z
  .object({
    tenantId: directoryIdSchema,
    displayName: z.string().nullish(),
    federationBrandName: z.string().nullish(),
    defaultDomainName: z.string().nullish(),
  })
  .transform((found): Tenant => {
    const domain = found.defaultDomainName || found.tenantId
    return { id: found.tenantId, name: found.displayName || found.federationBrandName || domain, domain }
  })

/** Finds the tenant of a domain or id through Graph, without a relationship. An unknown one is refused as `not-found`. */
export function createGraph(http: Http) {
  const find = (caller: RequestIdentity, by: 'DomainName' | 'TenantId', value: string): Promise<HttpResult<Tenant>> => {
    const name = by === 'DomainName' ? 'domainName' : 'tenantId'
    return http.request({
      method: 'GET',
      path: `/v1.0/tenantRelationships/findTenantInformationBy${by}(${name}=${encodeURIComponent(odataLiteral(value))})`,
      ids: graphIds(caller),
      schema: tenantSchema,
      caller,
    })
  }

  return {
    findTenantByDomain: (caller: RequestIdentity, domain: string) => find(caller, 'DomainName', domain),
    findTenantById: (caller: RequestIdentity, id: string) => find(caller, 'TenantId', id),
  }
}

export type Graph = ReturnType<typeof createGraph>
