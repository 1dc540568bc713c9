import { approvalsNeeded } from '../../dialogs/approval.ts'
import type { AdminTrack } from '../../dialogs/tracks/registry.ts'
import { button, inputs } from '../buttons.ts'
import { approvalRows, daysField, decideBy, decisionRows, durations, requestRows } from '../parts/admin-details.ts'
import { knownRows } from '../parts/facts.ts'
import { areaField } from '../parts/fields.ts'
import { folded, heading, toggle } from '../parts/frame.ts'
import { askedLine } from '../parts/mentions.ts'
import { customerRow } from '../parts/tenant.ts'
import { openUrl } from '../parts/web-link.ts'
import { type Element, render } from '../render.ts'
import { type Banner, bannerText } from '../text/banners.ts'
import { roleTitle } from '../text/rights.ts'
import { ageText, type Key, text } from '../text/text.ts'
import type { View, ViewerDecision } from '../view.ts'
import { nameFor, type RenderContext } from '../viewer.ts'
import { timeLeft } from '../visuals/time-left.ts'

type Details = AdminTrack['context']

/** The request at the approvals desk, before and after the decision. Everyone at the desk sees the same card. */
export function approvalFace(
  context: RenderContext,
  view: Pick<Extract<View, { kind: 'approval' }>, 'mine' | 'banner' | 'kept' | 'link' | 'asked'>,
): Element[] {
  const track = context.caseRecord.tracks.find((track) => track.kind === 'delegated-admin')
  if (!track) return []
  return track.state === 'awaiting-approval' ? openElements(context, track, view) : closedElements(context, track)
}

/** The requester, the customer, the roles, the duration and the reason. */
function requestElements(context: RenderContext, details: Details, roles: 'in-full' | 'by-name'): Element[] {
  const { viewer, locale } = context
  const { requestedBy, requestedAt, customer } = details
  const asker = requestedBy === null ? '' : nameFor(viewer, requestedBy)
  const age = requestedAt === null ? '' : ageText(locale, requestedAt, viewer.at)
  return [
    ...knownRows(context, [['fact.asked-by', [asker, age].filter((part) => part !== '').join(', ')]]),
    ...(customer ? customerRow(context, customer) : []),
    ...requestRows(context, details, roles),
  ]
}

function openElements(context: RenderContext, track: AdminTrack, view: Parameters<typeof approvalFace>[1]): Element[] {
  const { mine, link, asked } = view
  const details = track.context
  const mayTry = mine === undefined || mine === 'can'
  return [
    ...heading(context, 'approval.open.title', 'approval.open.help'),
    ...(asked === undefined ? [] : askedLine(context.locale, asked)),
    ...requestElements(context, details, 'in-full'),
    ...approvalRows(context, details),
    ...timeLeft(context, track, decideBy(context, details)),
    ...(mayTry ? decisionElements(context, details, view) : mineElements(context, details, mine)),
    ...(mine === 'elsewhere' ? linkElements(context, link) : []),
  ]
}

/** The reason this person has nothing to click. */
function mineElements(
  { locale }: RenderContext,
  { approvals, roles, required }: Details,
  mine: Exclude<ViewerDecision, 'can'>,
) {
  const left = approvalsNeeded(roles, required) - approvals.length
  const key: Key = `approval.mine.${mine}`
  return render('trouble', { text: text(locale, key, mine === 'decided' ? { left } : undefined) })
}

/** The way to the message in the approvals channel, where the request is decided. */
const linkElements = ({ locale }: RenderContext, link: string | undefined): Element[] =>
  link === undefined
    ? []
    : render('actions', { actions: [openUrl(text(locale, 'approval.open-channel'), link, { style: 'positive' })] })

/** The approve button; denying and narrowing are below a line and one click further away. */
function decisionElements(
  context: RenderContext,
  details: Details,
  { banner, kept }: Parameters<typeof approvalFace>[1],
): Element[] {
  const { locale, ref } = context
  return [
    ...render('actions', {
      actions: [button('approve', ref, { title: text(locale, 'approval.approve'), labelled: true, style: 'positive' })],
    }),
    ...render('actions-apart', {
      actions: [
        toggle('narrow', text(locale, 'approval.narrow'), 'deny'),
        toggle('deny', text(locale, 'approval.deny'), 'narrow'),
      ],
    }),
    ...folded(
      'narrow',
      narrowElements(context, details, { banner, kept }),
      banner?.key === 'approval-not-less' || banner?.key === 'approval-no-role',
    ),
    ...folded('deny', denyElements(context, banner), banner?.key === 'approval-no-reason'),
  ]
}

/** The fields are optional in both forms: clients validate every field of a card with each button that sends any. */
function narrowElements(
  { locale, ref }: RenderContext,
  { roles, days }: Details,
  { banner, kept }: Pick<Parameters<typeof approvalFace>[1], 'banner' | 'kept'>,
): Element[] {
  const fault = banner?.key === 'approval-no-role' || banner?.key === 'approval-not-less' ? banner : undefined
  // The fields stay as they were sent.
  const sent = kept ?? { roles, days }
  const narrow = button('narrow', ref, {
    title: text(locale, 'approval.narrow.do'),
    labelled: true,
    withInputs: true,
  })
  return [
    ...render('caption', { text: text(locale, 'approval.narrow.help') }),
    ...render('keep', {
      id: inputs.roles,
      label: text(locale, 'approval.narrow.roles'),
      value: roles.filter((role) => sent.roles.includes(role)).join(),
      choices: roles.map((role) => ({ title: roleTitle(locale, role), value: role })),
    }),
    ...(fault ? render('trouble', { text: bannerText(fault, locale) }) : []),
    ...daysField(locale, text(locale, 'approval.narrow.days'), sent.days, [
      ...durations.filter((count) => count < days),
      days,
    ]),
    ...render('actions', { actions: [narrow] }),
  ]
}

function denyElements({ locale, ref }: RenderContext, banner: Banner | undefined): Element[] {
  const deny = button('deny', ref, {
    title: text(locale, 'approval.deny.do'),
    labelled: true,
    style: 'destructive',
    withInputs: true,
  })
  return [
    ...areaField('reason', {
      label: text(locale, 'approval.deny.reason'),
      value: '',
      fault: banner?.key === 'approval-no-reason' ? bannerText(banner, locale) : undefined,
    }),
    ...render('actions', { actions: [deny] }),
  ]
}

/** The decision, its author and reason, and the present state of the request. */
function closedElements(context: RenderContext, track: AdminTrack): Element[] {
  const { context: details } = track
  return [
    ...endHeading(context, track),
    ...decisionRows(context, details),
    ...requestElements(context, details, 'by-name'),
  ]
}

function endHeading(context: RenderContext, track: AdminTrack): Element[] {
  const { locale } = context
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

/** The decision at this desk, regardless of later states. */
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
