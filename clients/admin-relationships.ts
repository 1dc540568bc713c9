import { z } from 'zod'
import { graphIds, odataLiteral, readPages } from './graph-pages.ts'
import type { Http, HttpResult, RequestIdentity } from './http.ts'
import { guid } from './schemas.ts'

/** A delegated-admin relationship with a customer (GDAP). */
export type GdapRelationship = {
  /** Two GUIDs, joined by a dash. */
  id: string
  name: string
  /** The service's own word, from an open set: created, approvalPending, active, terminated, … */
  status: string
  /** Needed to change it; missing from some answers. */
  etag: string | undefined
  customer: { id: string; name: string } | undefined
  /** Template ids of the directory roles. */
  roles: string[]
}

type NewAdminRelationship = {
  /** Unique among all of the partner, at most 50 characters: the only key by which a request is found again. */
  name: string
  customer: { id: string; name: string }
  roles: readonly string[]
  /** 1 to 730. */
  days: number
  /** By 180 days at each end, until it is switched off. */
  autoExtend: boolean
}

/** What the members of a group may do in a relationship. */
type AccessAssignment = { id: string; status: string; group: string; roles: string[] }

const detailsSchema = z
  .object({ unifiedRoles: z.array(z.object({ roleDefinitionId: guid })).nullish() })
  .nullish()
  .transform((details) => (details?.unifiedRoles ?? []).map(({ roleDefinitionId }) => roleDefinitionId))

/** Also of relationships that a provider made for us: they come in the same list with more fields. */
const relationshipSchema = z
  .object({
    '@odata.etag': z.string().nullish(),
    id: z.string().min(1),
    displayName: z.string().nullish(),
    status: z.string().nullish(),
    customer: z.object({ tenantId: guid, displayName: z.string().nullish() }).nullish(),
    accessDetails: detailsSchema,
  })
  .transform(
    ({ id, displayName, status, customer, accessDetails, '@odata.etag': etag }): GdapRelationship => ({
      id,
      name: displayName ?? '',
      status: status ?? 'unknownFutureValue',
      etag: etag ?? undefined,
      customer: customer ? { id: customer.tenantId, name: customer.displayName || customer.tenantId } : undefined,
      roles: accessDetails,
    }),
  )

const assignmentSchema = z
  .object({
    id: z.string(),
    status: z.string().nullish(),
    accessContainer: z.object({ accessContainerId: guid }),
    accessDetails: detailsSchema,
  })
  .transform(
    ({ id, status, accessContainer, accessDetails }): AccessAssignment => ({
      id,
      status: status ?? 'unknownFutureValue',
      group: accessContainer.accessContainerId,
      roles: accessDetails,
    }),
  )

const detailsOf = (roles: readonly string[]) => ({
  unifiedRoles: roles.map((roleDefinitionId) => ({ roleDefinitionId })),
})

const root = '/v1.0/tenantRelationships/delegatedAdminRelationships'
const of = (id: string) => `${root}/${encodeURIComponent(id)}`
/** The most that is allowed is 300; fewer keep an answer with many roles well below the size we read. */
const pageSize = '200'

/**
 * Where the customer approves a relationship. It takes the id of the relationship, though the reference speaks of that of
 * the request: its own sample shows the two joined GUIDs that only a relationship has. Works once it waits for approval.
 */
export const customerApprovalLink = (adminCenter: string, id: string): string =>
  `${adminCenter}/AdminPortal/Home#/partners/invitation/granularAdminRelationships/${encodeURIComponent(id)}`

/** Delegated-admin relationships of Graph, as the partner. Each function is one attempt; writes: look before repeating. */
export function createAdminRelationships(http: Http) {
  const post = <T>(caller: RequestIdentity, path: string, body: object, schema: z.ZodType<T>) =>
    http.request({ method: 'POST', path, body, schema, ids: graphIds(caller), caller })
  const list = (caller: RequestIdentity, query: Record<string, string>) =>
    readPages(http, { path: root, query: { ...query, $top: pageSize }, item: relationshipSchema, caller })

  return {
    /** A draft: nobody sees it before it is locked. A name that is taken is refused. */
    create: (
      caller: RequestIdentity,
      { name, customer, roles, days, autoExtend }: NewAdminRelationship,
    ): Promise<HttpResult<GdapRelationship>> => {
      const body = {
        displayName: name,
        duration: `P${days}D`,
        autoExtendDuration: autoExtend ? 'P180D' : 'PT0S',
        customer: { tenantId: customer.id, displayName: customer.name },
        accessDetails: detailsOf(roles),
      }
      return post(caller, root, body, relationshipSchema)
    },

    /** The one with exactly this name. The reference allows filters but not which: if this one is refused, all are read. */
    find: async (caller: RequestIdentity, name: string): Promise<HttpResult<GdapRelationship | undefined>> => {
      const filtered = await list(caller, { $filter: `displayName eq ${odataLiteral(name)}` })
      const isFilter = filtered.kind === 'refused' && filtered.fault === 'bad-request'
      const found = isFilter ? await list(caller, {}) : filtered
      return found.kind === 'ok'
        ? { kind: 'ok', value: found.value.find((relationship) => relationship.name === name) }
        : found
    },

    get: (caller: RequestIdentity, id: string): Promise<HttpResult<GdapRelationship>> =>
      http.request({ method: 'GET', path: of(id), schema: relationshipSchema, ids: graphIds(caller), caller }),

    /** Ends the drafting: from now on the customer can approve it, for 90 days. */
    lock: (caller: RequestIdentity, id: string): Promise<HttpResult<{ status: string }>> =>
      post(
        caller,
        `${of(id)}/requests`,
        { action: 'lockForApproval' },
        z
          .object({ id: z.string(), status: z.string().nullish() })
          .transform(({ status }) => ({ status: status ?? 'unknownFutureValue' })),
      ),

    /** Only as long as it is a draft, and as it was when it was read. */
    remove: (caller: RequestIdentity, { id, etag }: { id: string; etag: string }): Promise<HttpResult<undefined>> =>
      http.request({
        method: 'DELETE',
        path: of(id),
        headers: { 'If-Match': etag },
        schema: z.undefined(),
        ids: graphIds(caller),
        caller,
      }),

    /** Lets the members of a security group use these roles; only while the relationship is active. */
    assign: (
      caller: RequestIdentity,
      { id, group, roles }: { id: string; group: string; roles: readonly string[] },
    ): Promise<HttpResult<AccessAssignment>> => {
      const body = {
        accessContainer: { accessContainerId: group, accessContainerType: 'securityGroup' },
        accessDetails: detailsOf(roles),
      }
      return post(caller, `${of(id)}/accessAssignments`, body, assignmentSchema)
    },

    assignments: (caller: RequestIdentity, id: string): Promise<HttpResult<AccessAssignment[]>> =>
      readPages(http, { path: `${of(id)}/accessAssignments`, query: {}, item: assignmentSchema, caller }),
  }
}

export type AdminRelationships = ReturnType<typeof createAdminRelationships>
