import type { TenantInfo } from '../../dialogs/calls.ts'
import { type Element, render } from '../render.ts'
import { MAX_TITLE_LENGTH, plainText } from '../text/literal.ts'
import { text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

/** Longest domain on a card, in characters. */
export const MAX_DOMAIN_LENGTH = 100

/** The part an organisation or a person has in a case. */
export type Party = 'customer' | 'source' | 'former' | 'new' | 'contact' | 'accepted'

/** Draws the customer in large type, with its domain and id to tell it from others of the same name. */
export const tenantElements = (context: Pick<RenderContext, 'locale'>, tenant: TenantInfo): Element[] =>
  partyRow(context, 'customer', customerName(tenant), 'large', [plainText(tenant.domain, MAX_DOMAIN_LENGTH), tenant.id])

/** Draws the customer in normal type. */
export const customerRow = (context: Pick<RenderContext, 'locale'>, tenant: TenantInfo): Element[] =>
  partyRow(context, 'customer', customerName(tenant), 'default', [plainText(tenant.domain, MAX_DOMAIN_LENGTH)])

/** Returns the display name of a tenant, else its domain, else its id. */
export const customerName = ({ name, domain, id }: TenantInfo) =>
  plainText(name, MAX_TITLE_LENGTH) || plainText(domain, MAX_DOMAIN_LENGTH) || id

/** Draws a party by name, with further lines in small type. */
export const partyRow = (
  { locale }: Pick<RenderContext, 'locale'>,
  party: Party,
  name: string,
  size: 'default' | 'large',
  small: readonly string[],
): Element[] =>
  render('tenant', {
    label: text(locale, `tenant.${party}`),
    name,
    size,
    small: small.flatMap((line) => (line === '' || line === name ? [] : { text: line })),
  })

/** Draws the text that is being looked up, as it was typed. */
export const typedRow = (typed: string): Element[] => {
  const shown = plainText(typed, MAX_DOMAIN_LENGTH)
  return shown === '' ? [] : render('remark', { text: shown })
}
