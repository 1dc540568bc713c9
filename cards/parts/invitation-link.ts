import { type Element, render } from '../render.ts'
import { plainText } from '../text/literal.ts'
import { type Locale, locales, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'
import { MAX_LINK_LENGTH, openUrl, webLink } from './web-link.ts'

/** Longest mailto address; mail programs on Windows ignore longer ones. */
export const MAX_DRAFT_LENGTH = 2000

/** Subject of a mail: an invitation to a reseller relationship, or a request for administration rights. */
type Mail = 'mail' | 'mail.admin'

/**
 * Returns a mailto address with the link, in the language of the customer and without addressee. Undefined if too
 * long.
 */
export function mailDraft(language: Locale, link: string, mail: Mail = 'mail'): string | undefined {
  const body = text(language, `${mail}.body`, { link }).replaceAll('\n', '\r\n')
  const subject = encodeURIComponent(text(language, `${mail}.subject`))
  const draft = `mailto:?subject=${subject}&body=${encodeURIComponent(body)}`
  return draft.length <= MAX_DRAFT_LENGTH ? draft : undefined
}

type Seen = Pick<RenderContext, 'viewer' | 'locale'>

/**
 * Draws a link with mail drafts and a field to copy it from, which works in every client. An unsafe link can only
 * be copied.
 */
export function customerLink({ viewer, locale }: Seen, link: string, mail: Mail): Element[] {
  const address = webLink(viewer, link)
  return [
    ...drafts(locale, address, mail),
    ...render('link', {
      id: 'invitation',
      label: text(locale, 'link.label'),
      link: plainText(link, MAX_LINK_LENGTH),
      // Clients show only four lines of it.
      ...(address === undefined ? { warning: text(locale, 'link.unsafe') } : { whole: text(locale, 'link.whole') }),
    }),
  ]
}

/** Draws the link of an invitation to a reseller relationship. */
export const invitationLink = (seen: Seen, link: string): Element[] => customerLink(seen, link, 'mail')

function drafts(locale: Locale, address: string | undefined, mail: Mail): Element[] {
  if (address === undefined) return []
  const actions = locales.flatMap((language) => {
    const draft = mailDraft(language, address, mail)
    return draft === undefined ? [] : openUrl(text(language, 'language.name'), draft)
  })
  return actions.length === 0 ? [] : render('drafts', { title: text(locale, 'mail.drafts'), actions })
}

/** Builds a button that opens the link; empty if the link is unsafe. */
export function openLink({ viewer, locale }: Seen, link: string) {
  const address = webLink(viewer, link)
  return address === undefined ? [] : [openUrl(text(locale, 'link.open'), address)]
}
