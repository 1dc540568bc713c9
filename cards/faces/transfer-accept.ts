import type { Transfer, TransferItem } from '../../dialogs/calls.ts'
import { MAX_ITEMS } from '../../dialogs/tracks/form-fields.ts'
import type { TransferTrack } from '../../dialogs/tracks/registry.ts'
import { itemsOf } from '../../dialogs/tracks/transfer/context.ts'
import { button, inputs } from '../buttons.ts'
import { faultBlock, faultText, isTyping } from '../parts/faults.ts'
import { textField } from '../parts/fields.ts'
import { folded, toolbar } from '../parts/frame.ts'
import { pendingElements } from '../parts/pending.ts'
import { typedRow } from '../parts/tenant.ts'
import { licencesText, ofProduct, sideLink, whoRows } from '../parts/transfer.ts'
import { type Element, render } from '../render.ts'
import { MAX_TITLE_LENGTH, plainText, withoutMarkdown } from '../text/literal.ts'
import { dateText, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

type Details = TransferTrack['context']

/** Most requests for one customer on a card; two partners at once are rare. */
const MAX_OFFERS = 2
/** Longest list of item names without a choice, in characters. */
const MAX_NAMES_LENGTH = 300

/** The transfer from the side of the current partner: the customer, the requests, and the items to hand over. */
export function acceptTransferFace(context: RenderContext, { context: details }: TransferTrack): Element[] {
  const { pending, customer, fault, offered, typed } = details
  if (pending) {
    return [
      ...pendingElements(context, pending),
      ...(customer ? whoRows(context, details) : typedRow(typed.customer)),
      ...folded('details', customerField(context, details)),
      ...toolbar(context, ['details', 'history', 'cancel']),
    ]
  }
  const tools = toolbar(context, ['history', 'cancel'])
  if (!customer || (fault && offered.length === 0)) return [...askElements(context, details), ...tools]
  if (offered.length === 0)
    return [...noneElements(context, details, customer.id), ...toolbar(context, ['details', 'history', 'cancel'])]
  return [...offerElements(context, details), ...sideLink(context, 'target'), ...tools]
}

function askElements(context: RenderContext, details: Details): Element[] {
  const { locale } = context
  const { fault } = details
  return [
    ...render('heading', {
      title: text(locale, 'transfer.customer-of-ours.title'),
      help: text(locale, 'transfer.customer-of-ours.help'),
    }),
    ...(fault && !isTyping(fault) ? faultBlock(context, fault) : []),
    ...customerField(context, details),
    ...sideLink(context, 'target'),
  ]
}

function customerField({ locale, ref }: RenderContext, { typed, fault }: Details): Element[] {
  const find = button(
    'set',
    { ...ref, track: 'transfer' },
    { title: text(locale, 'tenant.find'), labelled: true, style: 'positive', withInputs: true },
  )
  const wrong = fault && isTyping(fault) ? faultText(locale, fault) : undefined
  return [
    ...textField(locale, 'customer', 'tenant.text', { typed: typed.customer, fault: wrong }),
    ...render('actions', { actions: [find] }),
  ]
}

/** No request was found: offers to look again or for another customer. */
function noneElements(context: RenderContext, details: Details, customer: string): Element[] {
  const { locale, ref } = context
  const again = button(
    'set',
    { ...ref, track: 'transfer', customer },
    { title: text(locale, 'transfer.look-again'), labelled: true, style: 'positive' },
  )
  return [
    ...render('heading', {
      title: text(locale, 'transfer.offered.title', { count: 0 }),
      help: text(locale, 'transfer.offered.none'),
    }),
    ...whoRows(context, details),
    ...render('actions', { actions: [again] }),
    ...folded('details', customerField(context, details)),
  ]
}

/** The items of a request that can be handed over; those of the product come first. */
function itemsIn(details: Details, transfer: Transfer): TransferItem[] {
  const items = itemsOf(details, transfer)
  return [...new Set([...ofProduct(details, items), ...items])].slice(0, MAX_ITEMS)
}

const idsOf = (items: readonly TransferItem[]) => items.map(({ subscription }) => subscription)

/**
 * Draws the requests with buttons to accept and decline. Items can be chosen only if all requests have the same,
 * because a card sends all its fields with every button.
 */
function offerElements(context: RenderContext, details: Details): Element[] {
  const { locale } = context
  const { fault } = details
  const offered = details.offered.slice(0, MAX_OFFERS)
  const [items = [], ...others] = offered.map((transfer) => itemsIn(details, transfer))
  const canChoose = others.every((other) => idsOf(other).join() === idsOf(items).join())
  const left = details.offered.length - offered.length
  const hasMore = offered.some((transfer) => itemsOf(details, transfer).length > MAX_ITEMS)
  return [
    ...render('heading', {
      title: text(locale, 'transfer.offered.title', { count: details.offered.length }),
      help: text(locale, 'transfer.offered.help'),
    }),
    ...(fault ? faultBlock(context, fault) : []),
    ...whoRows(context, details),
    ...(canChoose ? choiceOf(context, details, items) : []),
    ...(hasMore ? render('caption', { text: text(locale, 'transfer.too-many', { count: MAX_ITEMS }) }) : []),
    ...offered.flatMap((transfer) => offer(context, details, transfer, canChoose)),
    ...(left > 0 ? render('caption', { text: text(locale, 'item.more', { count: left }) }) : []),
  ]
}

/** Draws the choice of items. Those that failed before are preselected, else those of the product. */
function choiceOf({ locale }: RenderContext, details: Details, items: readonly TransferItem[]): Element[] {
  if (items.length === 0) return render('paragraph', { text: text(locale, 'transfer.nothing') })
  return render('pick', {
    id: inputs.items,
    label: text(locale, 'transfer.hand-over'),
    required: text(locale, 'transfer.pick-one'),
    value: idsOf(preselected(details, items)).join(),
    choices: items.map((item) => ({
      title: [withoutMarkdown(item.name, MAX_TITLE_LENGTH) || item.subscription, licencesText(locale, item)]
        .filter((part) => part !== '')
        .join(' · '),
      value: item.subscription,
    })),
  })
}

function preselected(details: Details, items: readonly TransferItem[]): TransferItem[] {
  const left = items.filter(({ subscription }) => idsOf(details.left).includes(subscription))
  return left.length > 0 ? left : ofProduct(details, items)
}

function offer(context: RenderContext, details: Details, transfer: Transfer, canChoose: boolean): Element[] {
  const { locale, ref } = context
  const { id, target, createdAt, expiresAt } = transfer
  const all = itemsIn(details, transfer)
  const preferred = ofProduct(details, all)
  // Without a choice, a request for another product can still be accepted as it is.
  const items = canChoose || preferred.length === 0 ? all : preferred
  const data = { ...ref, track: 'transfer', transfer: id } as const
  const look = { title: text(locale, 'transfer.accept'), labelled: true, style: 'positive' } as const
  const accept = canChoose
    ? button('set', data, { ...look, withInputs: true })
    : button('set', { ...data, items: idsOf(items).join() }, look)
  const decline = button(
    'decline',
    { ...ref, transfer: id },
    { title: text(locale, 'transfer.decline'), labelled: true, style: 'destructive' },
  )
  const dates = [
    ...(createdAt === undefined ? [] : [text(locale, 'transfer.asked', { date: dateText(locale, createdAt) })]),
    ...(expiresAt === undefined ? [] : [text(locale, 'transfer.answer-by', { date: dateText(locale, expiresAt) })]),
  ]
  const names = items.map(({ name, subscription }) => name || subscription).join(' · ')
  return render('offer', {
    by: text(locale, 'transfer.by', {
      name: plainText(target.name, MAX_TITLE_LENGTH) || target.tenant || text(locale, 'app.somebody'),
    }),
    ...(dates.length === 0 ? {} : { dates: dates.join(' · ') }),
    ...(canChoose ? {} : { items: plainText(names, MAX_NAMES_LENGTH) }),
    actions: items.length === 0 ? [decline] : [accept, decline],
  })
}
