import { randomInt } from 'node:crypto'
import { roomOf } from '../../bot/teams/activity.ts'
import type { Group, TenantInfo } from '../../dialogs/calls.ts'
import { caseId } from '../../dialogs/case.ts'
import type { CaseEvent, Person } from '../../dialogs/events.ts'
import type { Result } from '../../dialogs/result.ts'
import type { PresetId } from '../../dialogs/roles.ts'
import { openCase, type Stepped, step } from '../../dialogs/step.ts'
import { insertCase, type StoredCase, saveCase } from '../../state/case-store.ts'
import type { Tx } from '../../state/engine/transaction.ts'
import { policy } from './policy.ts'

/** Event without its time and author. */
type What = CaseEvent extends infer E ? (E extends CaseEvent ? Omit<E, 'at' | 'by'> : never) : never

/** Request for rights: its author, time and place. */
export interface Asking {
  by: Person
  conversation: string
  /** ISO time. */
  at: string
  customer: TenantInfo
  presets?: PresetId[]
  days?: number
  /** Number of approvals required. */
  required?: number
  /** Group whose members get the rights. */
  group?: Group
  /** The request is withdrawn and sent again before it waits. */
  again?: boolean
  id?: string
}

const track = 'delegated-admin'

/** Events that lead to a request: the customer is known, everything is described, approval is requested. */
function toApproval({
  customer,
  presets = ['helpdesk', 'exchange'],
  days = 180,
  required = 1,
  group,
  again = false,
  at,
}: Asking): What[] {
  const described = {
    presets: presets.join(),
    days: String(days),
    autoExtend: 'false',
    justification: 'Support after the move',
    group: group?.name ?? '',
  }
  return [
    { type: 'question.answered', question: 'role', value: 'direct' },
    { type: 'question.answered', question: 'service', value: 'licence' },
    { type: 'question.answered', question: 'licence-source', value: 'open' },
    { type: 'edition.changed', edition: '2026-11' },
    { type: 'question.answered', question: 'goal', value: 'support-only' },
    { type: 'track.started', track },
    { type: 'details.given', track, fields: { customer: customer.domain } },
    { type: 'call.answered', track, since: at, answer: { call: 'find-tenant', tenant: customer, isCustomer: true } },
    { type: 'details.given', track, fields: described },
    ...(group
      ? [{ type: 'call.answered', track, since: at, answer: { call: 'find-group', group } } satisfies What]
      : []),
    { type: 'step.ticked', step: 'ask-approval', required },
    ...(again
      ? ([
          { type: 'approval.withdrawn' },
          { type: 'track.started', track },
          { type: 'step.ticked', step: 'ask-approval', required },
        ] satisfies What[])
      : []),
  ]
}

/** Stores a case, event by event as turns do, whose delegated-admin request waits for approval; nobody is told of it. */
export async function storeAwaiting(tx: Tx, asking: Asking): Promise<StoredCase> {
  const { by, at, conversation, id = caseId(randomInt(2 ** 30)) } = asking
  const opened = openCase(policy, { id, conversation, edition: '2017-03', cloud: 'global', by, at })
  let stored = await insertCase(tx, opened.case, roomOf(conversation), opened.entry)
  for (const what of toApproval(asking)) {
    const actor = what.type === 'call.answered' ? { kind: 'upstream' } : { kind: 'person', person: by }
    const next: Result<Stepped, string> = step(policy, stored.case, { ...what, at, by: actor } as CaseEvent)
    if (!next.ok) throw new Error(`${what.type} is refused: ${next.reason} ${JSON.stringify(stored.case)}`)
    stored = await saveCase(tx, stored, next.value.case, next.value.entry)
  }
  const state = stored.case.tracks.find(({ kind }) => kind === track)?.state
  if (state !== 'awaiting-approval') throw new Error(`the request is ${state}`)
  return stored
}
