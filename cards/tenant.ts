import type { TenantInfo } from '../dialogs/calls.ts'
import type { TransferContext } from '../dialogs/tracks/transfer-context.ts'
import { literal, titleLength } from './literal.ts'
import { type Element, render } from './render.ts'
import { text } from './text.ts'
import type { Drawing } from './viewer.ts'

const domainLength = 100

/** An organisation, large, by the name people know it by, with what tells it from others of that name. */
export const tenantElements = (drawing: Pick<Drawing, 'locale'>, tenant: TenantInfo): Element[] =>
  whoRow(drawing, 'customer', nameOf(tenant), 'large', [literal(tenant.domain, domainLength), tenant.id])

/** The customer as one of several things to know. */
export const customerRow = (drawing: Pick<Drawing, 'locale'>, tenant: TenantInfo): Element[] =>
  whoRow(drawing, 'customer', nameOf(tenant), 'default', [literal(tenant.domain, domainLength)])

/** Who is in a transfer: the customer, the present partner and, for the new one, the customer's contact. */
export function whoRows(drawing: Drawing, { customer, source, email, side }: TransferContext): Element[] {
  const contact = side === 'target' ? literal(email ?? '', domainLength) : ''
  const row = (who: 'customer' | 'source', tenant: TenantInfo | null) =>
    tenant ? whoRow(drawing, who, nameOf(tenant), 'default', [literal(tenant.domain, domainLength)]) : []
  return [
    ...row('customer', customer),
    ...row('source', source),
    ...(contact === '' ? [] : whoRow(drawing, 'contact', contact, 'default', [])),
  ]
}

export const nameOf = ({ name, domain, id }: TenantInfo) =>
  literal(name, titleLength) || literal(domain, domainLength) || id

const whoRow = (
  { locale }: Pick<Drawing, 'locale'>,
  who: 'customer' | 'source' | 'contact',
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
  const shown = literal(typed, domainLength)
  return shown === '' ? [] : render('remark', { text: shown })
}
