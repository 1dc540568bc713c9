import { approvalsNeeded } from '../../dialogs/approval.ts'
import { isAllPowerful } from '../../dialogs/roles.ts'
import type { AdminContext } from '../../dialogs/tracks/delegated-admin/context.ts'
import { MAX_JUSTIFICATION_LENGTH, MAX_REASON_LENGTH } from '../../dialogs/tracks/form-fields.ts'
import { inputs } from '../buttons.ts'
import { type Element, render } from '../render.ts'
import { MAX_TITLE_LENGTH, plainText } from '../text/literal.ts'
import { narrowingText } from '../text/rights.ts'
import { ageText, type Locale, momentText, text } from '../text/text.ts'
import { nameFor, type RenderContext } from '../viewer.ts'
import { bar } from '../visuals/bar.ts'
import { roleTable } from '../visuals/risk.ts'
import { knownRows, namesText } from './facts.ts'

/** Parts that show a request for administration rights: to the requester, at the approvals desk, and once granted. */

const daysText = (locale: Locale, days: number): string => text(locale, 'admin.days.count', { days })

/** A warning if the roles allow everything; `brief` once the request is decided. */
function flagElements({ locale }: Pick<RenderContext, 'locale'>, roles: readonly string[], brief: boolean): Element[] {
  if (!isAllPowerful(roles)) return []
  return render('flag', {
    title: text(locale, 'admin.flag.title'),
    ...(brief ? {} : { text: text(locale, 'admin.flag.text') }),
  })
}

type Extent = Pick<AdminContext, 'days' | 'autoExtend'>

const durationText = (locale: Locale, { days, autoExtend }: Extent) =>
  text(locale, autoExtend ? 'admin.lasts-extended' : 'admin.lasts', { duration: daysText(locale, days) })

/** Draws reseller, duration, justification and group as far as known, then the roles in full or by name. */
export const requestRows = (
  context: Pick<RenderContext, 'locale'>,
  details: AdminContext,
  roles: 'in-full' | 'by-name',
): Element[] => [
  ...knownRows(context, [
    ['fact.reseller', plainText(details.forCompany ?? '', MAX_TITLE_LENGTH)],
    ['fact.duration', durationText(context.locale, details)],
    ['fact.why', plainText(details.justification, MAX_JUSTIFICATION_LENGTH)],
    ['fact.group', plainText(details.group?.name ?? '', MAX_TITLE_LENGTH)],
  ]),
  ...flagElements(context, details.roles, roles === 'by-name'),
  ...roleTable(context.locale, details.roles, roles),
]

/** Draws the progress of the approvals and the approvers. */
export function approvalRows(context: RenderContext, { approvals, roles, required }: AdminContext): Element[] {
  const { locale } = context
  const total = Math.max(approvalsNeeded(roles, required), approvals.length)
  const done = approvals.length
  const progress = bar(done, total, text(locale, 'admin.progress', { done, total }))
  return [...progress, ...rowsOf(yesRows(context, approvals))]
}

/** Most approvers that a card lists. */
const MAX_PEOPLE = 5

const yesRows = (context: RenderContext, approvals: AdminContext['approvals']): string[] =>
  approvals.slice(-MAX_PEOPLE).map(({ by, at }) => text(context.locale, 'decision.approved', byLine(context, by, at)))

const byLine = ({ viewer, locale }: RenderContext, by: string, at: string) => ({
  who: nameFor(viewer, by),
  age: ageText(locale, at, viewer.at),
})

const rowsOf = (rows: readonly string[]): Element[] =>
  rows.length === 0 ? [] : render('decisions', { rows: rows.map((row) => ({ text: row })) })

/** Draws every approval, the narrowing and the denial, with names and ages. */
export function decisionRows(context: RenderContext, { approvals, narrowed, decision }: AdminContext): Element[] {
  const { locale } = context
  const rows: string[] = []
  if (narrowed) {
    const change = narrowingText(locale, narrowed.from, narrowed)
    rows.push(text(locale, 'decision.narrowed', { ...byLine(context, narrowed.by, narrowed.at), change }))
  }
  rows.push(...yesRows(context, approvals))
  // The fault describes a denial by Microsoft.
  if (decision?.kind === 'denied' && decision.by !== 'upstream') {
    rows.push(text(locale, 'decision.denied', byLine(context, decision.by, decision.at)))
  }
  return [
    ...rowsOf(rows),
    ...knownRows(context, [['fact.reason', plainText(decision?.reason ?? '', MAX_REASON_LENGTH)]]),
  ]
}

/** Durations to choose from, in days. */
export const durations = [7, 30, 90, 180, 365, 730] as const

/** Draws a choice of durations that includes the present one. */
export function daysField(locale: Locale, label: string, days: number, offered: readonly number[]): Element[] {
  const all = [...new Set([...offered, days])].sort((a, b) => a - b)
  return render('select', {
    id: inputs.days,
    label,
    value: String(days),
    choices: all.map((count) => ({ title: daysText(locale, count), value: String(count) })),
  })
}

/** Draws the names of the possible approvers, or a warning that there are none. */
export function requestedAccessElements(context: RenderContext): Element[] {
  const { locale, approvers } = context
  if (approvers === undefined) return []
  const names = approvers.length === 0 ? text(locale, 'admin.nobody') : namesText(context, approvers)
  return knownRows(context, [['fact.would-be-asked', names]])
}

/** Returns the deadline of the decision in words. */
export const decideBy = ({ locale, viewer }: RenderContext, { due }: AdminContext): string | undefined =>
  due === null ? undefined : text(locale, 'approval.due', { when: momentText(locale, due, viewer.timeZone) })
