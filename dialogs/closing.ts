import { daysAfter } from './calendar.ts'
import { type Case, isIdle } from './case.ts'
import type { CaseEvent, Effect } from './events.ts'

/** Cases that wait for nothing end: by a click, or by themselves after a time, with a word before. */

/** Days between the word and the end. */
export const CLOSING_NOTICE_DAYS = 3

/** Settings of the organisation that decide what happens to cases by themselves. */
export interface CaseRules {
  /** Days without a change after which an idle case closes; undefined keeps it open. */
  closeAfterDays?: number | undefined
}

type ClosingEvent = Extract<CaseEvent, { type: 'case.closed' | 'case.kept' | 'case.reopened' | 'case.idle' }>

/** Closes a case, keeps it open or opens it again; undefined if that changes nothing. */
export function closingChange(
  before: Case,
  event: ClosingEvent,
): { case: Partial<Case>; effects: Effect[] } | undefined {
  switch (event.type) {
    case 'case.closed':
      return isIdle(before) ? { case: { closed: event.at }, effects: [] } : undefined
    case 'case.kept':
      return isIdle(before) && before.closing !== undefined ? { case: {}, effects: [] } : undefined
    case 'case.reopened':
      return before.closed === undefined ? undefined : { case: {}, effects: [] }
    case 'case.idle':
      return isIdle(before) ? idleChange(before, event.at) : undefined
  }
  return event satisfies never
}

/** Gives a word first, and closes the case when its time has come. */
function idleChange({ closing }: Case, at: string): { case: Partial<Case>; effects: Effect[] } | undefined {
  if (closing === undefined) {
    const notice = { key: 'case-closing', days: CLOSING_NOTICE_DAYS } as const
    return { case: { closing: daysAfter(at, CLOSING_NOTICE_DAYS) }, effects: [{ kind: 'notify', notice }] }
  }
  return at < closing ? undefined : { case: { closed: at, closing: undefined }, effects: [] }
}

/** Finds the ends that an event undoes: an act of a person opens a closed case, and any change puts the end off. */
export function undoneBy(event: CaseEvent): Partial<Case> {
  if (event.type === 'case.idle' || event.type === 'edition.withdrawn') return {}
  const isGoingOn = event.by.kind === 'person' && event.type !== 'case.closed' && event.type !== 'customer.named'
  return { closing: undefined, ...(isGoingOn ? { closed: undefined } : {}) }
}

/** Sets the clock of an idle case, anew with each change. A question that is still to be asked puts it off. */
export function closingWake(after: Case, { closeAfterDays }: CaseRules): Effect[] {
  if (closeAfterDays === undefined || !isIdle(after)) return []
  const { askAgain = after.updatedAt } = after
  const since = askAgain > after.updatedAt ? askAgain : after.updatedAt
  const due = after.closing ?? daysAfter(since, closeAfterDays - CLOSING_NOTICE_DAYS)
  return [{ kind: 'wake', timer: 'closing', due }]
}
