import { productTypes, type TenantInfo, type TransferItem } from '../../dialogs/calls.ts'
import type { Track, TransferTrack } from '../../dialogs/tracks/registry.ts'
import type { sides, TransferContext } from '../../dialogs/tracks/transfer/context.ts'
import { button } from '../buttons.ts'
import { type Element, render } from '../render.ts'
import { MAX_TITLE_LENGTH, plainText } from '../text/literal.ts'
import { inSentence, type Locale, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'
import { customerName, customerRow, MAX_DOMAIN_LENGTH, type Party, partyRow } from './tenant.ts'

/**
 * Draws the parties of a transfer: the customer, the other partner and, on the new partner's card, the contact.
 * `end` is the final state; after a completed transfer, the source partner is the former one.
 */
export function whoRows(context: RenderContext, details: TransferContext, end?: TransferTrack['state']): Element[] {
  const { customer, source, email, side, transfer } = details
  const contact = side === 'target' ? plainText(email ?? '', MAX_DOMAIN_LENGTH) : ''
  const hasMoved = end === 'completed' || end === 'partially-completed'
  const taker = side === 'source' && hasMoved ? plainText(transfer?.target.name ?? '', MAX_TITLE_LENGTH) : ''
  const row = (party: Party, tenant: TenantInfo | null) =>
    tenant ? partyRow(context, party, customerName(tenant), [plainText(tenant.domain, MAX_DOMAIN_LENGTH)]) : []
  return [
    ...(customer ? customerRow(context, customer) : []),
    ...row(end === 'completed' ? 'former' : 'source', source),
    ...(taker === '' ? [] : partyRow(context, 'new', taker, [])),
    ...(contact === '' ? [] : partyRow(context, 'contact', contact, [])),
  ]
}

/** Filters items for the product of the transfer. Partners may agree on more, but have to choose it explicitly. */
export const ofProduct = ({ product }: Pick<TransferContext, 'product'>, items: readonly TransferItem[]) =>
  items.filter((item) => productTypes[product].includes(item.product))

/** Number of licences of an item; empty where it is unknown, and for Azure, which is billed by usage. */
export const licencesText = (locale: Locale, { product, quantity }: TransferItem): string =>
  quantity === undefined || !productTypes.licences.includes(product)
    ? ''
    : text(locale, 'item.licences', { count: quantity })

/** True if another request could transfer the rest. Only the new partner can make one, for its own product. */
export function leavesRest(track: Track): boolean {
  if (track.kind !== 'transfer' || track.state !== 'partially-completed' || track.context.side === 'source')
    return false
  const items = track.context.transfer?.items ?? []
  return items.length === 0 || ofProduct(track.context, items).some(({ status }) => status !== 'completed')
}

/** Draws a link that switches to the other side of the transfer. */
export const sideLink = ({ locale, ref }: RenderContext, side: (typeof sides)[number]): Element[] => {
  const other = inSentence(locale, text(locale, `transfer.side.${side}.title`))
  const title = text(locale, 'transfer.side.other', { side: other })
  const link = { text: `› ${title}`, button: button('set', { ...ref, track: 'transfer', side }, { title }) }
  return render('links', { links: [link] })
}
