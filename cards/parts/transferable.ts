import { productTypes, type TransferItem } from '../../dialogs/calls.ts'
import type { Track } from '../../dialogs/tracks/registry.ts'
import type { TransferContext } from '../../dialogs/tracks/transfer/context.ts'

/** Those of the product that the transfer is about. Partners are free to agree on more, but have to say so. */
export const ofProduct = ({ product }: Pick<TransferContext, 'product'>, items: readonly TransferItem[]) =>
  items.filter((item) => productTypes[product].includes(item.product))

/** Could a new request bring what is still missing? Only the new partner can make one, and only for its product. */
export function leavesRest(track: Track): boolean {
  if (track.kind !== 'transfer' || track.state !== 'partially-completed' || track.context.side === 'source')
    return false
  const items = track.context.transfer?.items ?? []
  return items.length === 0 || ofProduct(track.context, items).some(({ status }) => status !== 'completed')
}
