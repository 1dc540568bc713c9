import { approvalsNeeded } from '../../dialogs/approval.ts'
import { adminRoles, isAllPowerful, roleKeyOf } from '../../dialogs/roles.ts'
import type { AdminContext } from '../../dialogs/tracks/delegated-admin/context.ts'
import { MAX_JUSTIFICATION_LENGTH, MAX_REASON_LENGTH } from '../buttons.ts'
import { type Element, render, renderOnce } from '../render.ts'
import { MAX_TITLE_LENGTH, plainText } from '../text/literal.ts'
import { ageText, type Locale, text } from '../text/text.ts'
import { nameFor, type RenderContext } from '../viewer.ts'
import { knownRows } from './facts.ts'

/** How a request for administration rights is told: to whoever asks, at the approvals desk, and when it stands. */

export const roleTitle = (locale: Locale, role: string): string => {
  const key = roleKeyOf(role)
  return key === undefined ? text(locale, 'admin.role-unknown') : text(locale, `role.${key}.title`)
}

export const daysText = (locale: Locale, days: number): string => text(locale, 'admin.days.count', { days })

/** Each role with what may be done with it; the one with which everything may be done stands out. */
const roleRows = ({ locale }: Pick<RenderContext, 'locale'>, roles: readonly string[]): Element[] =>
  renderOnce('roles', `${locale} ${roles.join()}`, undefined, () => ({
    rows: roles.map((role) => {
      const key = roleKeyOf(role)
      return {
        color: role === adminRoles['global-administrator'] ? 'attention' : 'default',
        title: roleTitle(locale, role),
        may: key === undefined ? role : text(locale, `role.${key}.may`),
      }
    }),
  }))

/** A warning wherever everything may be done with what is asked for; `brief` where it is decided already. */
function flagElements({ locale }: Pick<RenderContext, 'locale'>, roles: readonly string[], brief: boolean): Element[] {
  if (!isAllPowerful(roles)) return []
  return renderOnce('flag', `${locale} ${brief}`, undefined, () => ({
    title: text(locale, 'admin.flag.title'),
    ...(brief ? {} : { text: text(locale, 'admin.flag.text') }),
  }))
}

type Extent = Pick<AdminContext, 'days' | 'autoExtend'>

const durationText = (locale: Locale, { days, autoExtend }: Extent) =>
  text(locale, autoExtend ? 'admin.lasts-extended' : 'admin.lasts', { duration: daysText(locale, days) })

/** For whom, how long, why and for which group, as far as that is known; then what may be done, in full or by name. */
export const requestRows = (
  drawing: Pick<RenderContext, 'locale'>,
  context: AdminContext,
  roles: 'in-full' | 'by-name',
): Element[] => [
  ...knownRows(drawing, [
    ['fact.reseller', plainText(context.forCompany ?? '', MAX_TITLE_LENGTH)],
    ['fact.duration', durationText(drawing.locale, context)],
    ['fact.why', plainText(context.justification, MAX_JUSTIFICATION_LENGTH)],
    ['fact.group', plainText(context.group?.name ?? '', MAX_TITLE_LENGTH)],
    ['fact.roles', roles === 'by-name' ? context.roles.map((role) => roleTitle(drawing.locale, role)).join(', ') : ''],
  ]),
  ...flagElements(drawing, context.roles, roles === 'by-name'),
  ...(roles === 'in-full' ? roleRows(drawing, context.roles) : []),
]

/** How many have agreed of those that have to, and who they are. */
export function approvalRows(drawing: RenderContext, { approvals, roles, required }: AdminContext): Element[] {
  const { locale } = drawing
  const total = Math.max(approvalsNeeded(roles, required), approvals.length)
  const done = approvals.length
  const bar = renderOnce('bar', `${locale} approvals ${done} ${total}`, undefined, () => ({
    done: '●'.repeat(done),
    open: '○'.repeat(total - done),
    text: text(locale, 'admin.progress', { done, total }),
  }))
  return [...bar, ...rowsOf(yesRows(drawing, approvals))]
}

/** Most people that a card names one by one. */
const mostPeople = 5

const yesRows = (drawing: RenderContext, approvals: AdminContext['approvals']): string[] =>
  approvals
    .slice(-mostPeople)
    .map(({ by, at }) => `✓ ${text(drawing.locale, 'decision.approved', said(drawing, by, at))}`)

const said = ({ viewer, locale }: RenderContext, by: string, at: string) => ({
  who: nameFor(viewer, by),
  age: ageText(locale, at, viewer.at),
})

const rowsOf = (told: readonly string[]): Element[] =>
  told.length === 0 ? [] : render('decisions', { rows: told.map((one) => ({ text: one })) })

/** Who decided what, when and why: all who approved, who asked for less, or who denied. */
export function decisionRows(drawing: RenderContext, { approvals, narrowed, decision }: AdminContext): Element[] {
  const { locale } = drawing
  const extent = ({ roles, days }: { roles: readonly string[]; days: number }) =>
    text(locale, 'decision.extent', { roles: roles.length, duration: daysText(locale, days) })
  const told = [...yesRows(drawing, approvals)]
  if (narrowed) {
    const change = { before: extent(narrowed.from), after: extent(narrowed) }
    told.push(`– ${text(locale, 'decision.narrowed', { ...said(drawing, narrowed.by, narrowed.at), ...change })}`)
  }
  // What Microsoft made of it is told by the fault.
  if (decision?.kind === 'denied' && decision.by !== 'upstream') {
    told.push(`✗ ${text(locale, 'decision.denied', said(drawing, decision.by, decision.at))}`)
  }
  return [
    ...rowsOf(told),
    ...knownRows(drawing, [['fact.reason', plainText(decision?.reason ?? '', MAX_REASON_LENGTH)]]),
  ]
}
