import type { TenantInfo } from '../../dialogs/calls.ts'
import type { TransferTrack } from '../../dialogs/tracks/registry.ts'
import type { TransferContext } from '../../dialogs/tracks/transfer/context.ts'
import { type Element, render } from '../render.ts'
import { MAX_TITLE_LENGTH, plainText } from '../text/literal.ts'
import { text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

const domainLength = 100

type Who = 'customer' | 'source' | 'former' | 'new' | 'contact'

/** An organisation, large, by the name people know it by, with what tells it from others of that name. */
export const tenantElements = (drawing: Pick<RenderContext, 'locale'>, tenant: TenantInfo): Element[] =>
  whoRow(drawing, 'customer', customerName(tenant), 'large', [plainText(tenant.domain, domainLength), tenant.id])

/** The customer as one of several things to know. */
export const customerRow = (drawing: Pick<RenderContext, 'locale'>, tenant: TenantInfo): Element[] =>
  whoRow(drawing, 'customer', customerName(tenant), 'default', [plainText(tenant.domain, domainLength)])

/**
 * Who is in a transfer: the customer, the other partner and, for the new one, the customer's contact. `end` is the state
 * of a transfer that is over: what has moved makes the present partner the former one.
 */
export function whoRows(drawing: RenderContext, context: TransferContext, end?: TransferTrack['state']): Element[] {
  const { customer, source, email, side, transfer } = context
  const contact = side === 'target' ? plainText(email ?? '', domainLength) : ''
  const hasMoved = end === 'completed' || end === 'partially-completed'
  const taker = side === 'source' && hasMoved ? plainText(transfer?.target.name ?? '', MAX_TITLE_LENGTH) : ''
  const row = (who: Who, tenant: TenantInfo | null) =>
    tenant ? whoRow(drawing, who, customerName(tenant), 'default', [plainText(tenant.domain, domainLength)]) : []
  return [
    ...row('customer', customer),
    ...row(end === 'completed' ? 'former' : 'source', source),
    ...(taker === '' ? [] : whoRow(drawing, 'new', taker, 'default', [])),
    ...(contact === '' ? [] : whoRow(drawing, 'contact', contact, 'default', [])),
  ]
}

export const customerName = ({ name, domain, id }: TenantInfo) =>
  plainText(name, MAX_TITLE_LENGTH) || plainText(domain, domainLength) || id

const whoRow = (
  { locale }: Pick<RenderContext, 'locale'>,
  who: Who,
  name: string,
  size: 'default' | 'large',
  small: readonly string[],
): Element[] =>
  render('tenant', {
    label: text(locale, `tenant.${who}`),
    name,
    size,
    small: small.flatMap((line) => (line === '' || line === name ? [] : { text: line })),
  })

/** What is being looked up, as it was typed. */
export const typedRow = (typed: string): Element[] => {
  const shown = plainText(typed, domainLength)
  return shown === '' ? [] : render('remark', { text: shown })
}
