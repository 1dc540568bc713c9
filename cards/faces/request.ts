import { MAX_PARTNER_ID_LENGTH, MAX_PRODUCTS_LENGTH } from '../../dialogs/peer.ts'
import type { RequestKind } from '../../dialogs/requests.ts'
import { MAX_REASON_LENGTH } from '../../dialogs/tracks/form-fields.ts'
import { isPresentable } from '../../dialogs/tracks/invitation/context.ts'
import { type InvitationTrack, nameOf } from '../../dialogs/tracks/registry.ts'
import { button } from '../buttons.ts'
import { knownRows } from '../parts/facts.ts'
import { faultBlock, faultText, isTyping } from '../parts/faults.ts'
import { areaField, textField } from '../parts/fields.ts'
import { folded, heading, toggle, toolbar } from '../parts/frame.ts'
import { handOverRows } from '../parts/hand-overs.ts'
import { lapseRemark, noteFact, whoRow } from '../parts/invitation-rows.ts'
import { pendingElements } from '../parts/pending.ts'
import { requestTexts } from '../parts/request-text.ts'
import { startElements } from '../parts/start.ts'
import { tenantElements, typedRow } from '../parts/tenant.ts'
import { type Element, render } from '../render.ts'
import { plainText } from '../text/literal.ts'
import { dateText, text } from '../text/text.ts'
import { actionTextKey } from '../text/titles.ts'
import type { RenderContext } from '../viewer.ts'
import { requestDeskFace } from './request-desk.ts'

/** A reseller's request for work of its provider, from the side of this case's owner. */
export function requestFace(context: RenderContext, track: InvitationTrack, request: RequestKind): Element[] {
  const isOurs = track.context.side === 'direct-partner'
  switch (track.state) {
    case 'asking':
      return askingElements(context, track, request)
    case 'by-hand':
      return byHandElements(context, track, request)
    case 'at-direct-partner':
    case 'in-hand':
      return isOurs ? requestDeskFace(context, track, request) : waitingElements(context, track)
    default:
      return endElements(context, track)
  }
}

/** Draws what the request is about. */
const contentRows = (context: RenderContext, track: InvitationTrack): Element[] =>
  knownRows(context, [
    ['fact.products', plainText(track.context.products, MAX_PRODUCTS_LENGTH)],
    ['fact.partner-id', plainText(track.context.partnerId, MAX_PARTNER_ID_LENGTH)],
    noteFact(track),
  ])

/** The form, then the confirmation. */
function askingElements(context: RenderContext, track: InvitationTrack, request: RequestKind): Element[] {
  const { locale, ref } = context
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
  if (!customer || !isPresentable(track.context)) {
    const action = { id: 'ask-provider', request } as const
    return [
      ...heading(context, actionTextKey(action, 'title'), actionTextKey(action, 'how')),
      ...fields,
      ...toolbar(context, ['history', 'cancel']),
    ]
  }
  const ask = button(
    'tick',
    { ...ref, track: nameOf(track), step: 'ask-partner' },
    { title: text(locale, 'request.ask'), labelled: true, style: 'positive' },
  )
  return [
    ...heading(context, 'request.confirm.title', 'request.confirm.help'),
    ...tenantElements(context, customer),
    ...contentRows(context, track),
    ...knownRows(context, [['fact.would-be-asked', text(locale, 'request.desk')]]),
    ...render('actions', { actions: [ask, toggle('details', text(locale, 'toolbar.details'))] }),
    ...folded('details', fields),
    ...toolbar(context, ['history', 'cancel']),
  ]
}

