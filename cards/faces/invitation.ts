import { invitationDays } from '../../dialogs/tracks/invitation/context.ts'
import type { InvitationTrack } from '../../dialogs/tracks/registry.ts'
import { button, MAX_NOTE_LENGTH, MAX_REASON_LENGTH } from '../buttons.ts'
import { areaField } from '../parts/area-field.ts'
import { knownRows } from '../parts/facts.ts'
import { faultBlock, faultText, isTyping } from '../parts/faults.ts'
import { handOverRows } from '../parts/hand-overs.ts'
import { heading } from '../parts/heading.ts'
import { invitationLink, openLink } from '../parts/invitation-link.ts'
import { pendingElements } from '../parts/pending.ts'
import { customerRow, tenantElements, typedRow } from '../parts/tenant.ts'
import { textField } from '../parts/text-field.ts'
import { folded, toggle, toolbar } from '../parts/toolbar.ts'
import { type Element, render, renderOnce } from '../render.ts'
import { plainText } from '../text/literal.ts'
import { dateText, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'
import { invitationDeskFace, requestedInvitationFace } from './invitation-desk.ts'
import { startElements } from './outcome.ts'

/** A direct partner's invitation on its way to the customer, as the side sees it whose case this is. */
export function invitationFace(drawing: RenderContext, track: InvitationTrack): Element[] {
  const isOurs = track.context.side === 'direct-partner'
  switch (track.state) {
    case 'asking':
      return askingElements(drawing, track)
    case 'at-direct-partner':
      return isOurs ? requestedInvitationFace(drawing, track) : waitingElements(drawing, track)
    case 'created':
      return invitationDeskFace(drawing, track)
    case 'with-reseller':
      return isOurs ? invitationDeskFace(drawing, track) : arrivedElements(drawing, track)
    case 'with-customer':
      return customerElements(drawing, track)
    case 'accepted':
    case 'declined':
    case 'lapsed':
    case 'cancelled':
      return endElements(drawing, track)
  }
  return track.state satisfies never
}

const noteRow = (drawing: RenderContext, { context: { note } }: InvitationTrack): Element[] =>
  knownRows(drawing, [['fact.note', plainText(note, MAX_NOTE_LENGTH)]])

const whoRow = (drawing: RenderContext, { context: { customer } }: InvitationTrack): Element[] =>
  customer ? customerRow(drawing, customer) : []

/** For which customer, and what there is to say with it. */
function askingElements(drawing: RenderContext, track: InvitationTrack): Element[] {
  const { pending, customer, typed } = track.context
  const fields = askFields(drawing, track)
  if (pending) {
    return [
      ...pendingElements(drawing, pending),
      ...typedRow(typed),
      ...folded('details', fields),
      ...toolbar(drawing, ['details', 'history', 'cancel']),
    ]
  }
  if (!customer) {
    return [
      ...heading(drawing, 'invitation.asking.title', 'invitation.asking.help'),
      ...fields,
      ...toolbar(drawing, ['history', 'cancel']),
    ]
  }
  const desk = text(drawing.locale, 'invitation.desk')
  return [
    ...heading(drawing, 'invitation.confirm.title', 'invitation.confirm.help'),
    ...tenantElements(drawing, customer),
    ...noteRow(drawing, track),
    ...knownRows(drawing, [['fact.would-be-asked', desk]]),
    ...confirmActions(drawing),
    ...folded('details', fields),
    ...toolbar(drawing, ['history', 'cancel']),
  ]
}

function askFields(drawing: RenderContext, { context: { typed, note, fault } }: InvitationTrack): Element[] {
  const { locale, drawn } = drawing
  const find = button(
    'set',
    { ...drawn, track: 'invitation' },
    { title: text(locale, 'tenant.find'), labelled: true, style: 'positive', withInputs: true },
  )
  const wrong = fault && isTyping(fault) ? faultText(locale, fault) : undefined
  return [
    ...(fault && !isTyping(fault) ? faultBlock(drawing, fault) : []),
    ...textField(locale, 'customer', 'tenant.text', { typed, fault: wrong }),
    ...areaField('note', { label: text(locale, 'note.label'), value: note }),
    ...render('actions', { actions: [find] }),
  ]
}

const confirmActions = ({ locale, drawn }: RenderContext): Element[] =>
  renderOnce('actions', `${locale} ask-partner`, drawn, () => ({
    actions: [
      button(
        'tick',
        { ...drawn, step: 'ask-partner' },
        { title: text(locale, 'invitation.ask'), labelled: true, style: 'positive' },
      ),
      toggle('details', text(locale, 'toolbar.details')),
    ],
  }))

function waitingElements(drawing: RenderContext, track: InvitationTrack): Element[] {
  return [
    ...heading(drawing, 'invitation.at-direct-partner.title', 'invitation.at-direct-partner.help'),
    ...whoRow(drawing, track),
    ...noteRow(drawing, track),
    ...handOverRows(drawing, track),
    ...lapseRemark(drawing, track),
    ...toolbar(drawing, ['history', 'cancel']),
  ]
}

const lapseRemark = ({ locale }: RenderContext, { context: { due } }: InvitationTrack): Element[] =>
  due === null ? [] : render('caption', { text: text(locale, 'relationship.lapses', { date: dateText(locale, due) }) })

/** The reseller has it: open, copy or mail it, and say so. */
function arrivedElements(drawing: RenderContext, track: InvitationTrack): Element[] {
  const { locale, drawn } = drawing
  const link = track.context.link ?? ''
  const sent = button('forward', drawn, { title: text(locale, 'relationship.sent'), labelled: true, style: 'positive' })
  return [
    ...heading(drawing, 'invitation.with-reseller.title', 'invitation.with-reseller.help'),
    ...whoRow(drawing, track),
    ...invitationLink(drawing, link),
    ...render('actions', { actions: [sent, ...openLink(drawing, link)] }),
    ...handOverRows(drawing, track),
    ...lapseRemark(drawing, track),
    ...toolbar(drawing, ['history', 'cancel']),
  ]
}

/** The customer has it, on either side; whoever has the link can still pass it on. */
function customerElements(drawing: RenderContext, track: InvitationTrack): Element[] {
  const { side, link } = track.context
  const open = link === null ? [] : openLink(drawing, link)
  const items =
    link === null
      ? []
      : [...invitationLink(drawing, link), ...(open.length === 0 ? [] : render('actions', { actions: open }))]
  return [
    ...heading(drawing, 'relationship.awaiting-customer.title', 'invitation.awaiting.help'),
    ...whoRow(drawing, track),
    ...adminRow(drawing, track),
    ...handOverRows(drawing, track),
    ...lapseRemark(drawing, track),
    ...(side === 'direct-partner' ? startElements(drawing, track) : []),
    ...(link === null ? [] : folded('link', items)),
    ...toolbar(drawing, [...(link === null ? [] : (['link'] as const)), 'history', 'cancel']),
  ]
}

/** How the request for administration rights stands that the direct partner makes for the reseller. */
function adminRow({ locale }: RenderContext, { context: { admin } }: InvitationTrack): Element[] {
  if (!admin) return []
  const state = text(locale, `admin.state.${admin.state}`)
  return render('remark', { text: text(locale, 'invitation.admin', { state }) })
}

/** How it ended, why, and what can be begun now. */
function endElements(drawing: RenderContext, track: InvitationTrack): Element[] {
  const reason = plainText(track.context.reason ?? '', MAX_REASON_LENGTH)
  return [
    ...endHeading(drawing, track),
    ...whoRow(drawing, track),
    ...knownRows(drawing, [['fact.reason', reason]]),
    ...adminRow(drawing, track),
    ...handOverRows(drawing, track),
    ...startElements(drawing, track),
    ...toolbar(drawing, ['history']),
  ]
}

function endHeading(drawing: RenderContext, { state, context: { side } }: InvitationTrack): Element[] {
  if (state === 'cancelled') return heading(drawing, 'invitation.cancelled.title')
  if (state === 'accepted') {
    const items = heading(drawing, 'relationship.accepted.title', `invitation.accepted.${side}`)
    return render('group', { style: 'good', items })
  }
  if (state === 'declined') {
    return heading(
      drawing,
      `invitation.declined.${side}`,
      side === 'reseller' ? 'invitation.declined.next' : 'invitation.declined.told',
    )
  }
  const { locale } = drawing
  return renderOnce('heading', `${locale} invitation lapsed`, undefined, () => ({
    title: text(locale, 'relationship.lapsed.title', { days: invitationDays }),
    help: text(locale, 'invitation.lapsed.help'),
  }))
}
