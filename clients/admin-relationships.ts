import { z } from 'zod'
import { directoryIdSchema } from '../dialogs/directory-id.ts'
import { graphIds, odataLiteral, readPages } from './graph-pages.ts'
import { type Http, type HttpResult, NOT_IMPLEMENTED, type RequestIdentity } from './http.ts'

/** Delegated-admin relationship with a customer (GDAP). */
export type GdapRelationship = {
  /** Two GUIDs, joined by a dash. */
  id: string
  name: string
  /** Status of the service, from an open set: created, approvalPending, active, terminated, … */
  status: string
  /** Required for changes; some responses lack it. */
  etag: string | undefined
  customer: { id: string; name: string } | undefined
  /** Template ids of the directory roles. */
  roles: string[]
}

type NewAdminRelationship = {
  /** Unique within the partner, at most 50 characters: the only key by which a request is found again. */
  name: string
  customer: { id: string; name: string }
  roles: readonly string[]
  /** 1 to 730. */
  days: number
  /** True to extend it by 180 days at each end. */
  autoExtend: boolean
}

/** Roles of a group's members in a relationship. */
type AccessAssignment = { id: string; status: string; group: string; roles: string[] }

const detailsSchema = z
  .object({ unifiedRoles: z.array(z.object({ roleDefinitionId: directoryIdSchema })).nullish() })
  .nullish()
  .transform((details) => (details?.unifiedRoles ?? []).map(({ roleDefinitionId }) => roleDefinitionId))

/** Accepts further fields: relationships that a provider made for us come in the same list. */
const relationshipSchema = z
  .object({
    '@odata.etag': z.string().nullish(),
    id: z.string().min(1),
    displayName: z.string().nullish(),
    status: z.string().nullish(),
    // Relationships made elsewhere may name no customer before one approves, in several ways.
    customer: z.object({ tenantId: directoryIdSchema, displayName: z.string().nullish() }).nullish().catch(undefined),
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
    accessContainer: z.object({ accessContainerId: directoryIdSchema }),
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
/** Below the allowed 300, so that a page with many roles stays within the size that is read. */
const PAGE_SIZE = '200'

/**
 * Builds the link by which the customer approves a locked relationship. It takes the relationship's id: the reference
 * names the request's id, but its sample has the two joined GUIDs of a relationship.
 */
export const customerApprovalLink = (adminCenter: string, id: string): string =>
  `${adminCenter}/AdminPortal/Home#/partners/invitation/granularAdminRelationships/${encodeURIComponent(id)}`

/** Delegated-admin relationships of Graph, for the partner. Each function is one attempt; check before repeating a write. */
export function createAdminRelationships(http: Http) {
  const post = <T>(caller: RequestIdentity, path: string, body: object, schema: z.ZodType<T>) =>
    http.request({ method: 'POST', path, body, schema, ids: graphIds(caller), caller })
  const list = (caller: RequestIdentity, query: Record<string, string>) =>
    readPages(http, { path: root, query: { ...query, $top: PAGE_SIZE }, item: relationshipSchema, caller })

  return {
    /** Creates a draft, invisible to the customer until it is locked. A taken name is refused. */
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

    /** Finds a relationship by its exact name. Reads all if the service refuses the filter, which is undocumented. */
    find: async (caller: RequestIdentity, name: string): Promise<HttpResult<GdapRelationship | undefined>> => {
      const filtered = await list(caller, { $filter: `displayName eq ${odataLiteral(name)}` })
      const isFilter =
        filtered.kind === 'refused' && (filtered.fault === 'bad-request' || filtered.status === NOT_IMPLEMENTED)
      const found = isFilter ? await list(caller, {}) : filtered
      return found.kind === 'ok'
        ? { kind: 'ok', value: found.value.find((relationship) => relationship.name === name) }
        : found
    },

    get: (caller: RequestIdentity, id: string): Promise<HttpResult<GdapRelationship>> =>
      http.request({ method: 'GET', path: of(id), schema: relationshipSchema, ids: graphIds(caller), caller }),

    /** Locks the draft, so that the customer can approve it for 90 days. */
    lock: (caller: RequestIdentity, id: string): Promise<HttpResult<{ status: string }>> =>
      post(
        caller,
        `${of(id)}/requests`,
        { action: 'lockForApproval' },
        z
          .object({ id: z.string(), status: z.string().nullish() })
          .transform(({ status }) => ({ status: status ?? 'unknownFutureValue' })),
      ),

    /** Removes a draft, provided it is unchanged since it was read. */
    remove: (caller: RequestIdentity, { id, etag }: { id: string; etag: string }): Promise<HttpResult<undefined>> =>
      http.request({
        method: 'DELETE',
        path: of(id),
        headers: { 'If-Match': etag },
        schema: z.undefined(),
        ids: graphIds(caller),
        caller,
      }),

    /** Assigns roles to a security group; only while the relationship is active. */
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