function askFields(context: RenderContext, track: InvitationTrack): Element[] {
  const { locale, ref } = context
  const { typed, products, partnerId, note, fault } = track.context
  const set = button(
    'set',
    { ...ref, track: nameOf(track) as `invitation/${RequestKind}` },
    { title: text(locale, 'request.continue'), labelled: true, style: 'positive', withInputs: true },
  )
  const wrong = fault && isTyping(fault) ? faultText(locale, fault) : undefined
  return [
    ...(fault && !isTyping(fault) ? faultBlock(context, fault) : []),
    ...textField(locale, 'customer', 'tenant.text', { typed, fault: wrong }),
    ...areaField('products', {
      label: text(locale, 'request.products'),
      value: products,
      required: text(locale, 'request.products.missing'),
    }),
    ...areaField('partnerId', { label: text(locale, 'request.partner-id'), value: partnerId }),
    ...areaField('note', { label: text(locale, 'request.note'), value: note }),
    ...render('actions', { actions: [set] }),
  ]
}

function waitingElements(context: RenderContext, track: InvitationTrack): Element[] {
  const state = track.state === 'in-hand' ? 'in-hand' : 'at-direct-partner'
  return [
    ...heading(context, `request.${state}.title`, `request.${state}.help`),
    ...whoRow(context, track),
    ...contentRows(context, track),
    ...handOverRows(context, track),
    ...lapseRemark(context, track),
    ...toolbar(context, ['history', 'cancel']),
  ]
}

/** No provider is connected: the text to send, how to connect, and ticks so that the case goes on. */
function byHandElements(context: RenderContext, track: InvitationTrack, request: RequestKind): Element[] {
  const { locale, ref } = context
  const { askedAt } = track.context
  const tick = (step: 'ask-partner' | 'asked-by-hand' | 'request-done', title: string, look: object = {}) =>
    button('tick', { ...ref, track: nameOf(track), step }, { title, labelled: true, ...look })
  const done = tick('request-done', text(locale, 'request.by-hand.done'), askedAt === null ? {} : { style: 'positive' })
  const asked = tick('asked-by-hand', text(locale, 'request.by-hand.asked'), { style: 'positive' })
  const since =
    askedAt === null
      ? []
      : render('remark', { text: text(locale, 'request.by-hand.since', { date: dateText(locale, askedAt) }) })
  return [
    ...heading(context, 'request.by-hand.title', 'request.by-hand.help'),
    ...whoRow(context, track),
    ...contentRows(context, track),
    ...requestTexts(context, request, track.context),
    ...since,
    ...render('actions', { actions: askedAt === null ? [asked, done] : [done] }),
    ...render('remark', { text: text(locale, 'request.by-hand.pair') }),
    ...render('actions', {
      actions: [
        tick('ask-partner', text(locale, 'request.by-hand.send'), {
          tooltip: text(locale, 'request.by-hand.send.full'),
        }),
      ],
    }),
    ...lapseRemark(context, track),
    ...toolbar(context, ['history', 'cancel']),
  ]
}

/** Draws the end, its reason, and the tracks that can start now. */
function endElements(context: RenderContext, track: InvitationTrack): Element[] {
  const reason = plainText(track.context.reason ?? '', MAX_REASON_LENGTH)
  return [
    ...endHeading(context, track),
    ...whoRow(context, track),
    ...contentRows(context, track),
    ...knownRows(context, [['fact.reason', reason]]),
    ...handOverRows(context, track),
    ...startElements(context, track),
    ...toolbar(context, ['history']),
  ]
}

function endHeading(context: RenderContext, { state, context: { side, peer } }: InvitationTrack): Element[] {
  switch (state) {
    case 'fulfilled': {
      const told = side === 'direct-partner' ? 'request.fulfilled.told' : undefined
      const help = side === 'reseller' && peer === null ? 'request.fulfilled.by-hand' : told
      return render('group', { style: 'good', items: heading(context, `request.fulfilled.${side}`, help) })
    }
    case 'declined':
      return side === 'reseller'
        ? heading(context, 'request.declined.reseller', 'request.declined.next')
        : heading(context, 'invitation.declined.direct-partner', 'invitation.declined.told')
    case 'lapsed':
      return heading(context, 'request.lapsed.title', 'request.lapsed.help')
    default:
      return heading(context, 'request.cancelled.title')
  }
}
