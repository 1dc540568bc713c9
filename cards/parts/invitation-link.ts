import { type Element, render } from '../render.ts'
import { plainText } from '../text/literal.ts'
import { type Locale, locales, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'
import { MAX_LINK_LENGTH, openUrl, webLink } from './web-link.ts'

/** Longest address of a mail draft: beyond it, mail programs on Windows open nothing. */
const longestDraft = 2000

/** What a mail is about: an invitation to a reseller relationship, or a request for administration rights. */
type Mail = 'mail' | 'mail.admin'

/** A mail draft with the link, in the customer's language; it has no addressee. Undefined when it gets too long. */
export function mailDraft(language: Locale, link: string, mail: Mail = 'mail'): string | undefined {
  const body = text(language, `${mail}.body`, { link }).replaceAll('\n', '\r\n')
  const subject = encodeURIComponent(text(language, `${mail}.subject`))
  const draft = `mailto:?subject=${subject}&body=${encodeURIComponent(body)}`
  return draft.length <= longestDraft ? draft : undefined
}

type Seen = Pick<RenderContext, 'viewer' | 'locale'>

/**
 * A link with ways to get it to the customer: mail drafts, and a field to copy it from, which works in every client. One
 * that may not be clicked can only be copied.
 */
export function customerLink({ viewer, locale }: Seen, link: string, mail: Mail): Element[] {
  const address = webLink(viewer, link)
  return [
    ...drafts(locale, address, mail),
    ...render('link', {
      id: 'invitation',
      label: text(locale, 'link.label'),
      link: plainText(link, MAX_LINK_LENGTH),
      // Clients show four lines of it.
      ...(address === undefined ? { warning: text(locale, 'link.unsafe') } : { whole: text(locale, 'link.whole') }),
    }),
  ]
}

/** The same for an invitation to a reseller relationship. */
export const invitationLink = (seen: Seen, link: string): Element[] => customerLink(seen, link, 'mail')

function drafts(locale: Locale, address: string | undefined, mail: Mail): Element[] {
  if (address === undefined) return []
  const actions = locales.flatMap((language) => {
    const draft = mailDraft(language, address, mail)
    return draft === undefined ? [] : openUrl(text(language, 'language.name'), draft)
  })
  return actions.length === 0 ? [] : render('drafts', { title: text(locale, 'mail.drafts'), actions })
}

/** Opens the link; nothing where it may not be clicked. */
export function openLink({ viewer, locale }: Seen, link: string) {
  const address = webLink(viewer, link)
  return address === undefined ? [] : [openUrl(text(locale, 'link.open'), address)]
}
