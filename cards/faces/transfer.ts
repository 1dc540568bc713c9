import { daysUntil } from '../../dialogs/calendar.ts'
import type { TransferItem } from '../../dialogs/calls.ts'
import type { TransferTrack } from '../../dialogs/tracks/registry.ts'
import { isTransferRevocable } from '../../dialogs/tracks/transfer/context.ts'
import { button } from '../buttons.ts'
import { faultBlock } from '../parts/faults.ts'
import { toolbar } from '../parts/frame.ts'
import { pendingElements } from '../parts/pending.ts'
import { startElements } from '../parts/start.ts'
import { whoRows } from '../parts/transfer.ts'
import { type Element, render } from '../render.ts'
import { MAX_TITLE_LENGTH, plainText } from '../text/literal.ts'
import { dateText, type Key, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'
import { type BadgeLook, smallBadge } from '../visuals/badge.ts'
import { cell, tableOf, textCell } from '../visuals/table.ts'
import { acceptTransferFace } from './transfer-accept.ts'
import { transferForm } from './transfer-form.ts'
import { ticketFace, ticketRows } from './transfer-ticket.ts'

/** Most subscriptions on a card. */
const MAX_ROWS = 12
const MAX_ERROR_LENGTH = 100

/** A transfer between partners, from the request to its end, on paper or through Partner Center, on either side. */
export function transferFace(context: RenderContext, track: TransferTrack): Element[] {
  const { state, context: details } = track
  switch (state) {
    case 'collecting':
      if (details.way === 'ticket') return ticketFace(context, track)
      return details.side === 'source' ? acceptTransferFace(context, track) : transferForm(context, track)
    case 'creating':
      return creatingElements(context, track)
    case 'awaiting-source-partner':
      return details.way === 'ticket' ? ticketFace(context, track) : awaitingElements(context, track)
    case 'completed':
    case 'partially-completed':
    case 'rejected':
    case 'expired':
    case 'cancelled':
    case 'failed':
      return endElements(context, track)
  }
  return state satisfies never
}

function creatingElements(context: RenderContext, track: TransferTrack): Element[] {
  const { pending } = track.context
  return [
    ...(pending ? pendingElements(context, pending) : []),
    ...whoRows(context, track.context),
    ...itemRows(context, track),
    ...toolbar(context, ['history', 'cancel']),
  ]
}

/** Waits up to 30 days for the current partner, and then for Microsoft. */
function awaitingElements(context: RenderContext, track: TransferTrack): Element[] {
  const { locale } = context
  const { pending, fault, transfer, side } = track.context
  const isMoving = side === 'source' || transfer?.status === 'in-progress'
  const said = transfer?.status === 'other' ? plainText(transfer.said, MAX_TITLE_LENGTH) : ''
  return [
    ...(pending
      ? pendingElements(context, pending)
      : heading(context, isMoving ? 'transfer.moving' : 'transfer.awaiting')),
    ...(isMoving ? [] : dueElements(context, track)),
    ...(said === '' ? [] : render('remark', { text: text(locale, 'transfer.said', { said }) })),
    ...(fault ? faultBlock(context, fault) : []),
    ...whoRows(context, track.context),
    ...itemRows(context, track),
    ...(isTransferRevocable(track.context) ? takeBack(context) : []),
    ...toolbar(context, ['history', 'cancel']),
  ]
}

const heading = ({ locale }: RenderContext, key: 'transfer.moving' | 'transfer.awaiting'): Element[] =>
  render('heading', {
    title: text(locale, `${key}.title`),
    help: text(locale, `${key}.help`),
  })

/** Draws the last day to accept in large type, and the days left. */
function dueElements({ locale, viewer }: RenderContext, { context: { due } }: TransferTrack): Element[] {
  if (due === null) return []
  const days = daysUntil(due.slice(0, 10), viewer.at)
  return render('end', {
    date: dateText(locale, due),
    left: days < 0 ? text(locale, 'transfer.over') : text(locale, 'transfer.left', { days }),
    color: days < 0 ? 'attention' : 'default',
  })
}

const takeBack = ({ locale, ref }: RenderContext): Element[] =>
  render('actions', {
    actions: [
      button('tick', { ...ref, step: 'take-back' }, { title: text(locale, 'transfer.take-back'), labelled: true }),
    ],
  })

const looks = {
  open: { tone: 'neutral' },
  completed: { tone: 'good' },
  failed: { tone: 'attention' },
} as const satisfies Record<TransferItem['status'], Omit<BadgeLook, 'icon'>>

/** Draws the items with their state, and with the reasons if there are any; failed ones come first. */
function itemRows({ locale }: RenderContext, { context: { transfer } }: TransferTrack): Element[] {
  if (!transfer || transfer.items.length === 0) return []
  const order = ['failed', 'open', 'completed']
  const items = transfer.items.toSorted((a, b) => order.indexOf(a.status) - order.indexOf(b.status)).slice(0, MAX_ROWS)
  const more = transfer.items.length - items.length
  const reasonOf = ({ error }: TransferItem) => plainText(error ?? '', MAX_ERROR_LENGTH)
  const hasReasons = items.some((item) => reasonOf(item) !== '')
  const rows = items.map((item) => [
    textCell(plainText(item.name, MAX_TITLE_LENGTH) || plainText(item.subscription, MAX_TITLE_LENGTH)),
    cell(smallBadge(text(locale, `item.${item.status}`), looks[item.status])),
    ...(hasReasons ? [textCell(reasonOf(item) || '–', 'small')] : []),
  ])
  const head = ['item.subscription', 'item.state', ...(hasReasons ? (['item.reason'] as const) : [])] as const
  return [
    ...tableOf(
      hasReasons ? [4, 4, 3] : [3, 2],
      head.map((key) => text(locale, key)),
      rows,
    ),
    ...(more > 0 ? render('caption', { text: text(locale, 'item.more', { count: more }) }) : []),
  ]
}

/** Draws the end, its reason, and the tracks that can start now. */
function endElements(context: RenderContext, track: TransferTrack): Element[] {
  const { state, context: details } = track
  return [
    ...endHeading(context, track),
    ...(state === 'failed' && details.fault ? faultBlock(context, details.fault) : []),
    ...whoRows(context, details, state),
    ...itemRows(context, track),
    ...(details.way === 'ticket' ? ticketRows(context, track) : []),
    ...startElements(context, track),
    ...toolbar(context, ['history']),
  ]
}

const tones: Partial<Record<TransferTrack['state'], 'good' | 'warning'>> = {
  completed: 'good',
  'partially-completed': 'warning',
}

function endHeading({ locale }: RenderContext, { state, context: details }: TransferTrack): Element[] {
  const end = state as 'rejected'
  const tone = tones[state]
  const help: Key | undefined = helpOf(state, details)
  const items = render('heading', {
    title: text(locale, `transfer.${end}.title`),
    ...(help === undefined ? {} : { help: text(locale, help) }),
  })
  return tone === undefined ? items : render('group', { style: tone, items })
}

function helpOf(state: TransferTrack['state'], { way, side, fault }: TransferTrack['context']): Key | undefined {
  if (state === 'completed') return `transfer.completed.${way === 'ticket' ? 'ticket' : (side ?? 'target')}`
  if (state === 'partially-completed') return `transfer.partially-completed.${side ?? 'target'}`
  if (state === 'failed' && fault) return undefined
  return `transfer.${state as 'failed'}.help`
}
