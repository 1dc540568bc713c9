import type { Case, CaseStanding } from '../dialogs/case.ts'
import type { CaseCustomer } from '../dialogs/customer.ts'
import type { HistoryEntry } from '../dialogs/events.ts'
import type { PlanId } from '../dialogs/plans/plans.ts'
import type { Answers, Role } from '../dialogs/questions.ts'
import type { TrackName } from '../dialogs/track-names.ts'
import type { AdminContext } from '../dialogs/tracks/delegated-admin/context.ts'
import type { ListPage } from './list-page.ts'
import type { Mention } from './parts/mentions.ts'
import type { Banner } from './text/banners.ts'
import type { DeskKind } from './text/commands.ts'
import type { Locale } from './text/text.ts'

/** A face of a case: its answer, one of its tracks, or the form to skip a step of a plan. */
export type Face = 'outcome' | TrackName | `skip/plan/${PlanId}`

/**
 * Rights of the approver whose client requested the card. They only change that person's own view;
 * authority is checked again with every decision.
 */
export type ViewerDecision = 'can' | 'own-request' | 'not-approver' | 'decided' | 'elsewhere'

/** A request for administration rights that waits for a decision, in a list. */
export interface ListedRequest
  extends Pick<
    AdminContext,
    'customer' | 'forCompany' | 'requestedBy' | 'requestedAt' | 'roles' | 'days' | 'due' | 'required'
  > {
  id: string
  /** Number of approvals so far. */
  approvals: number
}

/** Summary of a case for a list. */
export interface ListedCase extends Pick<Case, 'id' | 'updatedAt'> {
  standing: CaseStanding
  /** Absent if the stored case cannot be read. */
  answers?: Answers | undefined
  customer?: CaseCustomer | undefined
  /** The nearest deadline of what is under way. */
  due?: string | undefined
}

/** Content of a card, before it is drawn for a viewer. */
export type View =
  /** The face a case is at, or the face in `show` if the case has it. */
  | {
      kind: 'case'
      case: Case
      show?: Face | undefined
      banner?: Banner | undefined
      /** Names of the people who can approve administration rights; empty if there are none. */
      approvers?: readonly string[] | undefined
      from?: ListPage | undefined
    }
  /** The request for administration rights as the approvals desk sees it, without the rest of the case. */
  | {
      kind: 'approval'
      case: Case
      mine?: ViewerDecision | undefined
      banner?: Banner | undefined
      from?: ListPage | undefined
      /** A narrowing that was refused, as it was sent. */
      kept?: { roles: readonly string[]; days: number } | undefined
      /** Address of its message in the approvals channel, for approvers who read it elsewhere. */
      link?: string | undefined
      /** The people whom the message asks to decide; absent where it only shows the request. */
      asked?: readonly Mention[] | undefined
    }
  /** A page of the requests that wait for an approval, the oldest first. */
  | {
      kind: 'approvals'
      requests: readonly ListedRequest[]
      page: number
      pages: number
      total: number
      banner?: Banner | undefined
    }
  /** News of a case in one sentence, beside its living card. A reminder names the people who are asked. */
  | { kind: 'line'; case: Case; banner: Banner; asked?: readonly Mention[] | undefined }
  /** A pointer in a message whose case is shown by a later one. */
  | { kind: 'stub'; case: Case }
  /** A page of the history, newest entry first; `total` counts the entries of all pages. */
  | {
      kind: 'timeline'
      case: Case
      entries: (HistoryEntry & { seq: number })[]
      page: number
      pages: number
      total: number
      from?: ListPage | undefined
      banner?: Banner | undefined
    }
  /** A page of cases, newest first; `open` lists only cases that are not over, `toCancel` those to choose from. */
  | {
      kind: 'list'
      cases: ListedCase[]
      page: number
      pages: number
      total: number
      open: boolean
      toCancel?: true | undefined
      banner?: Banner | undefined
    }
  | { kind: 'confirm-cancel'; case: Case; from?: ListPage | undefined }
  /** The field in which somebody names the customer, with the customers that its conversation has already. */
  | { kind: 'customer'; case: Case; customers?: readonly string[] | undefined; from?: ListPage | undefined }
  /** The greeting of an approver in their own chat. */
  | { kind: 'welcome-approver'; waiting: number }
  /** The greeting of a channel or group chat that is no desk; `isOurs` if it is the partner's. */
  | { kind: 'welcome-room'; isOurs: boolean; isChannel: boolean }
  /** The purpose of a desk; `isNew` once it has been set up. */
  | { kind: 'desk'; desk: DeskKind; isNew?: true; waiting?: number | undefined }
  | { kind: 'confirm-desk'; desk: DeskKind }
  /** The second step of handing over these subscriptions of a transfer, or of declining it. */
  | {
      kind: 'confirm-hand-over'
      case: Case
      transfer: string
      items?: readonly string[] | undefined
      banner?: Banner | undefined
    }
  | { kind: 'role'; role?: Role | undefined }
  | { kind: 'language'; locale: Locale }
  /** The commands; `isShared` where the bot hears only what mentions it. */
  | { kind: 'help'; isShared?: true | undefined }
  | { kind: 'message'; banner: Banner }
