import type { TenantInfo } from '../../dialogs/calls.ts'
import { heading } from '../parts/frame.ts'
import { invitationLink } from '../parts/invitation-link.ts'
import { customerName, tenantElements } from '../parts/tenant.ts'
import { type AdaptiveCard, render, renderCard } from '../render.ts'
import { withoutMarkdown } from '../text/literal.ts'
import { dateText, type Locale, PRODUCT, text } from '../text/text.ts'
import type { Viewer } from '../viewer.ts'

/** States of an invitation that can be inserted into a chat. */
export const insertableStates = ['created', 'with-reseller', 'with-customer', 'accepted'] as const

/** An invitation to insert into any chat. */
interface Insertable {
  /** Absent if only the link is known. */
  customer?: TenantInfo | undefined
  link: string
}

/**
 * Draws the card that the message extension inserts. It only opens, copies and drafts links, so it also works in
 * chats without the bot.
 */
export function invitationMessageCard({ customer, link }: Insertable, viewer: Viewer): AdaptiveCard {
  const seen = { viewer, locale: viewer.locale }
  const sandbox = viewer.sandbox ? { sandbox: text(viewer.locale, 'app.sandbox') } : {}
  const body = [
    ...render('header', { text: PRODUCT, ...sandbox }),
    ...heading(seen, 'message.heading', 'message.help'),
    ...(customer ? tenantElements(seen, customer) : []),
    ...invitationLink(seen, link),
  ]
  const said = `${PRODUCT}: ${text(viewer.locale, 'message.heading')}`
  return renderCard({ lang: viewer.locale, fallbackText: said, speak: said, body })
}

const MAX_RESULT_TITLE_LENGTH = 80

/** Returns an invitation as a search result in plain text: customer, state and date. */
export function invitationItem(
  locale: Locale,
  { customer, state, since }: { customer: TenantInfo; state: (typeof insertableStates)[number]; since: string },
): { title: string; subtitle: string } {
  return {
    title: withoutMarkdown(customerName(customer), MAX_RESULT_TITLE_LENGTH),
    subtitle: `${text(locale, `message.state.${state}`)} · ${dateText(locale, since)}`,
  }
}
