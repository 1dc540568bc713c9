import { type Answer, Fault } from './fault.ts'
import type { Gdap } from './gdap.ts'
import type {
  AccessDetails,
  GdapAssignment,
  GdapOperation,
  GdapOrder,
  GdapRelationship,
  GdapRequest,
} from './gdap-record.ts'
import type { Ask, Handler } from './partner-center.ts'
import type { Relationships } from './relationships.ts'
import type { Here } from './settings.ts'

const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString())
const ok = (body: unknown): Answer => ({ status: 200, body })
const details = (roles: readonly string[]) => ({ unifiedRoles: roles.map((id) => ({ roleDefinitionId: id })) })
const root = '/v1.0/tenantRelationships/delegatedAdminRelationships'
const pageAtMost = 300
/** Seconds after which a long operation is worth looking at. */
const lookAgain = '10'

/** Only the few filters of OData that are of any use here: `name eq 'value'`. */
function fits(record: Record<string, unknown>, filter: string | null): boolean {
  if (filter === null) return true
  const [, path = '', value] = /^([\w/]+) eq '((?:[^']|'')*)'$/.exec(filter.trim()) ?? []
  if (value === undefined) throw new Fault(400, 'BadRequest', "Only filters like status eq 'active' are simulated.")
  const found = path.split('/').reduce<unknown>((at, key) => (at as Record<string, unknown> | null)?.[key], record)
  return found === value.replaceAll("''", "'")
}

