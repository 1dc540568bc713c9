import type { CallFault } from '../../dialogs/calls.ts'
import type { InvitationTrack } from '../../dialogs/tracks/registry.ts'
import { button } from '../buttons.ts'
import { knownRows } from '../parts/facts.ts'
import { faultBlock } from '../parts/faults.ts'
import { areaField } from '../parts/fields.ts'
import { folded, heading, toggle, toolbar } from '../parts/frame.ts'
import { handOverRows } from '../parts/hand-overs.ts'
import { invitationLink } from '../parts/invitation-link.ts'
import { noteFact } from '../parts/invitation-rows.ts'
import { pendingElements } from '../parts/pending.ts'
import { answersText } from '../parts/questions.ts'
import { startElements } from '../parts/start.ts'
import { customerRow, tenantElements } from '../parts/tenant.ts'
import { type Element, render } from '../render.ts'
import { MAX_TITLE_LENGTH, plainText } from '../text/literal.ts'
import { text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

/** The direct partner's side of an invitation that a reseller requests. */

/** Returns the requesting company by name, else by the id of its tenant. */
export const askerOf = ({ company, peer }: InvitationTrack['context']) =>
  plainText(company ?? '', MAX_TITLE_LENGTH) || peer?.tenant || ''

/** The request of a reseller, with buttons to create the invitation or to decline. */
export function requestedInvitationFace(context: RenderContext, track: InvitationTrack): Element[] {
  const { pending, fault, customer } = track.context
  const { role: _role, ...answers } = context.caseRecord.answers
  const head = pending
    ? pendingElements(context, pending)
    : heading(context, 'invitation.asked.title', 'invitation.asked.help')
  return [
    ...head,
    ...(fault ? faultBlock(context, fault, { words: wordsOf(fault) }) : []),
    ...(customer ? tenantElements(context, customer) : []),
    ...knownRows(context, [
      ['fact.asked-by', askerOf(track.context)],
      ['fact.service', answersText(context.locale, answers)],
      noteFact(track),
    ]),
    ...(pending ? [] : answerButtons(context, fault !== null)),
    ...handOverRows(context, track),
    ...toolbar(context, ['history', 'cancel']),
  ]
}

/** The missing agreement is that of the reseller. */
const wordsOf = ({ kind }: CallFault) => (kind === 'agreement-missing' ? 'reseller-agreement' : kind)

function answerButtons(context: RenderContext, isAgain: boolean): Element[] {
  const { locale, ref } = context
  const create = button('create-invitation', ref, {
    title: text(locale, isAgain ? 'fault.again' : 'invitation.create'),
    labelled: true,
    style: 'positive',
  })
  return [
    ...render('actions', { actions: [create, toggle('deny', text(locale, 'invitation.decline'))] }),
    ...declineFold(context),
  ]
}

/** The form to decline with a reason, folded. */
export function declineFold({ locale, ref }: RenderContext): Element[] {
  const decline = button('decline', ref, {
    title: text(locale, 'invitation.decline.do'),
    labelled: true,
    style: 'destructive',
    withInputs: true,
  })
  const reason = areaField('reason', {
    label: text(locale, 'invitation.decline.reason'),
    value: '',
    required: text(locale, 'line.approval-no-reason'),
  })
  return folded('deny', [...reason, ...render('actions', { actions: [decline] })])
}

/** The invitation link, to pass to the reseller or to the customer. */
export function invitationDeskFace(context: RenderContext, track: InvitationTrack): Element[] {
  const { state, context: details } = track
  const isWithReseller = state === 'with-reseller'
  const link = details.link ?? ''
  return [
    ...(isWithReseller
      ? heading(context, 'invitation.held.title', 'invitation.held.help')
      : heading(context, 'relationship.link-ready.title', 'invitation.created.help')),
    ...(details.customer ? customerRow(context, details.customer) : []),
    ...knownRows(context, [['fact.asked-by', askerOf(details)]]),
    ...invitationLink(context, link),
    ...sendButtons(context, isWithReseller),
    ...handOverRows(context, track),
    ...startElements(context, track),
    ...toolbar(context, ['history', 'cancel']),
  ]
}

function sendButtons({ locale, ref }: RenderContext, isWithReseller: boolean): Element[] {
  const send = (to: 'reseller' | 'customer', style: object) =>
    button('send', { ...ref, to }, { title: text(locale, `invitation.send.${to}`), labelled: true, ...style })
  return render('actions', {
    actions: [...(isWithReseller ? [] : [send('reseller', { style: 'positive' })]), send('customer', {})],
  })
}
