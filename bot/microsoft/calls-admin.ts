import type { Groups } from '../../clients/groups.ts'
import type { HttpResult, RequestIdentity } from '../../clients/http.ts'
import type { CallIds } from '../effects/effects.ts'
import type { Approvers } from './approvers.ts'
import {
  type CallContext,
  type CallResult,
  type FailedRequest,
  faultAnswer,
  fromFailedWrite,
  fromFailure,
  unreachable,
} from './call-result.ts'
import {
  type AdminLooksDeps,
  type AdminWrite,
  type AdminWriteOf,
  createAdminLooks,
  isGone,
  REMOVED,
} from './calls-admin-looks.ts'

export interface AdminCallsDeps extends AdminLooksDeps {
  groups: Groups
  approvers: Pick<Approvers, 'isApprover'>
}

/** Delegated administration through Graph, as the partner's application. */
export function createAdminCalls({ groups, approvers, ...looking }: AdminCallsDeps) {
  const { relationships, asApplication } = looking
  const { told, read, lookFor, look } = createAdminLooks(looking)
  const graph = <T>(ids: CallIds, work: (asking: RequestIdentity) => Promise<HttpResult<T>>) =>
    asApplication('graph', ids, work)
  const done = (call: AdminWrite, relationship: { id: string; status: string }): CallResult => ({
    kind: 'answered',
    answer: told(call.name, relationship),
  })

  /** Whether all who approved may still do so; undefined when that cannot be read. Nobody's approval is none. */
  async function isStillApproved(people: readonly string[]): Promise<boolean | undefined> {
    const each = await Promise.all(people.map((person) => approvers.isApprover(person, { fresh: true })))
    if (people.length === 0 || each.includes(false)) return false
    return each.includes(undefined) ? undefined : true
  }

  /**
   * A refusal may only mean that it was done before, by a request of which we never heard again or by somebody else.
   * Which code says so is published nowhere: what is there decides.
   */
  async function orDoneBefore(call: AdminWrite, result: FailedRequest, asked: CallContext): Promise<CallResult> {
    const mayBeThere = result.kind === 'refused' && (result.fault === 'stale' || result.fault === 'bad-request')
    if (!mayBeThere) return fromFailedWrite(result, call.name)
    const found = await lookFor(call, asked)
    if (found.kind === 'again') return found
    return found.kind === 'there' ? { kind: 'answered', answer: found.answer } : fromFailedWrite(result, call.name)
  }

  async function create(call: AdminWriteOf<'create-admin'>, asked: CallContext): Promise<CallResult> {
    const approved = await isStillApproved(call.approvedBy)
    if (approved === undefined) return unreachable
    if (!approved) return faultAnswer(call.name, 'approval-lapsed')
    const result = await graph(asked, (asking) => relationships.create(asking, { ...call, name: call.displayName }))
    if (result.kind === 'ok') return done(call, result.value)
    const attempt = await orDoneBefore(call, result, asked)
    if (attempt.kind !== 'answered' || !('fault' in attempt.answer)) return attempt
    const { kind, ...more } = attempt.answer.fault
    // All that a new relationship can be in conflict with is a name.
    return kind === 'stale' ? faultAnswer(call.name, 'duplicate', more) : attempt
  }

  async function lock(call: AdminWriteOf<'lock-admin'>, asked: CallContext): Promise<CallResult> {
    const id = call.relationship
    const result = await graph(asked, (asking) => relationships.lock(asking, id))
    return result.kind === 'ok' ? done(call, { id, status: 'approvalPending' }) : orDoneBefore(call, result, asked)
  }

  async function assign(call: AdminWriteOf<'assign-access'>, asked: CallContext): Promise<CallResult> {
    const { relationship: id, group, roles } = call
    const result = await graph(asked, (asking) => relationships.assign(asking, { id, group, roles }))
    return result.kind === 'ok' ? done(call, { id, status: 'active' }) : orDoneBefore(call, result, asked)
  }

  async function remove(call: AdminWriteOf<'remove-admin'>, asked: CallContext): Promise<CallResult> {
    const id = call.relationship
    const found = await read(id, asked)
    if (isGone(found)) return done(call, { id, status: REMOVED })
    if (found.kind !== 'ok') return fromFailure(found, call.name)
    const { status, etag } = found.value
    if (status !== 'created' || etag === undefined) return faultAnswer(call.name, 'stale')
    const result = await graph(asked, (asking) => relationships.remove(asking, { id, etag }))
    if (result.kind === 'ok' || isGone(result)) return done(call, { id, status: REMOVED })
    return fromFailedWrite(result, call.name)
  }

  return {
    lookFor,
    look,

    /** A security group by its id or its exact name. */
    findGroup: async (text: string, asked: CallContext): Promise<CallResult> => {
      const call = 'find-group'
      const found = await graph(asked, (asking) => groups.find(asking, text.trim()))
      if (found.kind !== 'ok') return fromFailure(found, call)
      const [group, another] = found.value
      if (group === undefined) return faultAnswer(call, 'not-found')
      return another ? faultAnswer(call, 'duplicate') : { kind: 'answered', answer: { call, group } }
    },

    write: (call: AdminWrite, asked: CallContext): Promise<CallResult> => {
      switch (call.name) {
        case 'create-admin':
          return create(call, asked)
        case 'lock-admin':
          return lock(call, asked)
        case 'assign-access':
          return assign(call, asked)
        case 'remove-admin':
          return remove(call, asked)
        default:
          return call satisfies never
      }
    },
  }
}