/** The operations of contracts/graph-tenants.openapi.json and contracts/graph-gdap.openapi.json. */
export function createGraph(
  { store, origin }: Here,
  { relationships, gdap }: { relationships: Relationships; gdap: Gdap },
): Record<string, Handler> {
  const { state } = store

  function tenant(found: { id: string; name: string; domain: string } | undefined, { caller }: Ask): Answer {
    if (found === undefined) throw new Fault(404, 'Request_ResourceNotFound', 'The tenant was not found.')
    if (store.customer(found.id) !== undefined) relationships.lookedUp(found.id, caller.tenant)
    return ok({
      '@odata.context': `${origin}/v1.0/$metadata#microsoft.graph.tenantInformation`,
      tenantId: found.id,
      displayName: found.name,
      defaultDomainName: found.domain,
      federationBrandName: null,
    })
  }
  const everybody = () => [...state.customers, ...state.partners]

  const relationship = (one: GdapRelationship) => ({
    '@odata.type': '#microsoft.graph.delegatedAdminRelationship',
    '@odata.etag': gdap.etagOf(one),
    id: one.id,
    displayName: one.displayName,
    duration: one.duration,
    autoExtendDuration: one.autoExtend,
    customer: one.customer,
    accessDetails: details(one.roles),
    status: one.status,
    createdDateTime: iso(one.createdAt),
    lastModifiedDateTime: iso(one.modifiedAt),
    // Samples show an empty string before it is active.
    activatedDateTime: iso(one.activatedAt) ?? '',
    endDateTime: null,
  })
  const request = (one: GdapRequest) => ({
    id: one.id,
    action: one.action,
    status: one.status,
    createdDateTime: iso(one.at),
    lastModifiedDateTime: iso(one.at),
  })
  const assignment = (one: GdapAssignment) => ({
    '@odata.etag': gdap.etagOf(one),
    id: one.id,
    status: one.status,
    accessContainer: one.container,
    accessDetails: details(one.roles),
    createdDateTime: iso(one.createdAt),
    lastModifiedDateTime: iso(one.modifiedAt),
  })
  const operation = (one: GdapOperation) => ({
    id: one.id,
    operationType: one.kind,
    status: gdap.statusOf(one),
    data: '',
    createdDateTime: iso(one.at),
    lastModifiedDateTime: iso(one.at),
  })

  function page(records: readonly Record<string, unknown>[], { query }: Ask, path: string): Answer {
    const found = records.filter((one) => fits(one, query.get('$filter')))
    const size = Number(query.get('$top') ?? pageAtMost)
    const from = Number(query.get('$skipToken') ?? 0)
    const next = new URL(path, origin)
    for (const [name, value] of query) next.searchParams.set(name, value)
    next.searchParams.set('$skipToken', String(from + size))
    return ok({
      ...(query.get('$count') === 'true' ? { '@odata.count': found.length } : {}),
      ...(from + size < found.length ? { '@odata.nextLink': next.href } : {}),
      value: found.slice(from, from + size),
    })
  }

  function own({ params, caller }: Ask): GdapRelationship {
    const found = gdap.find(params.relationshipId ?? '')
    if (found?.partner !== caller.tenant) throw new Fault(404, 'NotFound', 'The relationship was not found.')
    return found
  }
  function part<T extends { id: string }>(parts: readonly T[], id: string | undefined): T {
    const found = parts.find((one) => one.id === id?.toLowerCase())
    if (found === undefined) throw new Fault(404, 'NotFound', 'There is no such thing.')
    return found
  }
  const assignmentOf = (ask: Ask) => part(own(ask).assignments, ask.params.assignmentId)
  const made = (body: unknown, path: string): Answer => ({
    status: 201,
    body,
    headers: { Location: `${origin}${root}/${path}` },
  })

  function reassign(ask: Ask): Answer {
    const one = own(ask)
    const { accessDetails } = ask.body as { accessDetails: AccessDetails }
    const running = gdap.reassign(one, assignmentOf(ask), { accessDetails, etag: ask.headers['if-match'] })
    if (running === undefined) return ok(assignment(assignmentOf(ask)))
    const headers = { Location: `${origin}${root}/${one.id}/operations/${running.id}`, 'Retry-After': lookAgain }
    return { status: 202, headers }
  }

  const customers = ({ caller }: Ask) =>
    [...new Set(gdap.of(caller.tenant).map((one) => (one.status === 'active' ? one.customer?.tenantId : undefined)))]
      .filter((id) => id !== undefined)
      .map((id) => ({ id, tenantId: id, displayName: store.customer(id)?.name ?? null }))

  return {
    findTenantInformationByDomainName: (ask) => {
      const domain = ask.params.domainName?.toLowerCase()
      return tenant(
        everybody().find((one) => one.domain === domain),
        ask,
      )
    },
    findTenantInformationByTenantId: (ask) => {
      const id = ask.params.tenantId?.toLowerCase()
      return tenant(
        everybody().find((one) => one.id === id),
        ask,
      )
    },
    listRelationships: (ask) => page(gdap.of(ask.caller.tenant).map(relationship), ask, root),
    createRelationship: (ask) => {
      const one = gdap.create(ask.caller.tenant, ask.body as GdapOrder, ask.requestId)
      return made(relationship(one), one.id)
    },
    getRelationship: (ask) => ok(relationship(own(ask))),
    updateRelationship: (ask) => {
      const one = own(ask)
      gdap.update(one, ask.body as Partial<GdapOrder>, ask.headers['if-match'])
      return ok(relationship(one))
    },
    deleteRelationship: (ask) => {
      gdap.remove(own(ask), ask.headers['if-match'])
      return { status: 204 }
    },
    listRequests: (ask) => page(own(ask).requests.map(request), ask, `${root}/${own(ask).id}/requests`),
    createRequest: (ask) => {
      const one = gdap.request(own(ask), (ask.body as { action: string }).action, ask.requestId)
      return made(request(one), `${own(ask).id}/requests/${one.id}`)
    },
    getRequest: (ask) => ok(request(part(own(ask).requests, ask.params.requestId))),
    listAccessAssignments: (ask) =>
      page(own(ask).assignments.map(assignment), ask, `${root}/${own(ask).id}/accessAssignments`),
    createAccessAssignment: (ask) => {
      const one = gdap.assign(own(ask), ask.body as Parameters<Gdap['assign']>[1], ask.requestId)
      return made(assignment(one), `${own(ask).id}/accessAssignments/${one.id}`)
    },
    getAccessAssignment: (ask) => ok(assignment(assignmentOf(ask))),
    updateAccessAssignment: reassign,
    deleteAccessAssignment: (ask) => {
      gdap.unassign(own(ask), assignmentOf(ask), ask.headers['if-match'])
      return { status: 204 }
    },
    listOperations: (ask) => page(own(ask).operations.map(operation), ask, `${root}/${own(ask).id}/operations`),
    getOperation: (ask) => ok(operation(part(own(ask).operations, ask.params.operationId))),
    listDelegatedAdminCustomers: (ask) =>
      page(customers(ask), ask, '/v1.0/tenantRelationships/delegatedAdminCustomers'),
    getDelegatedAdminCustomer: (ask) => ok(part(customers(ask), ask.params.customerTenantId)),
  }
}
