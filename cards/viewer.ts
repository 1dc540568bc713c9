import type { Case } from '../dialogs/case.ts'
import type { Policy } from '../dialogs/policy/policy.ts'
import type { CardRef } from './buttons.ts'
import { nameText } from './text/events.ts'
import type { Locale } from './text/text.ts'

/** Whom a card is drawn for, and when. */
export interface Viewer {
  locale: Locale
  sandbox: boolean
  /** Teams ids of people whose clients refresh the card by themselves; without it the card has no `refresh`. */
  userIds?: readonly string[] | undefined
  /** Display names by directory object id; not everybody has to be in it. */
  names: Readonly<Record<string, string>>
  /** The time it is (ISO), for ages and days left. */
  at: string
}

/** What the faces of a case are drawn from. */
export interface RenderContext {
  policy: Policy
  caseRecord: Case
  ref: CardRef
  viewer: Viewer
  locale: Locale
  /** Names of the people or of the group that would be asked to approve; absent where nobody has looked. */
  approvers: readonly string[] | undefined
}

/** Gathers what the faces of a case are drawn from. */
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

/** Who did something, as the viewer knows them. */
export const nameFor = ({ locale, names }: Viewer, by: string): string =>
  nameText(locale, by, Object.hasOwn(names, by) ? names[by] : undefined)
