import type { Groups } from '../../clients/groups.ts'
import type { HttpResult, RequestIdentity } from '../../clients/http.ts'
import { directoryId } from '../../dialogs/directory-id.ts'
import type { CallIds } from '../effects/effects.ts'
import type { Approvers } from './approvers.ts'
import {
  type CallContext,
  type CallResult,
  type FailedRequest,
  faultAnswer,
  fromFailedWrite,
  fromFailure,
  type RetryLater,
  unreachable,
} from './call-result.ts'
import {
  type AdminChecksDeps,
  type AdminWrite,
  type AdminWriteOf,
  createAdminChecks,
  isGone,
  REMOVED,
} from './calls-admin-checks.ts'

export interface AdminCallsDeps extends AdminChecksDeps {
  groups: Groups
  approvers: Pick<Approvers, 'isApprover'>
}

/** Graph shows a new relationship only after a while; until then its replicas answer 404. */
const notReplicated: RetryLater = { kind: 'again', why: 'busy', afterMs: 3_000 }

/** Delegated administration through Graph, as the partner's application. */
export function createAdminCalls({ groups, approvers, ...checking }: AdminCallsDeps) {
  const { relationships, asApplication } = checking
  const { answerOf, read, checkEffect, observe } = createAdminChecks(checking)
  const graph = <T>(ids: CallIds, work: (caller: RequestIdentity) => Promise<HttpResult<T>>) =>
    asApplication('graph', ids, work)
  const done = (call: AdminWrite, relationship: { id: string; status: string }): CallResult => ({
    kind: 'answered',
    answer: answerOf(call.name, relationship),
  })

  /** False if any approver lost the role or the list is empty; undefined if that cannot be read. */
  async function isStillApproved(people: readonly string[]): Promise<boolean | undefined> {
    const each = await Promise.all(people.map((person) => approvers.isApprover(directoryId(person), { fresh: true })))
    if (people.length === 0 || each.includes(false)) return false
    return each.includes(undefined) ? undefined : true
  }

  /**
   * Checks a refused write for its effect: an earlier request may have done it. No published code says so,
   * so the present state decides.
   */
  async function orDoneBefore(call: AdminWrite, result: FailedRequest, context: CallContext): Promise<CallResult> {
    const mayBeThere = result.kind === 'refused' && (result.fault === 'stale' || result.fault === 'bad-request')
    if (!mayBeThere) return fromFailedWrite(result, call.name)
    const found = await checkEffect(call, context)
    if (found.kind === 'again') return found
    return found.kind === 'there' ? { kind: 'answered', answer: found.answer } : fromFailedWrite(result, call.name)
  }

  async function create(call: AdminWriteOf<'create-admin'>, context: CallContext): Promise<CallResult> {
    const approved = await isStillApproved(call.approvedBy)
    if (approved === undefined) return unreachable
    if (!approved) return faultAnswer(call.name, 'approval-lapsed')
    const result = await graph(context, (caller) => relationships.create(caller, { ...call, name: call.displayName }))
    if (result.kind === 'ok') return done(call, result.value)
    const attempt = await orDoneBefore(call, result, context)
    if (attempt.kind !== 'answered' || !('fault' in attempt.answer)) return attempt
    const { kind, ...more } = attempt.answer.fault
    // A new relationship can conflict with nothing but a name.
    return kind === 'stale' ? faultAnswer(call.name, 'duplicate', more) : attempt
  }

  async function lock(call: AdminWriteOf<'lock-admin'>, context: CallContext): Promise<CallResult> {
    const id = call.relationship
    const draft = await read(id, context)
    if (isGone(draft)) return notReplicated
    if (draft.kind !== 'ok') return fromFailure(draft, call.name)
    if (draft.value.status !== 'created') return done(call, draft.value)
    const result = await graph(context, (caller) => relationships.lock(caller, id))
    if (isGone(result)) return notReplicated
    return result.kind === 'ok' ? done(call, { id, status: 'approvalPending' }) : orDoneBefore(call, result, context)
  }

  async function assign(call: AdminWriteOf<'assign-access'>, context: CallContext): Promise<CallResult> {
    const { relationship: id, group, roles } = call
    const result = await graph(context, (caller) => relationships.assign(caller, { id, group, roles }))
    return result.kind === 'ok' ? done(call, { id, status: 'active' }) : orDoneBefore(call, result, context)
  }

  async function remove(call: AdminWriteOf<'remove-admin'>, context: CallContext): Promise<CallResult> {
    const id = call.relationship
    const found = await read(id, context)
    if (isGone(found)) return done(call, { id, status: REMOVED })
    if (found.kind !== 'ok') return fromFailure(found, call.name)
    const { status, etag } = found.value
    if (status !== 'created' || etag === undefined) return faultAnswer(call.name, 'stale')
    const result = await graph(context, (caller) => relationships.remove(caller, { id, etag }))
    if (result.kind === 'ok' || isGone(result)) return done(call, { id, status: REMOVED })
    return fromFailedWrite(result, call.name)
  }

  return {
    checkEffect,
    observe,

    /** Finds a security group by its id or exact name. */
    findGroup: async (text: string, context: CallContext): Promise<CallResult> => {
      const call = 'find-group'
      const found = await graph(context, (caller) => groups.find(caller, text.trim()))
      if (found.kind !== 'ok') return fromFailure(found, call)
      const [group, another] = found.value
      if (group === undefined) return faultAnswer(call, 'not-found')
      return another ? faultAnswer(call, 'duplicate') : { kind: 'answered', answer: { call, group } }
    },

    write: (call: AdminWrite, context: CallContext): Promise<CallResult> => {
      switch (call.name) {
        case 'create-admin':
          return create(call, context)
        case 'lock-admin':
          return lock(call, context)
        case 'assign-access':
          return assign(call, context)
        case 'remove-admin':
          return remove(call, context)
        default:
          return call satisfies never
      }
    },
  }
}
