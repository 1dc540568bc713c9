import { approvalsNeeded } from '../../dialogs/approval.ts'
import { adminRoles, isAllPowerful, roleKeyOf } from '../../dialogs/roles.ts'
import type { AdminContext } from '../../dialogs/tracks/delegated-admin/context.ts'
import { inputs, MAX_JUSTIFICATION_LENGTH, MAX_REASON_LENGTH } from '../buttons.ts'
import { type Element, render } from '../render.ts'
import { MAX_TITLE_LENGTH, plainText } from '../text/literal.ts'
import { ageText, type Locale, text } from '../text/text.ts'
import { nameFor, type RenderContext } from '../viewer.ts'
import { knownRows, namesText } from './facts.ts'
import { calendar } from './pending.ts'

/** How a request for administration rights is told: to whoever asks, at the approvals desk, and when it stands. */

export const roleTitle = (locale: Locale, role: string): string => {
  const key = roleKeyOf(role)
  return key === undefined ? text(locale, 'admin.role-unknown') : text(locale, `role.${key}.title`)
}

export const daysText = (locale: Locale, days: number): string => text(locale, 'admin.days.count', { days })

/** Each role with what may be done with it; the one with which everything may be done stands out. */
const roleRows = ({ locale }: Pick<RenderContext, 'locale'>, roles: readonly string[]): Element[] =>
  render('roles', {
    rows: roles.map((role) => {
      const key = roleKeyOf(role)
      return {
        color: role === adminRoles['global-administrator'] ? 'attention' : 'default',
        title: roleTitle(locale, role),
        may: key === undefined ? role : text(locale, `role.${key}.may`),
      }
    }),
  })

/** A warning wherever everything may be done with what is asked for; `brief` where it is decided already. */
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

/** For whom, how long, why and for which group, as far as that is known; then what may be done, in full or by name. */
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
    ['fact.roles', roles === 'by-name' ? details.roles.map((role) => roleTitle(context.locale, role)).join(', ') : ''],
  ]),
  ...flagElements(context, details.roles, roles === 'by-name'),
  ...(roles === 'in-full' ? roleRows(context, details.roles) : []),
]

/** How many have agreed of those that have to, and who they are. */
export function approvalRows(context: RenderContext, { approvals, roles, required }: AdminContext): Element[] {
  const { locale } = context
  const total = Math.max(approvalsNeeded(roles, required), approvals.length)
  const done = approvals.length
  const bar = render('bar', {
    done: '●'.repeat(done),
    open: '○'.repeat(total - done),
    text: text(locale, 'admin.progress', { done, total }),
  })
  return [...bar, ...rowsOf(yesRows(context, approvals))]
}

/** Most people that a card names one by one. */
const mostPeople = 5

const yesRows = (context: RenderContext, approvals: AdminContext['approvals']): string[] =>
  approvals
    .slice(-mostPeople)
    .map(({ by, at }) => `✓ ${text(context.locale, 'decision.approved', said(context, by, at))}`)

const said = ({ viewer, locale }: RenderContext, by: string, at: string) => ({
  who: nameFor(viewer, by),
  age: ageText(locale, at, viewer.at),
})

const rowsOf = (told: readonly string[]): Element[] =>
  told.length === 0 ? [] : render('decisions', { rows: told.map((one) => ({ text: one })) })

/** Who decided what, when and why: all who approved, who asked for less, or who denied. */
export function decisionRows(context: RenderContext, { approvals, narrowed, decision }: AdminContext): Element[] {
  const { locale } = context
  const extent = ({ roles, days }: { roles: readonly string[]; days: number }) =>
    text(locale, 'decision.extent', { roles: roles.length, duration: daysText(locale, days) })
  const told = [...yesRows(context, approvals)]
  if (narrowed) {
    const change = { before: extent(narrowed.from), after: extent(narrowed) }
    told.push(`– ${text(locale, 'decision.narrowed', { ...said(context, narrowed.by, narrowed.at), ...change })}`)
  }
  // What Microsoft made of it is told by the fault.
  if (decision?.kind === 'denied' && decision.by !== 'upstream') {
    told.push(`✗ ${text(locale, 'decision.denied', said(context, decision.by, decision.at))}`)
  }
  return [
    ...rowsOf(told),
    ...knownRows(context, [['fact.reason', plainText(decision?.reason ?? '', MAX_REASON_LENGTH)]]),
  ]
}

/** How long rights may be asked for, in days; the shorter the better. */
export const durations = [7, 30, 90, 180, 365, 730] as const

/** One of some durations, or what it is now. */
export function daysField(locale: Locale, label: string, days: number, offered: readonly number[]): Element[] {
  const all = [...new Set([...offered, days])].sort((one, other) => one - other)
  return render('select', {
    id: inputs.days,
    label,
    value: String(days),
    choices: all.map((count) => ({ title: daysText(locale, count), value: String(count) })),
  })
}

/** Who would be asked, or is; without anybody, nothing can ever be approved. */
export function requestedAccessElements(context: RenderContext): Element[] {
  const { locale, approvers } = context
  if (approvers === undefined) return []
  const names = approvers.length === 0 ? text(locale, 'admin.nobody') : namesText(context, approvers)
  return knownRows(context, [['fact.would-be-asked', names]])
}

/** By when somebody has to decide. */
export const decideBy = ({ locale }: Pick<RenderContext, 'locale'>, { due }: AdminContext): Element[] =>
  due === null ? [] : render('caption', { text: text(locale, 'approval.due', { when: calendar(due) }) })
