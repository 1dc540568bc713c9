import { SimulatedError } from '../http/answer.ts'
import type { SimulationContext } from '../settings.ts'
import type { AccessDetails, GdapAssignment, GdapOperation, GdapOrder, GdapRecord, GdapRequest } from './gdap-record.ts'

const MAX_DAYS = 731
const daysOf = (duration: string): number => {
  const [, years = '0', months = '0', weeks = '0', days = '0'] =
    /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?$/.exec(duration) ?? []
  return Number(years) * 365 + Number(months) * 30 + Number(weeks) * 7 + Number(days)
}
const rolesOf = ({ unifiedRoles }: AccessDetails): string[] => unifiedRoles.map((role) => role.roleDefinitionId)

/** Delegated-admin relationships of Graph, from draft to end. */
export function createGdap({ store, settings, publish }: SimulationContext) {
  const { state } = store
  const later = () => store.now() + settings.gdapDelayMs

  function touch(record: GdapRecord | GdapAssignment): void {
    record.etag += 1
    record.modifiedAt = store.now()
    store.changed()
  }

  function notify(relationship: GdapRecord, name: string, assignment?: GdapAssignment): void {
    const audit = store.audit({
      partner: relationship.partner,
      customer: relationship.customer?.tenantId ?? '',
      operation: name,
      resourceType: 'granular_admin_relationship',
      value: { Id: relationship.id },
    })
    const path = `https://partner.microsoft.com/granularAdminRelationships/${relationship.id}`
    publish(relationship.partner, {
      name,
      resourceUri: assignment === undefined ? path : `${path}/accessAssignments/${assignment.id}`,
      resourceName: assignment === undefined ? 'GranularAdminRelationship' : 'GranularAdminAccessAssignment',
      auditUri: `https://api.partnercenter.microsoft.com/auditactivity/v1/auditrecords/${audit}`,
    })
  }

  /** Throws unless the etag is the latest one. */
  function matches(record: { etag: number }, etag: string | undefined): void {
    if (etag !== etagOf(record))
      throw new SimulatedError(412, 'PreconditionFailed', 'The etag is not the latest record.')
  }

  function only(relationship: GdapRecord, ...statuses: GdapRecord['status'][]): void {
    if (statuses.includes(relationship.status)) return
    throw new SimulatedError(409, 'Conflict', `Not possible while the relationship is ${relationship.status}.`)
  }

  function refuseOrder(partner: string, order: Partial<GdapOrder>, own?: GdapRecord): void {
    const taken = state.gdap.some(
      (relationship) =>
        relationship !== own && relationship.partner === partner && relationship.displayName === order.displayName,
    )
    // The documentation does not give the code for a name that is taken.
    if (taken) throw new SimulatedError(409, 'Conflict', 'A relationship with this displayName exists.')
    const days = order.duration === undefined ? 1 : daysOf(order.duration)
    if (days < 1 || days > MAX_DAYS) throw new SimulatedError(400, 'BadRequest', 'The duration is out of range.')
  }

  const etagOf = ({ etag }: { etag: number }): string => `W/"${etag}"`
  const find = (id: string) => state.gdap.find((relationship) => relationship.id === id.toLowerCase())

  return {
    etagOf,
    find,
    of: (partner: string): GdapRecord[] => state.gdap.filter((relationship) => relationship.partner === partner),
    all: (): readonly GdapRecord[] => state.gdap,
    create: (partner: string, order: GdapOrder, requestId: string | null): GdapRecord => {
      refuseOrder(partner, order)
      const at = store.now()
      const relationship: GdapRecord = {
        id: `${store.newId()}-${store.newId()}`,
        partner,
        displayName: order.displayName,
        duration: order.duration,
        autoExtend: order.autoExtendDuration ?? 'PT0S',
        customer: order.customer ?? null,
        roles: rolesOf(order.accessDetails),
        status: 'created',
        etag: 1,
        createdAt: at,
        modifiedAt: at,
        activatedAt: null,
        requests: [],
        assignments: [],
        operations: [],
      }
      state.gdap.push(relationship)
      store.effect('gdap.create', `${partner} ${order.displayName}`, requestId)
      return relationship
    },
    update: (relationship: GdapRecord, order: Partial<GdapOrder>, etag: string | undefined): void => {
      matches(relationship, etag)
      only(relationship, 'created')
      refuseOrder(relationship.partner, order, relationship)
      relationship.displayName = order.displayName ?? relationship.displayName
      relationship.duration = order.duration ?? relationship.duration
      relationship.autoExtend = order.autoExtendDuration ?? relationship.autoExtend
      relationship.customer = order.customer ?? relationship.customer
      if (order.accessDetails !== undefined) relationship.roles = rolesOf(order.accessDetails)
      touch(relationship)
      store.effect('gdap.update', relationship.id)
    },
    remove: (relationship: GdapRecord, etag: string | undefined): void => {
      matches(relationship, etag)
      only(relationship, 'created')
      state.gdap = state.gdap.filter((other) => other !== relationship)
      store.effect('gdap.delete', relationship.id)
    },
    /** Requests approval or termination. */
    request: (relationship: GdapRecord, action: string, requestId: string | null): GdapRequest => {
      if (action !== 'lockForApproval' && action !== 'terminate') {
        throw new SimulatedError(400, 'BadRequest', `The action ${action} is not simulated.`)
      }
      only(relationship, action === 'terminate' ? 'active' : 'created')
      const made: GdapRequest = { id: store.newId(), action, status: 'created', at: store.now() }
      relationship.requests.push(made)
      relationship.status = action === 'terminate' ? 'terminationRequested' : 'approvalPending'
      touch(relationship)
      store.effect(`gdap.${action}`, relationship.id, requestId)
      if (action === 'terminate')
        store.schedule({ at: later(), kind: 'gdap-terminated', relationship: relationship.id })
      return made
    },
    /** Approves as the customer. */
    approve: (relationship: GdapRecord, customer: { id: string; name: string }): void => {
      only(relationship, 'approvalPending')
      relationship.customer = { tenantId: customer.id, displayName: customer.name }
      relationship.status = 'activating'
      touch(relationship)
      store.effect('gdap.approve', relationship.id)
      notify(relationship, 'granular-admin-relationship-approved')
      store.schedule({ at: later(), kind: 'gdap-active', relationship: relationship.id })
    },
    /** Lets a request pass unanswered: a customer cannot decline it. */
    lapse: (relationship: GdapRecord): void => {
      only(relationship, 'approvalPending')
      relationship.status = 'expired'
      touch(relationship)
      store.effect('gdap.expire', relationship.id)
    },
    /** Ends an active relationship as the customer. */
    end: (relationship: GdapRecord): void => {
      only(relationship, 'active')
      relationship.status = 'terminationRequested'
      touch(relationship)
      store.effect('gdap.end', relationship.id)
      store.schedule({ at: later(), kind: 'gdap-terminated', relationship: relationship.id })
    },
    assign: (
      relationship: GdapRecord,
      body: { accessContainer: GdapAssignment['container']; accessDetails: AccessDetails },
      requestId: string | null,
    ): GdapAssignment => {
      only(relationship, 'active')
      const at = store.now()
      const { accessContainer: container } = body
      const group = container.accessContainerId
      const there = relationship.assignments.some(
        (it) => it.status !== 'deleted' && it.container.accessContainerId === group,
      )
      if (there) throw new SimulatedError(409, 'Conflict', 'The group has an assignment already.')
      const roles = rolesOf(body.accessDetails)
      const made: GdapAssignment = {
        id: store.newId(),
        status: 'pending',
        container,
        roles,
        etag: 1,
        createdAt: at,
        modifiedAt: at,
      }
      relationship.assignments.push(made)
      store.effect('gdap.assign', `${relationship.id} ${group}`, requestId)
      notify(relationship, 'granular-admin-access-assignment-created', made)
      store.schedule({ at: later(), kind: 'assignment-active', relationship: relationship.id, assignment: made.id })
      return made
    },
    /** Changes the roles of a group. Returns undefined if nothing changes. */
    reassign: (
      relationship: GdapRecord,
      assignment: GdapAssignment,
      { accessDetails, etag }: { accessDetails: AccessDetails; etag: string | undefined },
    ): GdapOperation | undefined => {
      matches(assignment, etag)
      const roles = rolesOf(accessDetails)
      if (roles.toSorted().join() === assignment.roles.toSorted().join()) return undefined
      assignment.roles = roles
      touch(assignment)
      store.effect('gdap.reassign', assignment.id)
      notify(relationship, 'granular-admin-access-assignment-updated', assignment)
      const made: GdapOperation = { id: store.newId(), kind: 'delegatedAdminAccessAssignmentUpdate', at: store.now() }
      relationship.operations.push(made)
      return made
    },
    unassign: (relationship: GdapRecord, assignment: GdapAssignment, etag: string | undefined): void => {
      matches(assignment, etag)
      assignment.status = 'deleting'
      touch(assignment)
      store.effect('gdap.unassign', assignment.id)
      store.schedule({
        at: later(),
        kind: 'assignment-deleted',
        relationship: relationship.id,
        assignment: assignment.id,
      })
    },
    activated: (id: string): void => {
      const relationship = find(id)
      if (relationship?.status !== 'activating') return
      relationship.status = 'active'
      relationship.activatedAt = store.now()
      touch(relationship)
      notify(relationship, 'granular-admin-relationship-activated')
    },
    terminated: (id: string): void => {
      const relationship = find(id)
      if (relationship?.status !== 'terminationRequested') return
      relationship.status = 'terminated'
      touch(relationship)
      notify(relationship, 'granular-admin-relationship-terminated')
    },
    assignmentChanged: (id: string, assignment: string, status: 'active' | 'deleted'): void => {
      const relationship = find(id)
      const found = relationship?.assignments.find((it) => it.id === assignment)
      if (relationship === undefined || found === undefined) return
      found.status = status
      touch(found)
      notify(relationship, `granular-admin-access-assignment-${status === 'active' ? 'activated' : 'deleted'}`, found)
    },
    /** Returns the status of an operation, which succeeds after the delay. */
    statusOf: ({ at }: GdapOperation): 'running' | 'succeeded' =>
      store.now() < at + settings.gdapDelayMs ? 'running' : 'succeeded',
  }
}
export type Gdap = ReturnType<typeof createGdap>
