import { describe, expect, it } from 'vitest'
import { draw } from '../../../cards/draw.ts'
import { mailDraft } from '../../../cards/parts/invitation-link.ts'
import { webLink } from '../../../cards/parts/web-link.ts'
import { locales } from '../../../cards/text/text.ts'
import { policy } from '../../support/policy.ts'
import { contosoTenant, invitationUrl, relationshipCase } from './action-cases.ts'
import { now } from './cases.ts'
import { allOf, shownTexts } from './walk.ts'

const viewer = { locale: 'en', sandbox: false, names: {}, at: now } as const
const loopbacks = ['http://127.0.0.1:4000/a', 'http://localhost/a', 'http://[::1]:4000/a']

describe('a link from outside', () => {
  it('is clickable if it is a secure web address', () => {
    expect(webLink(viewer, invitationUrl)).toBe(invitationUrl)
  })

  it.each([
    ...loopbacks,
    'http://admin.microsoft.com/',
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/hosts',
    'https://admin.microsoft.com@evil.example/',
    'mailto:somebody@example.com',
    'admin.microsoft.com',
    '',
    `https://example.com/${'x'.repeat(2000)}`,
  ])('is not clickable as %s', (link) => {
    expect(webLink(viewer, link)).toBeUndefined()
    const linked = { customer: contosoTenant, link, linkAt: now, remindAt: null }
    for (const state of ['link-ready', 'awaiting-customer'] as const) {
      const card = draw(policy, { kind: 'case', case: relationshipCase(state, linked) }, viewer)
      expect(allOf(card, 'Action.OpenUrl')).toEqual([])
      expect(shownTexts(card).join('\n')).toContain('This isn’t a secure (https) address')
      // An unsafe link may be longer than the field shows.
      expect(shownTexts(card).join('\n')).not.toContain('contains the full link')
    }
  })

  it.each(loopbacks)('may lead to the simulated service in the sandbox at %s', (link) => {
    expect(webLink({ ...viewer, sandbox: true }, link)).toBe(link)
  })

  it.each(['http://127.0.0.1.evil.example/', 'http://10.0.0.1/', 'ftp://localhost/'])(
    'is not clickable in the sandbox either as %s',
    (link) => {
      expect(webLink({ ...viewer, sandbox: true }, link)).toBeUndefined()
    },
  )
})

describe('a mail draft', () => {
  const partsOf = (draft: string | undefined) => {
    const [, subject = '', body = ''] = /^mailto:\?subject=([^&]*)&body=([^&]*)$/.exec(draft ?? '') ?? []
    return { subject: decodeURIComponent(subject), body: decodeURIComponent(body) }
  }

  it.each([
    [
      'en',
      'Invitation to a reseller relationship',
      'Hello,',
      'Global Administrator',
      'costs nothing',
      'doesn’t give us any administrator rights',
    ],
    [
      'fr',
      'Invitation à une relation de revendeur',
      'Bonjour,',
      'administrateur général',
      'ne coûte rien',
      'aucun droit d’administration',
    ],
    [
      'de',
      'Einladung zu einer Handelspartnerbeziehung',
      'Guten Tag,',
      'globaler Administrator',
      'kostet nichts',
      'keine Administratorrechte',
    ],
  ] as const)('explains in %s the link, who may accept it and its effect', (locale, subject, ...words) => {
    const draft = partsOf(mailDraft(locale, invitationUrl))
    expect(draft.subject).toBe(subject)
    for (const word of words) expect(draft.body).toContain(word)
    expect(draft.body).toContain(`\r\n\r\n${invitationUrl}\r\n\r\n`)
    expect(draft.body.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
  })

  it('fits the limit of mail programs or is not offered', () => {
    for (const locale of locales) {
      expect(mailDraft(locale, invitationUrl)?.length).toBeLessThanOrEqual(2000)
      expect(mailDraft(locale, `https://example.com/${'x'.repeat(1900)}`)).toBeUndefined()
    }
  })

  it('lets no part of the link become a part of the address', () => {
    const link = 'https://example.com/?a=1&bcc=somebody@example.com#x'
    expect(partsOf(mailDraft('en', link)).body).toContain(link)
    expect(mailDraft('en', link)).not.toContain('&bcc=')
  })
})
