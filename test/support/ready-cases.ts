import { randomInt } from 'node:crypto'
import type { CallAnswer, TenantInfo, Transfer, TransferItem } from '../../dialogs/calls.ts'
import { type Case, caseId } from '../../dialogs/case.ts'
import type { CaseEvent, Person } from '../../dialogs/events.ts'
import { openCase, type Stepped, step } from '../../dialogs/step.ts'
import type { TransferContext } from '../../dialogs/tracks/transfer/context.ts'
import { policy } from './policy.ts'

/** Event without its time and author. */
type What = CaseEvent extends infer E ? (E extends CaseEvent ? Omit<E, 'at' | 'by'> : never) : never

/** Owner and conversation of a case. */
export interface Owner {
  by: Person
  conversation: string
  /** ISO time. */
  at: string
}

const track = 'transfer'
const toTransfer: What[] = [
  { type: 'question.answered', question: 'role', value: 'direct' },
  { type: 'question.answered', question: 'service', value: 'usage' },
  { type: 'question.answered', question: 'usage-source', value: 'csp-partner' },
  { type: 'edition.changed', edition: '2026-11' },
  { type: 'question.answered', question: 'offer', value: 'azure-plan' },
  { type: 'track.started', track },
]

/** A case on its way, as turns leave it; each event has to count. */
function play(owner: Owner, events: readonly What[]): Stepped {
  const { by, at, conversation } = owner
  const id = caseId(randomInt(2 ** 30))
  const opened = openCase(policy, { id, conversation, edition: '2017-03', cloud: 'global', by, at })
  let now: Stepped = { ...opened, effects: [] }
  for (const what of [...toTransfer, ...events]) {
    const isNews = what.type === 'call.answered'
    const actor = isNews ? ({ kind: 'upstream' } as const) : ({ kind: 'person', person: by } as const)
    const next = step(policy, now.case, { ...what, at, by: actor } as CaseEvent)
    if (!next.ok) throw new Error(`${what.type} is refused: ${JSON.stringify(now.case)}`)
    now = next.value
  }
  return now
}

const answer = (since: string, answer: CallAnswer): What => ({ type: 'call.answered', track, since, answer })
const found = (since: string, tenant: TenantInfo) => answer(since, { call: 'find-tenant', tenant, isCustomer: true })

function describedTransfer({ at }: Owner, { customer, source }: { customer: TenantInfo; source: TenantInfo }): What[] {
  const fields = { customer: customer.domain, source: source.domain, email: `it@${customer.domain}` }
  const eligibility = { relationship: 'yes', region: 'yes', azurePlan: 'yes' } as const
  return [
    { type: 'details.given', track, fields: { side: 'target' } },
    { type: 'details.given', track, fields },
    found(at, customer),
    found(at, source),
    answer(at, { call: 'check-transfer', eligibility }),
  ]
}

/** Case of the new partner in which only the press of `request` is missing. */
export const readyToRequest = (owner: Owner, who: { customer: TenantInfo; source: TenantInfo }): Stepped =>
  play(owner, describedTransfer(owner, who))

/** Case of the new partner with a requested transfer, which can be taken back. */
export const readyToTakeBack = (
  owner: Owner,
  who: { customer: TenantInfo; source: TenantInfo; transfer: Transfer },
): Stepped =>
  play(owner, [
    ...describedTransfer(owner, who),
    { type: 'step.ticked', step: 'request' },
    answer(owner.at, { call: 'create-transfer', transfer: who.transfer }),
  ])

/** Case of the current partner with a transfer that waits for an answer. */
export const readyToDecide = (
  owner: Owner,
  { customer, transfer, items }: { customer: TenantInfo; transfer: Transfer; items: TransferItem[] },
): Stepped =>
  play(owner, [
    { type: 'details.given', track, fields: { side: 'source' } },
    { type: 'details.given', track, fields: { customer: customer.domain } },
    found(owner.at, customer),
    answer(owner.at, { call: 'find-transfer', transfers: [transfer], subscriptions: items }),
  ])

/** The transfer of a case, with its state. */
export function transferTrackIn({ tracks }: Pick<Case, 'tracks'>): { state: string; context: TransferContext } {
  const [found] = tracks.filter((candidate) => candidate.kind === track)
  if (found?.kind !== track) throw new Error('the case has no transfer')
  return found
}
