import { MAX_PARTNER_ID_LENGTH, MAX_PRODUCTS_LENGTH } from '../../dialogs/peer.ts'
import type { RequestKind } from '../../dialogs/requests.ts'
import { isTransferPending, startable } from '../../dialogs/step.ts'
import { workTrackOf } from '../../dialogs/tracks/invitation/work.ts'
import { type InvitationTrack, isOpen, nameOf } from '../../dialogs/tracks/registry.ts'
import { type Button, button } from '../buttons.ts'
import { knownRows } from '../parts/facts.ts'
import { toggle, toolbar } from '../parts/frame.ts'
import { handOverRows } from '../parts/hand-overs.ts'
import { noteFact } from '../parts/invitation-rows.ts'
import { answersText } from '../parts/questions.ts'
import { tenantElements } from '../parts/tenant.ts'
import { type Element, render } from '../render.ts'
import { plainText } from '../text/literal.ts'
import { text } from '../text/text.ts'
import { trackTitle } from '../text/titles.ts'
import type { RenderContext } from '../viewer.ts'
import { askerOf, declineFold } from './invitation-desk.ts'

/** A reseller's request at the provider's desk: the work it asks for, prepared, or declined, or done elsewhere. */
export function requestDeskFace(context: RenderContext, track: InvitationTrack, request: RequestKind): Element[] {
  const { locale } = context
  const { customer, partnerId, products } = track.context
  const { role: _role, ...answers } = context.caseRecord.answers
  const words = track.state === 'in-hand' ? 'working' : 'asked'
  const what = text(locale, `request.${request}`)
  return [
    ...render('heading', {
      title: text(locale, `request.${words}.title`),
      help: text(locale, `request.${words}.help`, { what }),
    }),
    ...(customer ? tenantElements(context, customer) : []),
    ...knownRows(context, [
      ['fact.asked-by', askerOf(track.context)],
      ['fact.service', answersText(locale, answers)],
      ['fact.products', plainText(products, MAX_PRODUCTS_LENGTH)],
      ['fact.partner-id', plainText(partnerId, MAX_PARTNER_ID_LENGTH)],
      noteFact(track),
    ]),
    ...workButtons(context, track, request),
    ...handOverRows(context, track),
    ...toolbar(context, ['history', 'cancel']),
  ]
}

function workButtons(context: RenderContext, track: InvitationTrack, request: RequestKind): Element[] {
  const { locale, ref } = context
  const done = button(
    'tick',
    { ...ref, track: nameOf(track), step: 'request-done' },
    { title: text(locale, 'request.done'), labelled: true },
  )
  const decline = toggle('deny', text(locale, 'invitation.decline'))
  return [
    ...workButton(context, track, request).flatMap((work) => render('actions', { actions: [work] })),
    // While the transfer waits at Microsoft it has to be taken back first.
    ...(isTransferPending(context.caseRecord)
      ? []
      : [...render('actions', { actions: [done, decline] }), ...declineFold(context)]),
  ]
}

/** Starts the work, which accepts the request, or shows it once it is under way. */
function workButton(
  { caseRecord, policy, locale, ref }: RenderContext,
  track: InvitationTrack,
  request: RequestKind,
): Button[] {
  const work = workTrackOf(request)
  const tooltip = trackTitle(locale, work)
  const look = { labelled: true, style: 'positive', tooltip } as const
  if (caseRecord.tracks.some((each) => nameOf(each) === work && isOpen(each))) {
    return [button('show', { ...ref, view: work }, { ...look, title: text(locale, 'request.continue-work') })]
  }
  if (!startable(policy, caseRecord).includes(work)) return []
  const title = text(locale, track.state === 'in-hand' ? 'start.again' : 'request.accept')
  return [button('start', { ...ref, track: work }, { ...look, title })]
}
