import { type Element, render } from '../render.ts'
import { plainText } from '../text/literal.ts'
import { type Locale, locales, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'
import { folded, toggle } from './frame.ts'
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

/** Draws the ways to pass a link on: as a mail draft, copied or opened. An unsafe link can only be copied. */
export function customerLink({ viewer, locale }: Seen, link: string, mail: Mail): Element[] {
  const address = webLink(viewer, link)
  if (address === undefined) return copyField(locale, link, { warning: text(locale, 'link.unsafe') })
  const drafts = draftButtons(locale, address, mail)
  const actions = [
    ...(drafts.length === 0 ? [] : [toggle('mail', text(locale, 'link.mail'), 'link')]),
    toggle('link', text(locale, 'link.copy'), drafts.length === 0 ? undefined : 'mail'),
    openUrl(text(locale, 'link.open'), address),
  ]
  return [
    ...render('actions', { actions }),
    ...(drafts.length === 0
      ? []
      : folded('mail', render('drafts', { title: text(locale, 'mail.drafts'), actions: drafts }))),
    // Clients show only four lines of it.
    ...folded('link', copyField(locale, link, { whole: text(locale, 'link.whole') })),
  ]
}

/** Draws the link of an invitation to a reseller relationship. */
export const invitationLink = (seen: Seen, link: string): Element[] => customerLink(seen, link, 'mail')

/** Draws a field to copy a link from: no client copies by a button of a card. */
const copyField = (locale: Locale, link: string, remark: { warning: string } | { whole: string }): Element[] =>
  render('link', {
    id: 'invitation',
    label: text(locale, 'link.label'),
    link: plainText(link, MAX_LINK_LENGTH),
    ...remark,
  })

const draftButtons = (locale: Locale, address: string, mail: Mail) =>
  locales.flatMap((language) => {
    const draft = mailDraft(language, address, mail)
    return draft === undefined ? [] : [draftButton(locale, language, draft)]
  })

/** Builds a button that opens a mail draft in a language. */
export function draftButton(locale: Locale, language: Locale, draft: string) {
  const title = text(language, 'language.name')
  return openUrl(title, draft, { tooltip: `${text(locale, 'mail.drafts')} ${title}` })
}
