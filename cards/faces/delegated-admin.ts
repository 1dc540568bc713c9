import { daysAfter } from '../../dialogs/calendar.ts'
import type { AdminTrack } from '../../dialogs/tracks/registry.ts'
import { button } from '../buttons.ts'
import { approvalRows, decideBy, decisionRows, requestedAccessElements, requestRows } from '../parts/admin-details.ts'
import { faultBlock } from '../parts/faults.ts'
import { folded, heading, toggle, toolbar } from '../parts/frame.ts'
import { customerLink } from '../parts/invitation-link.ts'
import { pendingElements } from '../parts/pending.ts'
import { startElements } from '../parts/start.ts'
import { customerRow } from '../parts/tenant.ts'
import { type Element, render } from '../render.ts'
import { dateText, type Key, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'
import { adminForm } from './admin-form.ts'

type Details = AdminTrack['context']

/** Administration rights at a customer: the request, its approval, its state at Microsoft, and its end. */
export function delegatedAdminFace(context: RenderContext, track: AdminTrack): Element[] {
  switch (track.state) {
    case 'drafting':
      return adminForm(context, track)
    case 'awaiting-approval':
      return approvalElements(context, track.context)
    case 'approved':
    case 'creating':
      return creatingElements(context, track.context)
    case 'awaiting-customer':
      return awaitingElements(context, track.context)
    case 'active':
      return activeElements(context, track)
    case 'denied':
    case 'expired':
    case 'failed':
    case 'withdrawn':
    case 'cancelled':
      return endElements(context, track)
  }
  return track.state satisfies never
}

/** The requested rights and the customer. */
const requestElements = (context: RenderContext, details: Details): Element[] => [
  ...(details.customer ? customerRow(context, details.customer) : []),
  ...requestRows(context, details, 'by-name'),
]

function approvalElements(context: RenderContext, details: Details): Element[] {
  const { locale, ref } = context
  const look = { title: text(locale, 'admin.withdraw'), labelled: true } as const
  const due = decideBy(context, details)
  return [
    ...heading(context, 'admin.awaiting-approval.title', 'admin.awaiting-approval.help'),
    ...approvalRows(context, details),
    ...requestedAccessElements(context),
    ...(due === undefined ? [] : render('caption', { text: due })),
    ...requestElements(context, details),
    ...render('actions', { actions: [button('withdraw', ref, look)] }),
    ...toolbar(context, ['history', 'cancel']),
  ]
}

/** The creation at Microsoft. If only half of it succeeded, offers to continue or to remove that half. */
function creatingElements(context: RenderContext, details: Details): Element[] {
  const { pending, fault } = details
  const stuck = [
    ...heading(context, 'admin.half.title', 'admin.half.help'),
    ...(fault ? faultBlock(context, fault) : []),
    ...stepButtons(context, ['continue', 'remove']),
  ]
  return [
    ...(pending ? pendingElements(context, pending) : stuck),
    ...decisionRows(context, details),
    ...requestElements(context, details),
    ...toolbar(context, ['history', 'cancel']),
  ]
}

const stepButtons = (
  { locale, ref }: RenderContext,
  steps: readonly ('continue' | 'remove' | 'without-group')[],
): Element[] =>
  render('actions', {
    actions: steps.map((step, index) =>
      button(
        'tick',
        { ...ref, step },
        { title: text(locale, `admin.${step}`), labelled: true, ...(index === 0 ? { style: 'positive' } : {}) },
      ),
    ),
  })

/** Waits for the customer, and then for the assignment to the group. */
function awaitingElements(context: RenderContext, details: Details): Element[] {
  const { pending, fault } = details
  const tools = toolbar(context, ['history', 'cancel'])
  const rest = [...decisionRows(context, details), ...requestElements(context, details), ...tools]
  if (pending) return [...pendingElements(context, pending), ...rest]
  if (fault) {
    return [
      ...heading(context, 'admin.ungiven.title', 'admin.ungiven.help'),
      ...faultBlock(context, fault),
      ...stepButtons(context, ['continue', 'without-group']),
      ...rest,
    ]
  }
  return [
    ...heading(context, 'relationship.awaiting-customer.title', 'admin.awaiting-customer.help'),
    ...dueElements(context, details),
    ...(details.link === null ? [] : customerLink(context, details.link, 'mail.admin')),
    ...unfoldable(context, [...decisionRows(context, details), ...requestElements(context, details)]),
    ...tools,
  ]
}

/** Draws what was asked for behind a link: the customer is what matters while it has the request. */
function unfoldable({ locale }: RenderContext, items: readonly Element[]): Element[] {
  const title = text(locale, 'admin.request')
  return [
    ...render('links', { links: [{ text: `${title} ▾`, button: toggle('request', title) }] }),
    ...folded('request', items),
  ]
}

/** The last day for the customer to approve. */
function dueElements({ locale, viewer }: RenderContext, { due }: Details): Element[] {
  if (due === null) return []
  if (due < viewer.at) return render('trouble', { text: text(locale, 'admin.over') })
  return render('remark', { text: text(locale, 'admin.due', { date: dateText(locale, due) }) })
}

/** The granted rights, their end, and any step left for a person. */
function activeElements(context: RenderContext, track: AdminTrack): Element[] {
  const { locale } = context
  const { context: details, since } = track
  const date = dateText(locale, daysAfter(since, details.days))
  const good = render('heading', {
    title: text(locale, 'admin.active.title'),
    help: text(locale, details.autoExtend ? 'admin.active.extended' : 'admin.active.until', { date }),
  })
  return [
    ...render('group', { style: 'good', items: good }),
    ...(details.assigned ? [] : render('trouble', { text: text(locale, 'admin.by-hand') })),
    ...requestElements(context, details),
    ...decisionRows(context, details),
    ...startElements(context, track),
    ...toolbar(context, ['history']),
  ]
}

/** Draws the end, its reason, and the tracks that can start now. */
function endElements(context: RenderContext, track: AdminTrack): Element[] {
  const { context: details } = track
  return [
    ...endHeading(context, track),
    ...(details.fault ? faultBlock(context, details.fault) : []),
    ...decisionRows(context, details),
    ...(details.roles.length === 0 ? [] : requestElements(context, details)),
    ...startElements(context, track),
    ...toolbar(context, ['history']),
  ]
}

const endKeys = {
  denied: 'admin.denied',
  undecided: 'admin.undecided',
  unanswered: 'admin.unanswered',
  failed: 'admin.failed',
} as const

function endHeading(context: RenderContext, { state, context: details }: AdminTrack): Element[] {
  if (state === 'withdrawn' || state === 'cancelled') return heading(context, `admin.${state}.title`)
  const end = state === 'expired' ? (details.decision ? 'unanswered' : 'undecided') : (state as 'denied' | 'failed')
  const help: Key | undefined = details.fault ? undefined : `${endKeys[end]}.help`
  return heading(context, `${endKeys[end]}.title`, help)
}
