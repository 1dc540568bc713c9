import { REQUESTS_PER_PAGE } from '../../../cards/faces/approval-list.ts'
import type { Banner } from '../../../cards/text/banners.ts'
import type { ListedRequest } from '../../../cards/view.ts'
import { approvalIdOf } from '../../../dialogs/approval-id.ts'
import type { Case } from '../../../dialogs/case.ts'
import { countApprovalRequests, listApprovalRequests } from '../../../state/approval-requests.ts'
import { namesOf } from '../../present.ts'
import { answerWith, answerWithBanner, readPage, type TurnAnswer } from '../answers.ts'
import type { Turn } from '../turn.ts'
import { isAtDesk, showApproval } from './decide.ts'

/**
 * Returns the reason for which the person may not read what waits for approval here, if any. The right is that of
 * decisions; the places are the approvals desk and the person's own chat.
 */
export async function readingFault(turn: Turn): Promise<Banner | undefined> {
  const { place, isApprover } = turn.incoming
  if (turn.person.id === '' || place.tenant !== turn.deployment.partner.tenant) return { key: 'approvals-not-allowed' }
  if (isApprover === undefined) return { key: 'approval-unreadable' }
  if (!isApprover) return { key: 'approvals-not-allowed' }
  return place.kind === 'personal' || (await isAtDesk(turn)) ? undefined : { key: 'approvals-elsewhere' }
}

/** Counts what waits for an approval; undefined if the person of the turn may not know it here. */
export async function countWaiting(turn: Turn): Promise<number | undefined> {
  if (await readingFault(turn)) return undefined
  return countApprovalRequests(turn.tx, turn.incoming.place.tenant)
}

/** Answers with a page of the requests that wait. `page` counts from 1; a page past the end becomes the last page. */
export async function answerWithRequests(turn: Turn, page: number): Promise<TurnAnswer> {
  const fault = await readingFault(turn)
  return fault ? answerWithBanner(turn, fault) : listRequests(turn, page)
}

async function listRequests(turn: Turn, page: number): Promise<TurnAnswer> {
  const { tenant } = turn.incoming.place
  const { cases, ...shown } = await readPage(page, REQUESTS_PER_PAGE, (index) =>
    listApprovalRequests(turn.tx, { tenant, page: index, size: REQUESTS_PER_PAGE }),
  )
  const requests = cases.flatMap(requestOf)
  const names = await namesOf(
    turn.tx,
    tenant,
    requests.flatMap(({ requestedBy }) => requestedBy ?? []),
  )
  return answerWith(turn, { kind: 'approvals', requests, ...shown }, names)
}

function requestOf({ id, tracks }: Case): ListedRequest[] {
  const admin = tracks.find((track) => track.kind === 'delegated-admin')
  if (admin?.state !== 'awaiting-approval') return []
  const { customer, forCompany, requestedBy, requestedAt, roles, days, due, required, approvals } = admin.context
  const extent = { customer, forCompany, requestedBy, requestedAt, roles, days, due, required }
  return [{ id, ...extent, approvals: approvals.length }]
}

/**
 * Answers a decision that names no request. Nothing is decided by it: the only one that waits is shown with its name,
 * several are listed.
 */
export async function answerUnnamed(turn: Turn): Promise<TurnAnswer> {
  const fault = await readingFault(turn)
  if (fault) return answerWithBanner(turn, fault)
  const { cases, total } = await listApprovalRequests(turn.tx, {
    tenant: turn.incoming.place.tenant,
    page: 0,
    size: 1,
  })
  const [only] = cases
  if (total === 0) return answerWithBanner(turn, { key: 'nothing-waits' })
  if (!only || total > 1) return listRequests(turn, 1)
  const customer = requestOf(only)[0]?.customer?.name ?? ''
  return showApproval(turn, only, { banner: { key: 'request-waits', case: approvalIdOf(only), customer } })
}
