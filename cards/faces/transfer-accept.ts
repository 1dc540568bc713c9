import type { Transfer, TransferItem } from '../../dialogs/calls.ts'
import type { TransferTrack } from '../../dialogs/tracks/registry.ts'
import { itemsOf } from '../../dialogs/tracks/transfer/context.ts'
import { button, inputs, MAX_ITEMS } from '../buttons.ts'
import { faultBlock, faultText, isTyping } from '../parts/faults.ts'
import { pendingElements } from '../parts/pending.ts'
import { typedRow, whoRows } from '../parts/tenant.ts'
import { textField } from '../parts/text-field.ts'
import { folded, toolbar } from '../parts/toolbar.ts'
import { ofProduct } from '../parts/transferable.ts'
import { type Element, render } from '../render.ts'
import { MAX_TITLE_LENGTH, plainText, withoutMarkdown } from '../text/literal.ts'
import { dateText, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'
import { sideLink } from './transfer-form.ts'

type Context = TransferTrack['context']

/** Most requests for one customer that a card shows; two partners at once are rare. */
const mostOffers = 2
/** Most of the names of what is to be handed over, where there is nothing to choose. */
const namesLength = 300

/** As the present partner: whose subscriptions, who asks for them, and what is handed over. */
export function acceptTransferFace(drawing: RenderContext, { context }: TransferTrack): Element[] {
  const { pending, customer, fault, offered, typed } = context
  if (pending) {
    return [
      ...pendingElements(drawing, pending),
      ...(customer ? whoRows(drawing, context) : typedRow(typed.customer)),
      ...folded('details', customerField(drawing, context)),
      ...toolbar(drawing, ['details', 'history', 'cancel']),
    ]
  }
  const tools = toolbar(drawing, ['history', 'cancel'])
  if (!customer || (fault && offered.length === 0)) return [...askElements(drawing, context), ...tools]
  if (offered.length === 0)
    return [...noneElements(drawing, context, customer.id), ...toolbar(drawing, ['details', 'history', 'cancel'])]
  return [...offerElements(drawing, context), ...sideLink(drawing, 'target'), ...tools]
}

function askElements(drawing: RenderContext, context: Context): Element[] {
  const { locale } = drawing
  const { fault } = context
  return [
    ...render('heading', {
      title: text(locale, 'transfer.customer-of-ours.title'),
      help: text(locale, 'transfer.customer-of-ours.help'),
    }),
    ...(fault && !isTyping(fault) ? faultBlock(drawing, fault) : []),
    ...customerField(drawing, context),
    ...sideLink(drawing, 'target'),
  ]
}

function customerField({ locale, drawn }: RenderContext, { typed, fault }: Context): Element[] {
  const find = button(
    'set',
    { ...drawn, track: 'transfer' },
    { title: text(locale, 'tenant.find'), labelled: true, style: 'positive', withInputs: true },
  )
  const wrong = fault && isTyping(fault) ? faultText(locale, fault) : undefined
  return [
    ...textField(locale, 'customer', 'tenant.text', { typed: typed.customer, fault: wrong }),
    ...render('actions', { actions: [find] }),
  ]
}

/** Nobody has asked yet: look again, or look for another customer. */
function noneElements(drawing: RenderContext, context: Context, customer: string): Element[] {
  const { locale, drawn } = drawing
  const again = button(
    'set',
    { ...drawn, track: 'transfer', customer },
    { title: text(locale, 'transfer.look-again'), labelled: true, style: 'positive' },
  )
  return [
    ...render('heading', {
      title: text(locale, 'transfer.offered.title', { count: 0 }),
      help: text(locale, 'transfer.offered.none'),
    }),
    ...whoRows(drawing, context),
    ...render('actions', { actions: [again] }),
    ...folded('details', customerField(drawing, context)),
  ]
}

/** What can be handed over of a request; what it is about comes first. */
function itemsIn(context: Context, transfer: Transfer): TransferItem[] {
  const items = itemsOf(context, transfer)
  return [...new Set([...ofProduct(context, items), ...items])].slice(0, MAX_ITEMS)
}

const idsOf = (items: readonly TransferItem[]) => items.map(({ subscription }) => subscription)

/**
 * The requests, each with Accept and Decline. What is handed over can be chosen where all ask for the same, which is the
 * rule: a card sends all its fields with every button, so there can be but one such choice.
 */
function offerElements(drawing: RenderContext, context: Context): Element[] {
  const { locale } = drawing
  const { fault } = context
  const offered = context.offered.slice(0, mostOffers)
  const [items = [], ...others] = offered.map((transfer) => itemsIn(context, transfer))
  const canChoose = others.every((other) => idsOf(other).join() === idsOf(items).join())
  const left = context.offered.length - offered.length
  const hasMore = offered.some((transfer) => itemsOf(context, transfer).length > MAX_ITEMS)
  return [
    ...render('heading', {
      title: text(locale, 'transfer.offered.title', { count: context.offered.length }),
      help: text(locale, 'transfer.offered.help'),
    }),
    ...(fault ? faultBlock(drawing, fault) : []),
    ...whoRows(drawing, context),
    ...(canChoose ? choiceOf(drawing, context, items) : []),
    ...(hasMore ? render('caption', { text: text(locale, 'transfer.too-many', { count: MAX_ITEMS }) }) : []),
    ...offered.flatMap((transfer) => offer(drawing, context, transfer, canChoose)),
    ...(left > 0 ? render('caption', { text: text(locale, 'item.more', { count: left }) }) : []),
  ]
}

/** What is handed over: what the transfer is about, unless somebody ticks otherwise. */
function choiceOf({ locale }: RenderContext, context: Context, items: readonly TransferItem[]): Element[] {
  if (items.length === 0) return render('paragraph', { text: text(locale, 'transfer.nothing') })
  return render('pick', {
    id: inputs.items,
    label: text(locale, 'transfer.hand-over'),
    required: text(locale, 'transfer.pick-one'),
    value: idsOf(ofProduct(context, items)).join(),
    choices: items.map(({ name, subscription }) => ({
      title: withoutMarkdown(name, MAX_TITLE_LENGTH) || subscription,
      value: subscription,
    })),
  })
}

function offer(drawing: RenderContext, context: Context, transfer: Transfer, canChoose: boolean): Element[] {
  const { locale, drawn } = drawing
  const { id, target, createdAt, expiresAt } = transfer
  const all = itemsIn(context, transfer)
  const meant = ofProduct(context, all)
  // Without a choice, a request for something else can still be accepted as it is.
  const items = canChoose || meant.length === 0 ? all : meant
  const data = { ...drawn, track: 'transfer', transfer: id } as const
  const look = { title: text(locale, 'transfer.accept'), labelled: true, style: 'positive' } as const
  const accept = canChoose
    ? button('set', data, { ...look, withInputs: true })
    : button('set', { ...data, items: idsOf(items).join() }, look)
  const decline = button(
    'decline',
    { ...drawn, transfer: id },
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
    ...(canChoose ? {} : { items: plainText(names, namesLength) }),
    actions: items.length === 0 ? [decline] : [accept, decline],
  })
}
