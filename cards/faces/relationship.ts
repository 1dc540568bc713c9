import type { RelationshipTrack } from '../../dialogs/tracks/registry.ts'
import { lapseDays, lapsesAt } from '../../dialogs/tracks/relationship/machine.ts'
import { button } from '../buttons.ts'
import { faultBlock, faultText, isTyping } from '../parts/faults.ts'
import { heading } from '../parts/heading.ts'
import { invitationLink, openLink } from '../parts/invitation-link.ts'
import { pendingElements } from '../parts/pending.ts'
import { tenantElements, typedRow } from '../parts/tenant.ts'
import { textField } from '../parts/text-field.ts'
import { folded, toggle, toolbar } from '../parts/toolbar.ts'
import { type Element, render, renderOnce } from '../render.ts'
import { ageText, dateText, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'
import { startElements } from './outcome.ts'

/** Asking a customer for a relationship: who it is, the link on its way to the customer, and what came of it. */
export function relationshipFace(drawing: RenderContext, track: RelationshipTrack): Element[] {
  switch (track.state) {
    case 'collecting-customer':
      return collectingElements(drawing, track)
    case 'fetching-link':
      return fetchingElements(drawing, track)
    case 'link-ready':
      return readyElements(drawing, track)
    case 'awaiting-customer':
      return awaitingElements(drawing, track)
    case 'accepted':
    case 'failed':
    case 'lapsed':
    case 'cancelled':
      return endElements(drawing, track)
  }
  return track.state satisfies never
}

const customerRow = (drawing: RenderContext, { context: { customer } }: RelationshipTrack): Element[] =>
  customer ? tenantElements(drawing, customer) : []

function collectingElements(drawing: RenderContext, track: RelationshipTrack): Element[] {
  const { pending, customer, isCustomer, typed } = track.context
  const field = customerField(drawing, track)
  if (pending) {
    return [
      ...pendingElements(drawing, pending),
      ...typedRow(typed),
      ...folded('details', field),
      ...toolbar(drawing, ['details', 'history', 'cancel']),
    ]
  }
  if (customer) {
    return [
      ...heading(drawing, 'relationship.confirm.title', `relationship.confirm.${isCustomer ? 'known' : 'new'}`),
      ...customerRow(drawing, track),
      ...confirmActions(drawing),
      ...folded('details', field),
      ...toolbar(drawing, ['history', 'cancel']),
    ]
  }
  return [
    ...heading(drawing, 'relationship.collecting-customer.title', 'relationship.collecting-customer.help'),
    ...field,
    ...toolbar(drawing, ['history', 'cancel']),
  ]
}

/** A customer that is not found is said beside the field; any other trouble above it. */
function customerField(drawing: RenderContext, { context: { typed, fault } }: RelationshipTrack): Element[] {
  const { locale, drawn } = drawing
  const find = button(
    'set',
    { ...drawn, track: 'relationship' },
    { title: text(locale, 'tenant.find'), labelled: true, style: 'positive', withInputs: true },
  )
  const wrong = fault && isTyping(fault) ? faultText(locale, fault) : undefined
  return [
    ...(fault && !isTyping(fault) ? faultBlock(drawing, fault) : []),
    ...textField(locale, 'customer', 'tenant.text', { typed, fault: wrong }),
    ...render('actions', { actions: [find] }),
  ]
}

const confirmActions = ({ locale, drawn }: RenderContext): Element[] =>
  renderOnce('actions', `${locale} confirm-customer`, drawn, () => ({
    actions: [
      button(
        'tick',
        { ...drawn, step: 'confirm-customer' },
        { title: text(locale, 'relationship.confirm.yes'), labelled: true, style: 'positive' },
      ),
      toggle('details', text(locale, 'relationship.confirm.other')),
    ],
  }))

function fetchingElements(drawing: RenderContext, track: RelationshipTrack): Element[] {
  const { pending, fault } = track.context
  const head = pending ? pendingElements(drawing, pending) : heading(drawing, 'relationship.fetching-link.title')
  return [
    ...head,
    ...customerRow(drawing, track),
    ...(fault ? faultBlock(drawing, fault, { step: 'fetch-link' }) : []),
    ...toolbar(drawing, ['history', 'cancel']),
  ]
}

function readyElements(drawing: RenderContext, track: RelationshipTrack): Element[] {
  const { locale, drawn } = drawing
  const link = track.context.link ?? ''
  const sent = button(
    'tick',
    { ...drawn, step: 'sent' },
    { title: text(locale, 'relationship.sent'), labelled: true, style: 'positive' },
  )
  return [
    ...heading(drawing, 'relationship.link-ready.title', 'relationship.link-ready.help'),
    ...customerRow(drawing, track),
    ...invitationLink(drawing, link),
    ...render('actions', { actions: [sent, ...openLink(drawing, link)] }),
    ...toolbar(drawing, ['history', 'cancel']),
  ]
}

function awaitingElements(drawing: RenderContext, track: RelationshipTrack): Element[] {
  const { locale, viewer } = drawing
  const { link, linkAt, sentAt, remindAt } = track.context
  const invitedAt = sentAt ?? linkAt ?? track.since
  const lapses = lapsesAt(track.context)
  const open = openLink(drawing, link ?? '')
  const items = [
    ...invitationLink(drawing, link ?? ''),
    ...(open.length === 0 ? [] : render('actions', { actions: open })),
  ]
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
    ...heading(drawing, 'relationship.awaiting-customer.title', 'relationship.awaiting-customer.help'),
    ...customerRow(drawing, track),
    ...remarks.flatMap((remark) => render('remark', { text: remark })),
    ...folded('link', items),
    ...toolbar(drawing, ['link', 'history', 'cancel']),
  ]
}

/** How it ended, why, and what can be begun now. */
function endElements(drawing: RenderContext, track: RelationshipTrack): Element[] {
  const { state, context } = track
  return [
    ...endHeading(drawing, state as 'accepted'),
    ...customerRow(drawing, track),
    ...(state === 'failed' && context.fault ? faultBlock(drawing, context.fault) : []),
    ...startElements(drawing, track),
    ...toolbar(drawing, ['history']),
  ]
}

function endHeading(drawing: RenderContext, state: 'accepted' | 'failed' | 'lapsed' | 'cancelled'): Element[] {
  if (state === 'failed') return heading(drawing, 'relationship.failed.title')
  if (state === 'cancelled') return heading(drawing, 'relationship.cancelled.title')
  if (state === 'accepted') {
    const items = heading(drawing, 'relationship.accepted.title', 'relationship.accepted.help')
    return render('group', { style: 'good', items })
  }
  const { locale } = drawing
  return renderOnce('heading', `${locale} lapsed`, undefined, () => ({
    title: text(locale, 'relationship.lapsed.title', { days: lapseDays }),
    help: text(locale, 'relationship.lapsed.help'),
  }))
}
