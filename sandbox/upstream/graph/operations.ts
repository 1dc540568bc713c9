import { type SimulatedAnswer, SimulatedError } from '../http/answer.ts'
import type { OperationHandler, OperationRequest } from '../http/operation.ts'
import type { Relationships } from '../partner-center/relationships.ts'
import type { SimulationContext } from '../settings.ts'
import type { Gdap } from './gdap.ts'
import type { AccessDetails, GdapAssignment, GdapOperation, GdapOrder, GdapRecord, GdapRequest } from './gdap-record.ts'

const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString())
const ok = (body: unknown): SimulatedAnswer => ({ status: 200, body })
const details = (roles: readonly string[]) => ({ unifiedRoles: roles.map((id) => ({ roleDefinitionId: id })) })
const root = '/v1.0/tenantRelationships/delegatedAdminRelationships'
const MAX_PAGE_SIZE = 300
/** Retry-After of a long-running operation, in seconds. */
const lookAgain = '10'

/** Applies the only simulated OData filter: `name eq 'value'`. */
function fits(record: Record<string, unknown>, filter: string | null): boolean {
  if (filter === null) return true
  const [, path = '', value] = /^([\w/]+) eq '((?:[^']|'')*)'$/.exec(filter.trim()) ?? []
  if (value === undefined)
    throw new SimulatedError(400, 'BadRequest', "Only filters like status eq 'active' are simulated.")
  const found = path.split('/').reduce<unknown>((at, key) => (at as Record<string, unknown> | null)?.[key], record)
  return found === value.replaceAll("''", "'")
}

