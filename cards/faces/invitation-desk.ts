import type { CallFault } from '../../dialogs/calls.ts'
import type { InvitationTrack } from '../../dialogs/tracks/registry.ts'
import { button, MAX_NOTE_LENGTH } from '../buttons.ts'
import { areaField } from '../parts/area-field.ts'
import { knownRows } from '../parts/facts.ts'
import { faultBlock } from '../parts/faults.ts'
import { handOverRows } from '../parts/hand-overs.ts'
import { heading } from '../parts/heading.ts'
import { invitationLink, openLink } from '../parts/invitation-link.ts'
import { pendingElements } from '../parts/pending.ts'
import { customerRow, tenantElements } from '../parts/tenant.ts'
import { folded, toggle, toolbar } from '../parts/toolbar.ts'
import { type Element, render } from '../render.ts'
import { MAX_TITLE_LENGTH, plainText } from '../text/literal.ts'
import { text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'
import { startElements } from './outcome.ts'
import { answersText } from './question.ts'

/** What the direct partner sees of an invitation that a reseller asks for. */

/** Who asks: a company by its name, else by the id of its tenant. */
const askerOf = ({ company, peer }: InvitationTrack['context']) =>
  plainText(company ?? '', MAX_TITLE_LENGTH) || peer?.tenant || ''

/** Who asks, for whom, what was bought where, and why; then create the invitation, or decline. */
export function requestedInvitationFace(drawing: RenderContext, track: InvitationTrack): Element[] {
  const { pending, fault, customer, note } = track.context
  const { role: _role, ...answers } = drawing.one.answers
  const head = pending
    ? pendingElements(drawing, pending)
    : heading(drawing, 'invitation.asked.title', 'invitation.asked.help')
  return [
    ...head,
    ...(fault ? faultBlock(drawing, fault, { words: wordsOf(fault) }) : []),
    ...(customer ? tenantElements(drawing, customer) : []),
    ...knownRows(drawing, [
      ['fact.asked-by', askerOf(track.context)],
      ['fact.service', answersText(drawing.locale, answers)],
      ['fact.note', plainText(note, MAX_NOTE_LENGTH)],
    ]),
    ...(pending ? [] : answerButtons(drawing, fault !== null)),
    ...handOverRows(drawing, track),
    ...toolbar(drawing, ['history', 'cancel']),
  ]
}

/** The agreement in question is that of the reseller. */
const wordsOf = ({ kind }: CallFault) => (kind === 'agreement-missing' ? 'reseller-agreement' : kind)

function answerButtons(drawing: RenderContext, isAgain: boolean): Element[] {
  const { locale, drawn } = drawing
  const create = button('create-invitation', drawn, {
    title: text(locale, isAgain ? 'fault.again' : 'invitation.create'),
    labelled: true,
    style: 'positive',
  })
  const decline = button('decline', drawn, {
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
  return [
    ...render('actions', { actions: [create, toggle('deny', text(locale, 'invitation.decline'))] }),
    ...folded('deny', [...reason, ...render('actions', { actions: [decline] })]),
  ]
}

/** The link is there: to the reseller, or to the customer. */
export function invitationDeskFace(drawing: RenderContext, track: InvitationTrack): Element[] {
  const { state, context } = track
  const isHeld = state === 'with-reseller'
  const link = context.link ?? ''
  return [
    ...(isHeld
      ? heading(drawing, 'invitation.held.title', 'invitation.held.help')
      : heading(drawing, 'relationship.link-ready.title', 'invitation.created.help')),
    ...(context.customer ? customerRow(drawing, context.customer) : []),
    ...knownRows(drawing, [['fact.asked-by', askerOf(context)]]),
    ...invitationLink(drawing, link),
    ...sendButtons(drawing, link, isHeld),
    ...handOverRows(drawing, track),
    ...startElements(drawing, track),
    ...toolbar(drawing, ['history', 'cancel']),
  ]
}

/** One below the other where the words are long. */
function sendButtons(drawing: RenderContext, link: string, isHeld: boolean): Element[] {
  const { locale, drawn } = drawing
  const send = (to: 'reseller' | 'customer', style: object) =>
    button('send', { ...drawn, to }, { title: text(locale, `invitation.send.${to}`), labelled: true, ...style })
  return [
    ...(isHeld ? [] : render('actions', { actions: [send('reseller', { style: 'positive' })] })),
    ...render('actions', { actions: [send('customer', {}), ...openLink(drawing, link)] }),
  ]
}
