import type { TenantInfo } from '../../dialogs/calls.ts'
import { heading } from '../parts/frame.ts'
import { invitationLink, openLink } from '../parts/invitation-link.ts'
import { customerName, tenantElements } from '../parts/tenant.ts'
import { type AdaptiveCard, render, renderCard } from '../render.ts'
import { withoutMarkdown } from '../text/literal.ts'
import { dateText, type Locale, text } from '../text/text.ts'
import type { Viewer } from '../viewer.ts'

/** How an invitation stands that can be inserted into a chat. */
export const insertableStates = ['created', 'with-reseller', 'with-customer', 'accepted'] as const

/** An invitation as it can be inserted into any chat. */
interface Insertable {
  /** Absent where only the link is known. */
  customer?: TenantInfo | undefined
  link: string
}

const product = 'Multicanal'

/**
 * The card that the message extension inserts. Nobody has to have installed the bot where it is shown: it opens, copies
 * and drafts, and asks the bot for nothing.
 */
export function invitationMessageCard({ customer, link }: Insertable, viewer: Viewer): AdaptiveCard {
  const seen = { viewer, locale: viewer.locale }
  const open = openLink(seen, link)
  const sandbox = viewer.sandbox ? { sandbox: text(viewer.locale, 'app.sandbox') } : {}
  const body = [
    ...render('header', { text: product, ...sandbox }),
    ...heading(seen, 'message.heading', 'message.help'),
    ...(customer ? tenantElements(seen, customer) : []),
    ...invitationLink(seen, link),
    ...(open.length === 0 ? [] : render('actions', { actions: open })),
  ]
  return renderCard({ fallbackText: `${product}: ${text(viewer.locale, 'message.heading')}`, body })
}

const titleLength = 80

/** An invitation in a list of search results: for whom, and how it stands since when. Plain text. */
export function invitationItem(
  locale: Locale,
  { customer, state, since }: { customer: TenantInfo; state: (typeof insertableStates)[number]; since: string },
): { title: string; subtitle: string } {
  return {
    title: withoutMarkdown(customerName(customer), titleLength),
    subtitle: `${text(locale, `message.state.${state}`)} · ${dateText(locale, since)}`,
  }
}
