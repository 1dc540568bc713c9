import { daysAfter, daysUntil } from '../../dialogs/calendar.ts'
import type { AdminTrack } from '../../dialogs/tracks/registry.ts'
import { button } from '../buttons.ts'
import { approvalRows, decisionRows, requestRows } from '../parts/admin-details.ts'
import { faultBlock } from '../parts/faults.ts'
import { heading } from '../parts/heading.ts'
import { customerLink, openLink } from '../parts/invitation-link.ts'
import { calendar, pendingElements } from '../parts/pending.ts'
import { customerRow } from '../parts/tenant.ts'
import { toolbar } from '../parts/toolbar.ts'
import { type Element, render, renderOnce } from '../render.ts'
import { dateText, type Key, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'
import { adminForm, requestedAccessElements } from './admin-form.ts'
import { startElements } from './outcome.ts'

type Context = AdminTrack['context']

/** Administration rights at a customer: what is asked for, who approves it, what stands at Microsoft, and until when. */
export function delegatedAdminFace(drawing: RenderContext, track: AdminTrack): Element[] {
  switch (track.state) {
    case 'drafting':
      return adminForm(drawing, track)
    case 'awaiting-approval':
      return approvalElements(drawing, track.context)
    case 'approved':
    case 'creating':
      return creatingElements(drawing, track.context)
    case 'awaiting-customer':
      return awaitingElements(drawing, track.context)
    case 'active':
      return activeElements(drawing, track)
    case 'denied':
    case 'expired':
    case 'failed':
    case 'withdrawn':
    case 'cancelled':
      return endElements(drawing, track)
  }
  return track.state satisfies never
}

/** What is asked for, and for which customer. */
const requestElements = (drawing: RenderContext, context: Context, roles: 'in-full' | 'by-name'): Element[] => [
  ...(context.customer ? customerRow(drawing, context.customer) : []),
  ...requestRows(drawing, context, roles),
]

function approvalElements(drawing: RenderContext, context: Context): Element[] {
  const { locale, drawn } = drawing
  const look = { title: text(locale, 'admin.withdraw'), labelled: true } as const
  return [
    ...heading(drawing, 'admin.awaiting-approval.title', 'admin.awaiting-approval.help'),
    ...approvalRows(drawing, context),
    ...requestedAccessElements(drawing),
    ...decideBy(drawing, context),
    ...requestElements(drawing, context, 'in-full'),
    ...renderOnce('actions', `${locale} withdraw`, drawn, () => ({ actions: [button('withdraw', drawn, look)] })),
    ...toolbar(drawing, ['history', 'cancel']),
  ]
}

/** By when somebody has to decide. */
export const decideBy = ({ locale }: Pick<RenderContext, 'locale'>, { due }: Context): Element[] =>
  due === null ? [] : render('caption', { text: text(locale, 'approval.due', { when: calendar(due) }) })

/** What is done at Microsoft; where only half of it is, what can become of that half. */
function creatingElements(drawing: RenderContext, context: Context): Element[] {
  const { pending, fault } = context
  const stuck = [
    ...heading(drawing, 'admin.half.title', 'admin.half.help'),
    ...(fault ? faultBlock(drawing, fault) : []),
    ...stepButtons(drawing, ['continue', 'remove']),
  ]
  return [
    ...(pending ? pendingElements(drawing, pending) : stuck),
    ...decisionRows(drawing, context),
    ...requestElements(drawing, context, 'by-name'),
    ...toolbar(drawing, ['history', 'cancel']),
  ]
}

const stepButtons = (
  { locale, drawn }: RenderContext,
  steps: readonly ('continue' | 'remove' | 'without-group')[],
): Element[] =>
  renderOnce('actions', `${locale} ${steps.join()}`, drawn, () => ({
    actions: steps.map((step, index) =>
      button(
        'tick',
        { ...drawn, step },
        { title: text(locale, `admin.${step}`), labelled: true, ...(index === 0 ? { style: 'positive' } : {}) },
      ),
    ),
  }))

/** The customer's turn; once it has approved, that of the group. */
function awaitingElements(drawing: RenderContext, context: Context): Element[] {
  const { pending, fault } = context
  const tools = toolbar(drawing, ['history', 'cancel'])
  const rest = [...decisionRows(drawing, context), ...requestElements(drawing, context, 'by-name'), ...tools]
  if (pending) return [...pendingElements(drawing, pending), ...rest]
  if (fault) {
    return [
      ...heading(drawing, 'admin.ungiven.title', 'admin.ungiven.help'),
      ...faultBlock(drawing, fault),
      ...stepButtons(drawing, ['continue', 'without-group']),
      ...rest,
    ]
  }
  return [
    ...heading(drawing, 'relationship.awaiting-customer.title', 'admin.awaiting-customer.help'),
    ...dueElements(drawing, context),
    ...linkOf(drawing, context),
    ...rest,
  ]
}

function linkOf(drawing: RenderContext, { link }: Context): Element[] {
  if (link === null) return []
  const open = openLink(drawing, link)
  return [
    ...customerLink(drawing, link, 'mail.admin'),
    ...(open.length === 0 ? [] : render('actions', { actions: open })),
  ]
}

/** The customer's last day, large, and how far away it is. */
function dueElements({ locale, viewer }: RenderContext, { due }: Context): Element[] {
  if (due === null) return []
  const days = daysUntil(due.slice(0, 10), viewer.at)
  return render('end', {
    date: dateText(locale, due),
    left: days < 0 ? text(locale, 'admin.over') : text(locale, 'admin.left', { days }),
    color: days < 0 ? 'attention' : 'default',
  })
}

/** What was granted, until when, and what a person still has to do. */
function activeElements(drawing: RenderContext, track: AdminTrack): Element[] {
  const { locale } = drawing
  const { context, since } = track
  const date = dateText(locale, daysAfter(since, context.days))
  const good = render('heading', {
    title: text(locale, 'admin.active.title'),
    help: text(locale, context.autoExtend ? 'admin.active.extended' : 'admin.active.until', { date }),
  })
  return [
    ...render('group', { style: 'good', items: good }),
    ...(context.assigned ? [] : render('trouble', { text: text(locale, 'admin.by-hand') })),
    ...requestElements(drawing, context, 'by-name'),
    ...decisionRows(drawing, context),
    ...startElements(drawing, track),
    ...toolbar(drawing, ['history']),
  ]
}

/** How it ended, why, and what can be begun now. */
function endElements(drawing: RenderContext, track: AdminTrack): Element[] {
  const { context } = track
  return [
    ...endHeading(drawing, track),
    ...(context.fault ? faultBlock(drawing, context.fault) : []),
    ...decisionRows(drawing, context),
    ...(context.roles.length === 0 ? [] : requestElements(drawing, context, 'by-name')),
    ...startElements(drawing, track),
    ...toolbar(drawing, ['history']),
  ]
}

const endKeys = {
  denied: 'admin.denied',
  undecided: 'admin.undecided',
  unanswered: 'admin.unanswered',
  failed: 'admin.failed',
} as const

function endHeading(drawing: RenderContext, { state, context }: AdminTrack): Element[] {
  if (state === 'withdrawn' || state === 'cancelled') return heading(drawing, `admin.${state}.title`)
  const end = state === 'expired' ? (context.decision ? 'unanswered' : 'undecided') : (state as 'denied' | 'failed')
  const help: Key | undefined = context.fault ? undefined : `${endKeys[end]}.help`
  return heading(drawing, `${endKeys[end]}.title`, help)
}
