import {
  type AdminRelationships,
  customerApprovalLink,
  type GdapRelationship,
} from '../../clients/admin-relationships.ts'
import type { HttpResult, RequestIdentity } from '../../clients/http.ts'
import type { adminWrites, CallAnswer, Write } from '../../dialogs/calls.ts'
import type { CallIds } from '../effects/effects.ts'
import { type AsApplication, type EffectCheck, retryLater, type SightingResult } from './call-result.ts'

export interface AdminChecksDeps {
  relationships: AdminRelationships
  asApplication: AsApplication
  /** Origin of the admin center where customers approve. */
  adminCenter: string
}

export type AdminWrite = Extract<Write, { name: (typeof adminWrites)[number] }>
export type AdminWriteOf<N extends AdminWrite['name']> = Extract<AdminWrite, { name: N }>

/** Our own status, as Graph forgets removed relationships. */
export const REMOVED = 'removed'
const MAX_STATUS_LENGTH = 40
/** Statuses in which an assignment grants no access. */
const endedAssignments: ReadonlySet<string> = new Set(['deleting', 'deleted', 'error'])
const notThere: EffectCheck = { kind: 'not-there' }

/** Reads delegated-admin relationships, for cases that watch them and for writes with an unknown outcome. */
export function createAdminChecks({ relationships, asApplication, adminCenter }: AdminChecksDeps) {
  const graph = <T>(ids: CallIds, work: (caller: RequestIdentity) => Promise<HttpResult<T>>) =>
    asApplication('graph', ids, work)
  const read = (id: string, ids: CallIds) => graph(ids, (caller) => relationships.get(caller, id))

  const answerOf = (call: AdminWrite['name'], { id, status }: { id: string; status: string }): CallAnswer => ({
    call,
    relationship: { id, status: status.slice(0, MAX_STATUS_LENGTH) },
    link: customerApprovalLink(adminCenter, id),
  })
  const there = (call: AdminWrite['name'], relationship: { id: string; status: string }): EffectCheck => ({
    kind: 'there',
    answer: answerOf(call, relationship),
    isEffect: true,
  })

  async function created(call: AdminWriteOf<'create-admin'>, ids: CallIds): Promise<EffectCheck> {
    const found = await graph(ids, (caller) => relationships.find(caller, call.displayName))
    if (found.kind !== 'ok') return retryLater(found)
    return found.value && isRequested(call, found.value) ? there(call.name, found.value) : notThere
  }

  async function locked({ name, relationship }: AdminWriteOf<'lock-admin'>, ids: CallIds): Promise<EffectCheck> {
    const found = await read(relationship, ids)
    if (found.kind !== 'ok') return retryLater(found)
    return found.value.status === 'created' ? notThere : there(name, found.value)
  }

  async function assigned(call: AdminWriteOf<'assign-access'>, ids: CallIds): Promise<EffectCheck> {
    const { name, relationship: id, group, roles } = call
    const found = await graph(ids, (caller) => relationships.assignments(caller, id))
    if (found.kind !== 'ok') return retryLater(found)
    const isThere = found.value.some(
      (assignment) =>
        assignment.group === group.toLowerCase() &&
        !endedAssignments.has(assignment.status) &&
        areSame(assignment.roles, roles),
    )
    return isThere ? there(name, { id, status: 'active' }) : notThere
  }

  async function gone({ name, relationship: id }: AdminWriteOf<'remove-admin'>, ids: CallIds): Promise<EffectCheck> {
    const found = await read(id, ids)
    if (isGone(found)) return there(name, { id, status: REMOVED })
    return found.kind === 'ok' ? notThere : retryLater(found)
  }

  return {
    read,
    answerOf,

    /** Checks whether a write has taken effect, no matter who sent it. */
    checkEffect: (call: AdminWrite, ids: CallIds): Promise<EffectCheck> => {
      switch (call.name) {
        case 'create-admin':
          return created(call, ids)
        case 'lock-admin':
          return locked(call, ids)
        case 'assign-access':
          return assigned(call, ids)
        case 'remove-admin':
          return gone(call, ids)
        default:
          return call satisfies never
      }
    },

    observe: async (resource: `admin/${string}`, ids: CallIds): Promise<SightingResult> => {
      const found = await read(resource.slice('admin/'.length), ids)
      if (found.kind !== 'ok') return retryLater(found)
      return { kind: 'seen', sighting: { resource, status: found.value.status.slice(0, MAX_STATUS_LENGTH) } }
    },
  }
}

export const isGone = (result: HttpResult<unknown>): boolean =>
  result.kind === 'refused' && result.fault === 'not-found'

/** True if the relationship with the requested name also has the requested customer and roles. */
const isRequested = ({ customer, roles }: AdminWriteOf<'create-admin'>, relationship: GdapRelationship): boolean =>
  relationship.customer?.id === customer.id && areSame(relationship.roles, roles)

const areSame = (some: readonly string[], others: readonly string[]): boolean =>
  some.toSorted().join() ===
  others
    .map((role) => role.toLowerCase())
    .toSorted()
    .join()
