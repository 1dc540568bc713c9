import type { CallFault } from '../../dialogs/calls.ts'
import type { RelationshipTrack } from '../../dialogs/tracks/registry.ts'
import { LAPSE_DAYS, lapsesAt, otherTenant, type relationshipSteps } from '../../dialogs/tracks/relationship/context.ts'
import { button } from '../buttons.ts'
import { checkRows } from '../parts/checks.ts'
import { faultBlock, faultText, faultWords, isTyping } from '../parts/faults.ts'
import { textField } from '../parts/fields.ts'
import { folded, heading, toggle, toolbar } from '../parts/frame.ts'
import { invitationLink } from '../parts/invitation-link.ts'
import { otherTenantElements } from '../parts/other-tenant.ts'
import { pendingElements } from '../parts/pending.ts'
import { startElements } from '../parts/start.ts'
import { customerRow, tenantElements, typedRow } from '../parts/tenant.ts'
import { openUrl } from '../parts/web-link.ts'
import { type Element, render } from '../render.ts'
import { ageText, dateText, type Key, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

type RelationshipStep = (typeof relationshipSteps)[number]

const PARTNER_CENTER = 'https://partner.microsoft.com/dashboard/home'

/** The request for a reseller relationship: the customer, the link, and the result. */
export function relationshipFace(context: RenderContext, track: RelationshipTrack): Element[] {
  switch (track.state) {
    case 'collecting-customer':
      return collectingElements(context, track)
    case 'fetching-link':
      return fetchingElements(context, track)
    case 'link-ready':
      return readyElements(context, track)
    case 'awaiting-customer':
      return awaitingElements(context, track)
    case 'accepted':
    case 'failed':
    case 'lapsed':
    case 'cancelled':
      return endElements(context, track)
  }
  return track.state satisfies never
}

/** Draws the customer, whom the person has recognised before: in full only beside another tenant that accepted. */
function knownCustomer(context: RenderContext, { context: details }: RelationshipTrack): Element[] {
  const { customer } = details
  if (!customer) return []
  return otherTenant(details) ? tenantElements(context, customer) : customerRow(context, customer)
}

function collectingElements(context: RenderContext, track: RelationshipTrack): Element[] {
  const { pending, customer, isCustomer, region, typed } = track.context
  const field = customerField(context, track)
  if (pending) {
    return [
      ...pendingElements(context, pending),
      ...typedRow(typed),
      ...folded('details', field),
      ...toolbar(context, ['details', 'history', 'cancel']),
    ]
  }
  if (customer) {
    return [
      ...heading(
        context,
        'relationship.confirm.title',
        `relationship.confirm.${isCustomer ? 'known' : invitedAs(context)}`,
      ),
      ...tenantElements(context, customer),
      ...(region && !isCustomer ? checkRows(context, [['region', region]]) : []),
      ...confirmActions(context, isCustomer),
      ...folded('details', field),
      ...toolbar(context, ['history', 'cancel']),
    ]
  }
  return [
    ...heading(context, 'relationship.collecting-customer.title', 'relationship.collecting-customer.help'),
    ...field,
    ...toolbar(context, ['history', 'cancel']),
  ]
}

/** Draws the customer field. An unknown customer is a fault beside the field; any other fault comes above it. */
function customerField(context: RenderContext, { context: { typed, fault } }: RelationshipTrack): Element[] {
  const { locale, ref } = context
  const find = button(
    'set',
    { ...ref, track: 'relationship' },
    { title: text(locale, 'tenant.find'), labelled: true, style: 'positive', withInputs: true },
  )
  const wrong = fault && isTyping(fault) ? faultText(locale, fault) : undefined
  return [
    ...(fault && !isTyping(fault) ? faultBlock(context, fault) : []),
    ...textField(locale, 'customer', 'tenant.text', { typed, fault: wrong }),
    ...render('actions', { actions: [find] }),
  ]
}

const isReseller = ({ caseRecord }: RenderContext) => caseRecord.answers.role === 'indirect-reseller'
const invitedAs = (context: RenderContext) => (isReseller(context) ? 'reseller' : 'new')

const stepButton = ({ locale, ref }: RenderContext, step: RelationshipStep, title: Key, style?: 'positive') =>
  button('tick', { ...ref, step }, { title: text(locale, title), labelled: true, ...(style && { style }) })

/** Draws the buttons that confirm the customer. A reseller can invite a new one jointly with its provider. */
const confirmActions = (context: RenderContext, isCustomer: boolean): Element[] =>
  render('actions', {
    actions: [
      stepButton(context, 'confirm-customer', 'relationship.confirm.yes', 'positive'),
      ...(isCustomer || !isReseller(context)
        ? []
        : [stepButton(context, 'confirm-jointly', 'relationship.confirm.jointly')]),
      toggle('details', text(context.locale, 'relationship.confirm.other')),
    ],
  })

function fetchingElements(context: RenderContext, track: RelationshipTrack): Element[] {
  const { pending, fault } = track.context
  if (fault?.kind === 'access-denied' && isReseller(context)) return byHandElements(context, track, fault)
  const head = pending ? pendingElements(context, pending) : heading(context, 'relationship.fetching-link.title')
  return [
    ...head,
    ...knownCustomer(context, track),
    ...(fault ? faultBlock(context, fault, { step: 'fetch-link' }) : []),
    ...toolbar(context, ['history', 'cancel']),
  ]
}

/** Draws the way by hand: Microsoft offers indirect resellers no API, so trying again would not help. */
function byHandElements(context: RenderContext, track: RelationshipTrack, fault: CallFault): Element[] {
  const { locale, caseRecord } = context
  const open = caseRecord.cloud === 'china' ? [] : [openUrl(text(locale, 'relationship.by-hand.open'), PARTNER_CENTER)]
  const said = faultWords(locale, fault)
  return [
    ...heading(context, 'relationship.by-hand.title', 'relationship.by-hand.help'),
    ...knownCustomer(context, track),
    ...render('remark', { text: text(locale, 'relationship.by-hand.why') }),
    ...(said === undefined ? [] : render('remark', { text: said })),
    ...render('actions', {
      actions: [stepButton(context, 'sent-by-hand', 'relationship.by-hand.sent', 'positive'), ...open],
    }),
    ...toolbar(context, ['history', 'cancel']),
  ]
}

function readyElements(context: RenderContext, track: RelationshipTrack): Element[] {
  const link = track.context.link ?? ''
  const sent = stepButton(context, 'sent', 'relationship.sent', 'positive')
  return [
    ...otherTenantElements(context, track),
    ...heading(context, 'relationship.link-ready.title', 'relationship.link-ready.help'),
    ...knownCustomer(context, track),
    ...invitationLink(context, link),
    ...render('actions', { actions: [sent] }),
    ...toolbar(context, ['history', 'cancel']),
  ]
}

function awaitingElements(context: RenderContext, track: RelationshipTrack): Element[] {
  const { locale, viewer } = context
  const { link, linkAt, sentAt, remindAt, isByHand } = track.context
  const invitedAt = sentAt ?? linkAt ?? track.since
  const lapses = lapsesAt(track.context)
  const accepted = stepButton(context, 'customer-accepted', 'relationship.by-hand.accepted', 'positive')
  const remarks = [
    text(locale, 'relationship.sent-at', {
      date: dateText(locale, invitedAt),
      age: ageText(locale, invitedAt, viewer.at),
    }),
    ...(remindAt === null || remindAt === lapses
      ? []
      : [text(locale, 'term.reminder', { date: dateText(locale, remindAt) })]),
    ...(lapses === undefined ? [] : [text(locale, 'relationship.lapses', { date: dateText(locale, lapses) })]),
  ]
  return [
    ...otherTenantElements(context, track),
    ...heading(
      context,
      'relationship.awaiting-customer.title',
      isByHand ? 'relationship.by-hand.awaiting' : 'relationship.awaiting-customer.help',
    ),
    ...knownCustomer(context, track),
    ...remarks.flatMap((remark) => render('remark', { text: remark })),
    ...(isByHand ? render('actions', { actions: [accepted] }) : []),
    ...(link === null ? [] : invitationLink(context, link)),
    ...toolbar(context, ['history', 'cancel']),
  ]
}

/** Draws the end, its reason, and the tracks that can start now. */
function endElements(context: RenderContext, track: RelationshipTrack): Element[] {
  const { state, context: details } = track
  return [
    ...endHeading(context, track),
    ...knownCustomer(context, track),
    ...(state === 'failed' && details.fault ? faultBlock(context, details.fault) : []),
    ...startElements(context, track),
    ...toolbar(context, ['history']),
  ]
}

function endHeading(context: RenderContext, { state, context: { link, sentAt } }: RelationshipTrack): Element[] {
  if (state === 'failed') return heading(context, 'relationship.failed.title')
  if (state === 'cancelled') return heading(context, 'relationship.cancelled.title')
  if (state === 'accepted') {
    const said = link === null && sentAt === null ? 'known' : 'accepted'
    const items = heading(context, `relationship.${said}.title`, `relationship.${said}.help`)
    return render('group', { style: 'good', items })
  }
  const { locale } = context
  return render('heading', {
    title: text(locale, 'relationship.lapsed.title', { days: LAPSE_DAYS }),
    help: text(locale, 'relationship.lapsed.help'),
  })
}
