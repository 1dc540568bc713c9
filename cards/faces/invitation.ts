import { MAX_REASON_LENGTH } from '../../dialogs/tracks/form-fields.ts'
import { INVITATION_DAYS } from '../../dialogs/tracks/invitation/context.ts'
import type { InvitationTrack } from '../../dialogs/tracks/registry.ts'
import { button } from '../buttons.ts'
import { knownRows } from '../parts/facts.ts'
import { faultBlock, faultText, isTyping } from '../parts/faults.ts'
import { areaField, textField } from '../parts/fields.ts'
import { folded, heading, toggle, toolbar } from '../parts/frame.ts'
import { handOverRows } from '../parts/hand-overs.ts'
import { invitationLink } from '../parts/invitation-link.ts'
import { lapseRemark, noteFact, whoRow } from '../parts/invitation-rows.ts'
import { pendingElements } from '../parts/pending.ts'
import { startElements } from '../parts/start.ts'
import { tenantElements, typedRow } from '../parts/tenant.ts'
import { type Element, render } from '../render.ts'
import { plainText } from '../text/literal.ts'
import { rightsText } from '../text/rights.ts'
import { text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'
import { invitationDeskFace, requestedInvitationFace } from './invitation-desk.ts'
import { requestFace } from './request.ts'

/** An invitation of a direct partner on its way to the customer, from the side of this case's owner. */
export function invitationFace(context: RenderContext, track: InvitationTrack): Element[] {
  const isOurs = track.context.side === 'direct-partner'
  if (track.context.request !== null) return requestFace(context, track, track.context.request)
  switch (track.state) {
    case 'asking':
      return askingElements(context, track)
    case 'at-direct-partner':
      return isOurs ? requestedInvitationFace(context, track) : waitingElements(context, track)
    case 'created':
      return invitationDeskFace(context, track)
    case 'with-reseller':
      return isOurs ? invitationDeskFace(context, track) : arrivedElements(context, track)
    case 'with-customer':
      return customerElements(context, track)
    case 'accepted':
    case 'declined':
    case 'lapsed':
    case 'cancelled':
      return endElements(context, track)
    case 'by-hand':
    case 'in-hand':
    case 'fulfilled':
      throw new Error(`an invitation is never ${track.state}`)
  }
  return track.state satisfies never
}

/** The form for customer and note, then the confirmation. */
function askingElements(context: RenderContext, track: InvitationTrack): Element[] {
  const { pending, customer, typed } = track.context
  const fields = askFields(context, track)
  if (pending) {
    return [
      ...pendingElements(context, pending),
      ...typedRow(typed),
      ...folded('details', fields),
      ...toolbar(context, ['details', 'history', 'cancel']),
    ]
  }
  if (!customer) {
    return [
      ...heading(context, 'invitation.asking.title', 'invitation.asking.help'),
      ...fields,
      ...toolbar(context, ['history', 'cancel']),
    ]
  }
  const desk = text(context.locale, 'invitation.desk')
  return [
    ...heading(context, 'invitation.confirm.title', 'invitation.confirm.help'),
    ...tenantElements(context, customer),
    ...knownRows(context, [noteFact(track), ['fact.would-be-asked', desk]]),
    ...confirmActions(context),
    ...folded('details', fields),
    ...toolbar(context, ['history', 'cancel']),
  ]
}

function askFields(context: RenderContext, { context: { typed, note, fault } }: InvitationTrack): Element[] {
  const { locale, ref } = context
  const find = button(
    'set',
    { ...ref, track: 'invitation' },
    { title: text(locale, 'tenant.find'), labelled: true, style: 'positive', withInputs: true },
  )
  const wrong = fault && isTyping(fault) ? faultText(locale, fault) : undefined
  return [
    ...(fault && !isTyping(fault) ? faultBlock(context, fault) : []),
    ...textField(locale, 'customer', 'tenant.text', { typed, fault: wrong }),
    ...areaField('note', { label: text(locale, 'note.label'), value: note }),
    ...render('actions', { actions: [find] }),
  ]
}

const confirmActions = ({ locale, ref }: RenderContext): Element[] =>
  render('actions', {
    actions: [
      button(
        'tick',
        { ...ref, step: 'ask-partner' },
        { title: text(locale, 'invitation.ask'), labelled: true, style: 'positive' },
      ),
      toggle('details', text(locale, 'toolbar.details')),
    ],
  })

function waitingElements(context: RenderContext, track: InvitationTrack): Element[] {
  return [
    ...heading(context, 'invitation.at-direct-partner.title', 'invitation.at-direct-partner.help'),
    ...whoRow(context, track),
    ...knownRows(context, [noteFact(track)]),
    ...handOverRows(context, track),
    ...lapseRemark(context, track),
    ...toolbar(context, ['history', 'cancel']),
  ]
}

/** The invitation has reached the reseller, who can mail, copy or open the link and confirm it was sent. */
function arrivedElements(context: RenderContext, track: InvitationTrack): Element[] {
  const { locale, ref } = context
  const link = track.context.link ?? ''
  const sent = button('forward', ref, { title: text(locale, 'relationship.sent'), labelled: true, style: 'positive' })
  return [
    ...heading(context, 'invitation.with-reseller.title', 'invitation.with-reseller.help'),
    ...whoRow(context, track),
    ...invitationLink(context, link),
    ...render('actions', { actions: [sent] }),
    ...handOverRows(context, track),
    ...lapseRemark(context, track),
    ...toolbar(context, ['history', 'cancel']),
  ]
}

/** The invitation is with the customer. The link can still be passed on. */
function customerElements(context: RenderContext, track: InvitationTrack): Element[] {
  const { side, link } = track.context
  return [
    ...heading(context, 'relationship.awaiting-customer.title', 'invitation.awaiting.help'),
    ...whoRow(context, track),
    ...adminRow(context, track),
    ...handOverRows(context, track),
    ...lapseRemark(context, track),
    ...(side === 'direct-partner' ? startElements(context, track) : []),
    ...(link === null ? [] : invitationLink(context, link)),
    ...toolbar(context, ['history', 'cancel']),
  ]
}

/** The state of the administration rights that the direct partner requests for the reseller. */
function adminRow({ locale }: RenderContext, { context: { admin } }: InvitationTrack): Element[] {
  if (!admin) return []
  return render('remark', { text: rightsText(locale, admin) })
}

/** Draws the end, its reason, and the tracks that can start now. */
function endElements(context: RenderContext, track: InvitationTrack): Element[] {
  const reason = plainText(track.context.reason ?? '', MAX_REASON_LENGTH)
  return [
    ...endHeading(context, track),
    ...whoRow(context, track),
    ...knownRows(context, [['fact.reason', reason]]),
    ...adminRow(context, track),
    ...handOverRows(context, track),
    ...startElements(context, track),
    ...toolbar(context, ['history']),
  ]
}

function endHeading(context: RenderContext, { state, context: { side, isKnownCustomer } }: InvitationTrack): Element[] {
  if (state === 'cancelled') return heading(context, 'invitation.cancelled.title')
  if (state === 'accepted' && isKnownCustomer)
    return render('group', {
      style: 'good',
      items: heading(context, 'invitation.known.title', `invitation.known.${side}`),
    })
  if (state === 'accepted') {
    const items = heading(context, 'relationship.accepted.title', `invitation.accepted.${side}`)
    return render('group', { style: 'good', items })
  }
  if (state === 'declined') {
    return heading(
      context,
      `invitation.declined.${side}`,
      side === 'reseller' ? 'invitation.declined.next' : 'invitation.declined.told',
    )
  }
  const { locale } = context
  return render('heading', {
    title: text(locale, 'relationship.lapsed.title', { days: INVITATION_DAYS }),
    help: text(locale, 'invitation.lapsed.help'),
  })
}
