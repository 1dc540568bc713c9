import { daysAfter } from './calendar.ts'
import { type Case, isCaseOpen } from './case.ts'
import type { CaseEvent, Effect } from './events.ts'
import { questionsFor } from './policy/decide.ts'
import type { Policy } from './policy/policy.ts'
import type { Answers } from './questions.ts'

/** The end of a term that is not known yet: it is asked for again, once after each answer that leaves it open. */

/** Days from such an answer to the question. */
export const ASK_AGAIN_DAYS = 14

/** Sets the time of the question after an event of the questions. */
export function askingAgain(before: Case, answers: Answers, event: CaseEvent): { askAgain: string | undefined } {
  if (answers['term-end'] !== 'unknown') return { askAgain: undefined }
  const isLeftOpen = event.type === 'question.answered' && event.question === 'term-end'
  return { askAgain: isLeftOpen ? daysAfter(event.at, ASK_AGAIN_DAYS) : before.askAgain }
}

/** Sets the clock of the question, if the event has set its time. */
export const askingWake = (before: Case, { askAgain }: { askAgain?: string | undefined }): Effect[] =>
  askAgain === undefined || askAgain === before.askAgain ? [] : [{ kind: 'wake', timer: 'term-end', due: askAgain }]

/** Asks, if the answer is still missing and of use; undefined if not. */
export function askingChange(
  policy: Policy,
  before: Case,
  { at }: CaseEvent,
): { case: Partial<Case>; effects: Effect[] } | undefined {
  const isDue = before.askAgain !== undefined && at >= before.askAgain
  if (!isDue || before.intake !== 'answered' || !isCaseOpen(before)) return undefined
  if (!questionsFor(policy, before).some(({ question }) => question === 'term-end')) return undefined
  return { case: { askAgain: undefined }, effects: [{ kind: 'notify', notice: { key: 'term-end-due', days: 0 } }] }
}