/** Creates the operations of contracts/graph-tenants.openapi.json and contracts/graph-gdap.openapi.json. */
export function createSimulatedGraph(
  { store, settings, origin }: SimulationContext,
  { relationships, gdap }: { relationships: Relationships; gdap: Gdap },
): Record<string, OperationHandler> {
  const { state } = store

  function tenant(
    found: { id: string; name: string; domain: string } | undefined,
    { caller }: OperationRequest,
  ): SimulatedAnswer {
    if (found === undefined) throw new SimulatedError(404, 'Request_ResourceNotFound', 'The tenant was not found.')
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

  const relationship = (relationship: GdapRecord) => ({
    '@odata.type': '#microsoft.graph.delegatedAdminRelationship',
    '@odata.etag': gdap.etagOf(relationship),
    id: relationship.id,
    displayName: relationship.displayName,
    duration: relationship.duration,
    autoExtendDuration: relationship.autoExtend,
    customer: relationship.customer,
    accessDetails: details(relationship.roles),
    status: relationship.status,
    createdDateTime: iso(relationship.createdAt),
    lastModifiedDateTime: iso(relationship.modifiedAt),
    // The documentation shows an empty string before it is active.
    activatedDateTime: iso(relationship.activatedAt) ?? '',
    endDateTime: null,
  })
  const request = (request: GdapRequest) => ({
    id: request.id,
    action: request.action,
    status: request.status,
    createdDateTime: iso(request.at),
    lastModifiedDateTime: iso(request.at),
  })
  const assignment = (assignment: GdapAssignment) => ({
    '@odata.etag': gdap.etagOf(assignment),
    id: assignment.id,
    status: assignment.status,
    accessContainer: assignment.container,
    accessDetails: details(assignment.roles),
    createdDateTime: iso(assignment.createdAt),
    lastModifiedDateTime: iso(assignment.modifiedAt),
  })
  const operation = (running: GdapOperation) => ({
    id: running.id,
    operationType: running.kind,
    status: gdap.statusOf(running),
    data: '',
    createdDateTime: iso(running.at),
    lastModifiedDateTime: iso(running.at),
  })

  function page(
    records: readonly Record<string, unknown>[],
    { query }: OperationRequest,
    path: string,
  ): SimulatedAnswer {
    const found = records.filter((record) => fits(record, query.get('$filter')))
    const size = Number(query.get('$top') ?? MAX_PAGE_SIZE)
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

  function own({ params, caller }: OperationRequest): GdapRecord {
    const found = gdap.find(params.relationshipId ?? '')
    const isKnown = found !== undefined && found.createdAt + settings.gdapReplicationMs <= store.now()
    if (!isKnown || found.partner !== caller.tenant)
      throw new SimulatedError(404, 'NotFound', 'The relationship was not found.')
    return found
  }
  function part<T extends { id: string }>(parts: readonly T[], id: string | undefined): T {
    const found = parts.find((part) => part.id === id?.toLowerCase())
    if (found === undefined) throw new SimulatedError(404, 'NotFound', 'There is no such thing.')
    return found
  }
  const assignmentOf = (ask: OperationRequest) => part(own(ask).assignments, ask.params.assignmentId)
  const made = (body: unknown, path: string): SimulatedAnswer => ({
    status: 201,
    body,
    headers: { Location: `${origin}${root}/${path}` },
  })

  function reassign(ask: OperationRequest): SimulatedAnswer {
    const relationship = own(ask)
    const { accessDetails } = ask.body as { accessDetails: AccessDetails }
    const running = gdap.reassign(relationship, assignmentOf(ask), { accessDetails, etag: ask.headers['if-match'] })
    if (running === undefined) return ok(assignment(assignmentOf(ask)))
    const headers = {
      Location: `${origin}${root}/${relationship.id}/operations/${running.id}`,
      'Retry-After': lookAgain,
    }
    return { status: 202, headers }
  }

  const customers = ({ caller }: OperationRequest) =>
    [
      ...new Set(
        gdap
          .of(caller.tenant)
          .map((relationship) => (relationship.status === 'active' ? relationship.customer?.tenantId : undefined)),
      ),
    ]
      .filter((id) => id !== undefined)
      .map((id) => ({ id, tenantId: id, displayName: store.customer(id)?.name ?? null }))

  return {
    findTenantInformationByDomainName: (ask) => {
      const domain = ask.params.domainName?.toLowerCase()
      return tenant(
        everybody().find((company) => company.domain === domain),
        ask,
      )
    },
    findTenantInformationByTenantId: (ask) => {
      const id = ask.params.tenantId?.toLowerCase()
      return tenant(
        everybody().find((company) => company.id === id),
        ask,
      )
    },
    listRelationships: (ask) => page(gdap.of(ask.caller.tenant).map(relationship), ask, root),
    createRelationship: (ask) => {
      const created = gdap.create(ask.caller.tenant, ask.body as GdapOrder, ask.requestId)
      return made(relationship(created), created.id)
    },
    getRelationship: (ask) => ok(relationship(own(ask))),
    updateRelationship: (ask) => {
      const found = own(ask)
      gdap.update(found, ask.body as Partial<GdapOrder>, ask.headers['if-match'])
      return ok(relationship(found))
    },
    deleteRelationship: (ask) => {
      gdap.remove(own(ask), ask.headers['if-match'])
      return { status: 204 }
    },
    listRequests: (ask) => page(own(ask).requests.map(request), ask, `${root}/${own(ask).id}/requests`),
    createRequest: (ask) => {
      const created = gdap.request(own(ask), (ask.body as { action: string }).action, ask.requestId)
      return made(request(created), `${own(ask).id}/requests/${created.id}`)
    },
    getRequest: (ask) => ok(request(part(own(ask).requests, ask.params.requestId))),
    listAccessAssignments: (ask) =>
      page(own(ask).assignments.map(assignment), ask, `${root}/${own(ask).id}/accessAssignments`),
    createAccessAssignment: (ask) => {
      const created = gdap.assign(own(ask), ask.body as Parameters<Gdap['assign']>[1], ask.requestId)
      return made(assignment(created), `${own(ask).id}/accessAssignments/${created.id}`)
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
