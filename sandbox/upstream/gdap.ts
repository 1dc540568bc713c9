import { Fault } from './fault.ts'
import type {
  AccessDetails,
  GdapAssignment,
  GdapOperation,
  GdapOrder,
  GdapRelationship,
  GdapRequest,
} from './gdap-record.ts'
import type { Here } from './settings.ts'

const longest = 731
const daysOf = (duration: string): number => {
  const [, years = '0', months = '0', weeks = '0', days = '0'] =
    /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?$/.exec(duration) ?? []
  return Number(years) * 365 + Number(months) * 30 + Number(weeks) * 7 + Number(days)
}
const rolesOf = ({ unifiedRoles }: AccessDetails): string[] => unifiedRoles.map((one) => one.roleDefinitionId)

/** Delegated-admin relationships of Graph, from the draft to the end. */
export function createGdap({ store, settings, publish }: Here) {
  const { state } = store
  const later = () => store.now() + settings.gdapDelayMs

  function touch(one: GdapRelationship | GdapAssignment): void {
    one.etag += 1
    one.modifiedAt = store.now()
    store.changed()
  }

  function tell(one: GdapRelationship, name: string, assignment?: GdapAssignment): void {
    const audit = store.audit({
      partner: one.partner,
      customer: one.customer?.tenantId ?? '',
      operation: name,
      resourceType: 'granular_admin_relationship',
      value: { Id: one.id },
    })
    const path = `https://partner.microsoft.com/granularAdminRelationships/${one.id}`
    publish(one.partner, {
      name,
      resourceUri: assignment === undefined ? path : `${path}/accessAssignments/${assignment.id}`,
      resourceName: assignment === undefined ? 'GranularAdminRelationship' : 'GranularAdminAccessAssignment',
      auditUri: `https://api.partnercenter.microsoft.com/auditactivity/v1/auditrecords/${audit}`,
    })
  }

  /** Only the version last read may be changed. */
  function matches(one: { etag: number }, etag: string | undefined): void {
    if (etag !== etagOf(one)) throw new Fault(412, 'PreconditionFailed', 'The etag is not the latest one.')
  }

  function only(one: GdapRelationship, ...statuses: GdapRelationship['status'][]): void {
    if (statuses.includes(one.status)) return
    throw new Fault(409, 'Conflict', `Not possible while the relationship is ${one.status}.`)
  }

  function refuseOrder(partner: string, order: Partial<GdapOrder>, own?: GdapRelationship): void {
    const taken = state.gdap.some(
      (one) => one !== own && one.partner === partner && one.displayName === order.displayName,
    )
    // Which code a name that is taken gets is not published.
    if (taken) throw new Fault(409, 'Conflict', 'A relationship with this displayName exists.')
    const days = order.duration === undefined ? 1 : daysOf(order.duration)
    if (days < 1 || days > longest) throw new Fault(400, 'BadRequest', 'The duration is out of range.')
  }

  const etagOf = ({ etag }: { etag: number }): string => `W/"${etag}"`
  const find = (id: string) => state.gdap.find((one) => one.id === id.toLowerCase())

  return {
    etagOf,
    find,
    of: (partner: string): GdapRelationship[] => state.gdap.filter((one) => one.partner === partner),
    /** What waits for a customer; one without a customer waits for any. */
    waiting: (): GdapRelationship[] => state.gdap.filter(({ status }) => status === 'approvalPending'),
    create: (partner: string, order: GdapOrder, requestId: string | null): GdapRelationship => {
      refuseOrder(partner, order)
      const at = store.now()
      const one: GdapRelationship = {
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
      state.gdap.push(one)
      store.effect('gdap.create', `${partner} ${order.displayName}`, requestId)
      return one
    },
    update: (one: GdapRelationship, order: Partial<GdapOrder>, etag: string | undefined): void => {
      matches(one, etag)
      only(one, 'created')
      refuseOrder(one.partner, order, one)
      one.displayName = order.displayName ?? one.displayName
      one.duration = order.duration ?? one.duration
      one.autoExtend = order.autoExtendDuration ?? one.autoExtend
      one.customer = order.customer ?? one.customer
      if (order.accessDetails !== undefined) one.roles = rolesOf(order.accessDetails)
      touch(one)
      store.effect('gdap.update', one.id)
    },
    remove: (one: GdapRelationship, etag: string | undefined): void => {
      matches(one, etag)
      only(one, 'created')
      state.gdap = state.gdap.filter((other) => other !== one)
      store.effect('gdap.delete', one.id)
    },
    /** Asks for approval or for the end. */
    request: (one: GdapRelationship, action: string, requestId: string | null): GdapRequest => {
      if (action !== 'lockForApproval' && action !== 'terminate') {
        throw new Fault(400, 'BadRequest', `The action ${action} is not simulated.`)
      }
      only(one, action === 'terminate' ? 'active' : 'created')
      const made: GdapRequest = { id: store.newId(), action, status: 'created', at: store.now() }
      one.requests.push(made)
      one.status = action === 'terminate' ? 'terminationRequested' : 'approvalPending'
      touch(one)
      store.effect(`gdap.${action}`, one.id, requestId)
      if (action === 'terminate') store.schedule({ at: later(), kind: 'gdap-terminated', relationship: one.id })
      return made
    },
    /** The customer clicked. */
    approve: (one: GdapRelationship, customer: { id: string; name: string }): void => {
      only(one, 'approvalPending')
      one.customer = { tenantId: customer.id, displayName: customer.name }
      one.status = 'activating'
      touch(one)
      store.effect('gdap.approve', one.id)
      tell(one, 'granular-admin-relationship-approved')
      store.schedule({ at: later(), kind: 'gdap-active', relationship: one.id })
    },
    assign: (
      one: GdapRelationship,
      body: { accessContainer: GdapAssignment['container']; accessDetails: AccessDetails },
      requestId: string | null,
    ): GdapAssignment => {
      only(one, 'active')
      const at = store.now()
      const { accessContainer: container } = body
      const group = container.accessContainerId
      const there = one.assignments.some((it) => it.status !== 'deleted' && it.container.accessContainerId === group)
      if (there) throw new Fault(409, 'Conflict', 'The group has an assignment already.')
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
      one.assignments.push(made)
      store.effect('gdap.assign', `${one.id} ${group}`, requestId)
      tell(one, 'granular-admin-access-assignment-created', made)
      store.schedule({ at: later(), kind: 'assignment-active', relationship: one.id, assignment: made.id })
      return made
    },
    /** Changes the roles of a group; undefined when nothing changes. */
    reassign: (
      one: GdapRelationship,
      assignment: GdapAssignment,
      { accessDetails, etag }: { accessDetails: AccessDetails; etag: string | undefined },
    ): GdapOperation | undefined => {
      matches(assignment, etag)
      const roles = rolesOf(accessDetails)
      if (roles.toSorted().join() === assignment.roles.toSorted().join()) return undefined
      assignment.roles = roles
      touch(assignment)
      store.effect('gdap.reassign', assignment.id)
      tell(one, 'granular-admin-access-assignment-updated', assignment)
      const made: GdapOperation = { id: store.newId(), kind: 'delegatedAdminAccessAssignmentUpdate', at: store.now() }
      one.operations.push(made)
      return made
    },
    unassign: (one: GdapRelationship, assignment: GdapAssignment, etag: string | undefined): void => {
      matches(assignment, etag)
      assignment.status = 'deleting'
      touch(assignment)
      store.effect('gdap.unassign', assignment.id)
      store.schedule({ at: later(), kind: 'assignment-deleted', relationship: one.id, assignment: assignment.id })
    },
    activated: (id: string): void => {
      const one = find(id)
      if (one?.status !== 'activating') return
      one.status = 'active'
      one.activatedAt = store.now()
      touch(one)
      tell(one, 'granular-admin-relationship-activated')
    },
    terminated: (id: string): void => {
      const one = find(id)
      if (one?.status !== 'terminationRequested') return
      one.status = 'terminated'
      touch(one)
      tell(one, 'granular-admin-relationship-terminated')
    },
    assignmentChanged: (id: string, assignment: string, status: 'active' | 'deleted'): void => {
      const one = find(id)
      const found = one?.assignments.find((it) => it.id === assignment)
      if (one === undefined || found === undefined) return
      found.status = status
      touch(found)
      tell(one, `granular-admin-access-assignment-${status === 'active' ? 'activated' : 'deleted'}`, found)
    },
    /** How long an operation is still under way, then done. */
    statusOf: ({ at }: GdapOperation): 'running' | 'succeeded' =>
      store.now() < at + settings.gdapDelayMs ? 'running' : 'succeeded',
  }
}
export type Gdap = ReturnType<typeof createGdap>
