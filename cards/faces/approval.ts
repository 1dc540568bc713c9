import { approvalsNeeded } from '../../dialogs/approval.ts'
import type { AdminTrack } from '../../dialogs/tracks/registry.ts'
import { button, inputs } from '../buttons.ts'
import { approvalRows, decisionRows, requestRows, roleTitle } from '../parts/admin-details.ts'
import { areaField } from '../parts/area-field.ts'
import { knownRows } from '../parts/facts.ts'
import { heading } from '../parts/heading.ts'
import { customerRow } from '../parts/tenant.ts'
import { folded, toggle } from '../parts/toolbar.ts'
import { type Element, render, renderOnce } from '../render.ts'
import type { Banner } from '../text/banners.ts'
import { bannerText } from '../text/banners.ts'
import { ageText, type Key, text } from '../text/text.ts'
import { nameFor, type RenderContext } from '../viewer.ts'
import { daysField, durations } from './admin-form.ts'
import { decideBy } from './delegated-admin.ts'

type Context = AdminTrack['context']

/**
 * What the approver whose client asked may do. It changes only what that person's own view says and hides; who may
 * decide is found out anew with every press.
 */
export type ViewerDecision = 'can' | 'own-request' | 'not-approver' | 'decided'

/** A request at the approvals desk: right for everybody who sees it, before the decision and after it. */
export function approvalFace(
  drawing: RenderContext,
  track: AdminTrack,
  mine: ViewerDecision | undefined,
  line: Banner | undefined,
) {
  return track.state === 'awaiting-approval'
    ? openElements(drawing, track.context, mine, line)
    : closedElements(drawing, track)
}

/** Who asks, for which customer, which roles, how long and why. */
function requestElements(drawing: RenderContext, context: Context, roles: 'in-full' | 'by-name'): Element[] {
  const { viewer, locale } = drawing
  const { requestedBy, requestedAt, customer } = context
  const asker = requestedBy === null ? '' : nameFor(viewer, requestedBy)
  const age = requestedAt === null ? '' : ageText(locale, requestedAt, viewer.at)
  return [
    ...knownRows(drawing, [['fact.asked-by', [asker, age].filter((part) => part !== '').join(', ')]]),
    ...(customer ? customerRow(drawing, customer) : []),
    ...requestRows(drawing, context, roles),
  ]
}

function openElements(
  drawing: RenderContext,
  context: Context,
  mine: ViewerDecision | undefined,
  line: Banner | undefined,
): Element[] {
  const mayTry = mine === undefined || mine === 'can'
  return [
    ...heading(drawing, 'approval.open.title', 'approval.open.help'),
    ...requestElements(drawing, context, 'in-full'),
    ...approvalRows(drawing, context),
    ...decideBy(drawing, context),
    ...(mayTry ? decisionElements(drawing, context, line) : mineElements(drawing, context, mine)),
  ]
}

/** Why there is nothing to click for this person. */
function mineElements(
  { locale }: RenderContext,
  { approvals, roles, required }: Context,
  mine: Exclude<ViewerDecision, 'can'>,
) {
  const left = approvalsNeeded(roles, required) - approvals.length
  const key: Key = `approval.mine.${mine}`
  return render('trouble', { text: text(locale, key, mine === 'decided' ? { left } : undefined) })
}

/** Approve at once; a no with its reason and a yes to less are one click further away. */
function decisionElements(drawing: RenderContext, context: Context, line: Banner | undefined): Element[] {
  const { locale, drawn } = drawing
  return [
    ...renderOnce('actions', `${locale} approve`, drawn, () => ({
      actions: [
        button('approve', drawn, { title: text(locale, 'approval.approve'), labelled: true, style: 'positive' }),
      ],
    })),
    ...renderOnce('actions', `${locale} decide`, undefined, () => ({
      actions: [toggle('narrow', text(locale, 'approval.narrow')), toggle('deny', text(locale, 'approval.deny'))],
    })),
    ...folded('narrow', narrowElements(drawing, context), line?.key === 'approval-not-less'),
    ...folded('deny', denyElements(drawing, line), line?.key === 'approval-no-reason'),
  ]
}

/** Neither form makes its fields obligatory: clients check all fields of a card with every button that takes any. */
function narrowElements({ locale, drawn }: RenderContext, { roles, days }: Context): Element[] {
  const narrow = button('narrow', drawn, {
    title: text(locale, 'approval.narrow.do'),
    labelled: true,
    withInputs: true,
  })
  return [
    ...render('caption', { text: text(locale, 'approval.narrow.help') }),
    ...render('keep', {
      id: inputs.roles,
      label: text(locale, 'approval.narrow.roles'),
      value: roles.join(),
      choices: roles.map((role) => ({ title: roleTitle(locale, role), value: role })),
    }),
    ...daysField(
      locale,
      text(locale, 'approval.narrow.days'),
      days,
      durations.filter((count) => count < days),
    ),
    ...render('actions', { actions: [narrow] }),
  ]
}

function denyElements({ locale, drawn }: RenderContext, line: Banner | undefined): Element[] {
  const deny = button('deny', drawn, {
    title: text(locale, 'approval.deny.do'),
    labelled: true,
    style: 'destructive',
    withInputs: true,
  })
  return [
    ...areaField('reason', {
      label: text(locale, 'approval.deny.reason'),
      value: '',
      fault: line?.key === 'approval-no-reason' ? bannerText(line, locale) : undefined,
    }),
    ...render('actions', { actions: [deny] }),
  ]
}

/** What was decided, by whom and why, and what has become of it. */
function closedElements(drawing: RenderContext, track: AdminTrack): Element[] {
  const { context } = track
  return [
    ...endHeading(drawing, track),
    ...decisionRows(drawing, context),
    ...requestElements(drawing, context, 'by-name'),
  ]
}

function endHeading(drawing: RenderContext, track: AdminTrack): Element[] {
  const { locale } = drawing
  const kind = kindOf(track)
  const now = nowOf(track, kind)
  const items = render('heading', {
    title: text(locale, `approval.${kind}.title`),
    ...(now === undefined
      ? {}
      : { help: text(locale, 'approval.now', { state: text(locale, `approval.now.${now}`) }) }),
  })
  return kind === 'approved' || kind === 'narrowed' ? render('group', { style: 'good', items }) : items
}

type End = 'approved' | 'narrowed' | 'denied' | 'expired' | 'withdrawn' | 'cancelled'

/** How the request ended at this desk, whatever has become of it since. */
function kindOf({ state, context: { decision } }: AdminTrack): End {
  if (decision) return decision.kind
  return state === 'expired' || state === 'withdrawn' ? state : 'cancelled'
}

function nowOf({ state }: AdminTrack, kind: End) {
  if (kind !== 'approved' && kind !== 'narrowed') return undefined
  switch (state) {
    case 'awaiting-customer':
    case 'active':
    case 'expired':
    case 'failed':
    case 'cancelled':
      return state
    default:
      return 'setting-up'
  }
}
