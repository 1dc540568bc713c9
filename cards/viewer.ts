import type { Case } from '../dialogs/case.ts'
import type { Policy } from '../dialogs/policy/policy.ts'
import type { CardRef } from './buttons.ts'
import { nameText } from './text/events.ts'
import type { Locale } from './text/text.ts'

/** The person or group a card is drawn for, and the time. */
export interface Viewer {
  locale: Locale
  sandbox: boolean
  /** Teams ids of people whose clients refresh the card. Without them the card has no `refresh`. */
  userIds?: readonly string[] | undefined
  /** Display names by directory object id; may be incomplete. */
  names: Readonly<Record<string, string>>
  /** Current time (ISO), for ages and days left. */
  at: string
  /** IANA name of the reader's time zone. Without it times are shown in UTC, as in conversations of several people. */
  timeZone?: string | undefined
}

/** Everything the faces of a case are drawn from. */
export interface RenderContext {
  policy: Policy
  caseRecord: Case
  ref: CardRef
  viewer: Viewer
  locale: Locale
  /** Names of the people or of the group that can approve; absent if unknown. */
  approvers: readonly string[] | undefined
}

/** Builds the render context of a case. */
export const renderContextOf = (
  policy: Policy,
  caseRecord: Case,
  viewer: Viewer,
  approvers?: readonly string[],
): RenderContext => ({
  policy,
  caseRecord,
  ref: { case: caseRecord.id, rev: caseRecord.revision },
  viewer,
  locale: viewer.locale,
  approvers,
})

/** Returns the display name of an actor as the viewer knows it. */
export const nameFor = ({ locale, names }: Viewer, by: string): string =>
  nameText(locale, by, Object.hasOwn(names, by) ? names[by] : undefined)
