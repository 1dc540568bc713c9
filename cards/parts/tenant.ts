import type { TenantInfo } from '../../dialogs/calls.ts'
import { type Element, render } from '../render.ts'
import { customerTitle } from '../text/case-name.ts'
import { MAX_TITLE_LENGTH, plainText } from '../text/literal.ts'
import { text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'
import { factTable } from './facts.ts'

/** Longest domain on a card, in characters. */
export const MAX_DOMAIN_LENGTH = 100

/** The part an organisation or a person has in a case. */
export type Party = 'customer' | 'source' | 'former' | 'new' | 'contact' | 'accepted'

/** Draws the customer in large type, with its domain and id to tell it from others of the same name. */
export function tenantElements({ locale }: Pick<RenderContext, 'locale'>, tenant: TenantInfo): Element[] {
  const name = customerName(tenant)
  const small = [plainText(tenant.domain, MAX_DOMAIN_LENGTH), tenant.id].filter((line) => line !== '' && line !== name)
  return render('tenant', {
    label: text(locale, 'tenant.customer'),
    name,
    small: small.map((line) => ({ text: line })),
  })
}

/** Draws the customer among the facts, without the name that the header has. */
export function customerRow(context: Pick<RenderContext, 'locale' | 'caseRecord'>, tenant: TenantInfo): Element[] {
  const [name, domain] = [customerName(tenant), plainText(tenant.domain, MAX_DOMAIN_LENGTH)]
  if (name !== customerTitle(context.caseRecord)) return partyRow(context, 'customer', name, [domain])
  return domain === name || domain === '' ? [] : partyRow(context, 'customer', domain, [])
}

/** Returns the display name of a tenant, else its domain, else its id. */
export const customerName = ({ name, domain, id }: TenantInfo) =>
  plainText(name, MAX_TITLE_LENGTH) || plainText(domain, MAX_DOMAIN_LENGTH) || id

/** Draws a party by name among the facts, with more to tell it by in small type. */
export function partyRow(
  { locale }: Pick<RenderContext, 'locale'>,
  party: Party,
  name: string,
  small: readonly string[],
): Element[] {
  const more = small.filter((line) => line !== '' && line !== name).join(' · ')
  return factTable([{ label: text(locale, `tenant.${party}`), value: name, ...(more === '' ? {} : { small: more }) }])
}

/** Draws the text that is being looked up, as it was typed. */
export const typedRow = (typed: string): Element[] => {
  const shown = plainText(typed, MAX_DOMAIN_LENGTH)
  return shown === '' ? [] : render('remark', { text: shown })
}
