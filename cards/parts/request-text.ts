import { MAX_PARTNER_ID_LENGTH, MAX_PEER_NOTE_LENGTH, MAX_PRODUCTS_LENGTH } from '../../dialogs/peer.ts'
import type { RequestKind } from '../../dialogs/requests.ts'
import type { InvitationTrack } from '../../dialogs/tracks/registry.ts'
import { type Element, render } from '../render.ts'
import { plainText } from '../text/literal.ts'
import { type Locale, locales, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'
import { toggle } from './frame.ts'
import { draftButton, MAX_DRAFT_LENGTH } from './invitation-link.ts'
import { customerName, MAX_DOMAIN_LENGTH } from './tenant.ts'

/** The text with which a reseller asks a provider that is not connected, in every language. */

type Details = InvitationTrack['context']

/** Returns subject and body of the request in the language of the provider. */
function requestMail(language: Locale, request: RequestKind, details: Details) {
  const { customer, note, partnerId, products } = details
  const name = customer ? customerName(customer) : ''
  const what = text(language, `request.${request}`)
  return {
    subject: text(language, 'mail.request.subject', {
      what: what.charAt(0).toLocaleUpperCase() + what.slice(1),
      customer: name,
    }),
    body: text(language, 'mail.request.body', {
      what,
      customer: name,
      domain: plainText(customer?.domain ?? '', MAX_DOMAIN_LENGTH),
      tenant: customer?.id ?? '',
      products: plainText(products, MAX_PRODUCTS_LENGTH),
      note: plainText(note, MAX_PEER_NOTE_LENGTH),
      noted: note === '' ? 'no' : 'yes',
      partnerId: plainText(partnerId, MAX_PARTNER_ID_LENGTH),
      identified: partnerId === '' ? 'no' : 'yes',
    }),
  }
}

function draftOf({ subject, body }: ReturnType<typeof requestMail>): string | undefined {
  const lines = encodeURIComponent(body.replaceAll('\n', '\r\n'))
  const draft = `mailto:?subject=${encodeURIComponent(subject)}&body=${lines}`
  return draft.length <= MAX_DRAFT_LENGTH ? draft : undefined
}

/** Draws mail drafts, and the text to copy folded below a button for each language. */
export function requestTexts({ locale }: RenderContext, request: RequestKind, details: Details): Element[] {
  const mails = locales.map((language) => ({
    language,
    name: text(language, 'language.name'),
    mail: requestMail(language, request, details),
  }))
  const drafts = mails.flatMap(({ language, mail }) => {
    const draft = draftOf(mail)
    return draft === undefined ? [] : draftButton(locale, language, draft)
  })
  const toggles = mails.map(({ language, name }) => ({
    ...toggle(`text-${language}`, name),
    tooltip: text(locale, 'request.by-hand.show', { language: name }),
  }))
  return [
    ...render('drafts', { title: text(locale, 'request.by-hand.texts'), actions: toggles }),
    ...mails.flatMap(({ language, name, mail }) =>
      render('fold', {
        id: `text-${language}`,
        visible: false,
        items: render('link', {
          id: `copy-${language}`,
          label: text(locale, 'request.by-hand.show', { language: name }),
          link: mail.body,
        }),
      }),
    ),
    ...(drafts.length === 0 ? [] : render('drafts', { title: text(locale, 'mail.drafts'), actions: drafts })),
  ]
}
