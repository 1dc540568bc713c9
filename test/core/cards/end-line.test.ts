import { describe, expect, it } from 'vitest'
import { draw, summary } from '../../../cards/draw.ts'
import { type Banner, bannerText } from '../../../cards/text/banners.ts'
import { type Locale, locales } from '../../../cards/text/text.ts'
import type { View } from '../../../cards/view.ts'
import type { Viewer } from '../../../cards/viewer.ts'
import type { Case } from '../../../dialogs/case.ts'
import { type Notice, noticeKeys } from '../../../dialogs/events.ts'
import { policy } from '../../support/policy.ts'
import { fabrikamTenant, invitationUrl, ready, relationshipCase, transferCase, transferWith } from './action-cases.ts'
import { now } from './cases.ts'
import { adminCase, approvalLink, approved, askedCase, invitationCase } from './desk-cases.ts'
import { answeredCase, planCase, stepped } from './plan-cases.ts'
import { deskRequestCase, resellerRequest } from './request-cases.ts'
import { allOf, shownTexts } from './walk.ts'

const viewer: Viewer = { locale: 'en', sandbox: false, names: {}, at: now }
const cardOf = (caseRecord: Case, more: Partial<Extract<View, { kind: 'case' }>> = {}, locale: Locale = 'en') =>
  draw(policy, { kind: 'case', case: caseRecord, ...more }, { ...viewer, locale })
const shows = (card: unknown, line: Banner) => shownTexts(card).includes(bannerText(line, 'en'))
const fault = { kind: 'national-cloud' } as const

const licences = { role: 'direct', service: 'licence', 'licence-source': 'csp-partner' } as const
const termCase = (end: string) =>
  stepped(answeredCase({ ...licences, commerce: 'new-commerce', 'term-end': end }), {
    type: 'track.started',
    track: 'term',
  })
const ended = termCase('2026-12-10')
const linked = { customer: ready.customer, link: invitationUrl, linkAt: now }
const doubt = { call: 'create-transfer', since: now, parked: true } as const
const waiting = { ...approved, link: approvalLink, due: '2027-02-20T09:00:00.000Z' }

/** The case that a notice is about, as it stands when the notice is posted. */
const told: Record<Notice['key'], Case> = {
  'term-reminder': termCase('2026-12-10'),
  'term-ended': stepped(ended, { type: 'timer.fired', track: 'term', timer: 'reminder' }, '2026-12-11T09:00:00.000Z'),
  'term-end-due': answeredCase({ ...licences, commerce: 'new-commerce', 'term-end': 'unknown' }),
  'plan-idle': planCase('switch-licences', { ...licences, 'licence-source': 'microsoft-direct' }),
  'relationship-nudge': relationshipCase('awaiting-customer', { ...linked, sentAt: now }),
  'relationship-accepted': relationshipCase('accepted'),
  'relationship-lapsed': relationshipCase('lapsed'),
  'relationship-other': relationshipCase('awaiting-customer', {
    ...linked,
    sentAt: now,
    others: [fabrikamTenant],
    isOtherOpen: true,
  }),
  'transfer-reminder': transferCase('awaiting-source-partner', { ...ready, transfer: transferWith() }),
  'transfer-completed': transferCase('completed', ready),
  'transfer-partly': transferCase('partially-completed', ready),
  'transfer-rejected': transferCase('rejected', ready),
  'transfer-expired': transferCase('expired', ready),
  'transfer-failed': transferCase('failed', { ...ready, fault }),
  'transfer-cancelled': transferCase('cancelled', ready),
  'action-parked': transferCase('creating', { ...ready, pending: doubt }),
  'case-closing': { ...answeredCase(licences), closing: '2026-12-01T10:00:00.000Z' },
  'sign-in-needed': relationshipCase('fetching-link', { customer: ready.customer, fault: { kind: 'sign-in' } }),
  'invitation-asked': invitationCase('direct-partner', 'at-direct-partner', { customer: ready.customer }),
  'invitation-arrived': invitationCase('reseller', 'with-reseller', linked),
  'invitation-nudge': invitationCase('reseller', 'at-direct-partner', { customer: ready.customer }),
  'invitation-declined': invitationCase('reseller', 'declined'),
  'invitation-accepted': invitationCase('reseller', 'accepted'),
  'invitation-needless': invitationCase('reseller', 'accepted', { isKnownCustomer: true }),
  'invitation-lapsed': invitationCase('reseller', 'lapsed'),
  'invitation-withdrawn': invitationCase('direct-partner', 'cancelled'),
  'request-asked': deskRequestCase('at-direct-partner'),
  'request-nudge': deskRequestCase('in-hand'),
  'request-declined': resellerRequest('declined'),
  'request-lapsed': resellerRequest('lapsed'),
  'request-withdrawn': deskRequestCase('cancelled'),
  'request-news': resellerRequest('fulfilled'),
  'admin-news': invitationCase('reseller', 'accepted', { admin: { state: 'active', customer: 'Contoso AG', at: now } }),
  'approval-approved': adminCase('creating', approved),
  'approval-denied': adminCase('denied', askedCase),
  'approval-expired': adminCase('expired', askedCase),
  'admin-stuck': adminCase('creating', { ...approved, fault }),
  'admin-awaiting-customer': adminCase('awaiting-customer', waiting),
  'admin-active': adminCase('active', approved),
  'admin-expired': adminCase('expired', approved),
  'admin-failed': adminCase('failed', { ...approved, fault }),
}

/** Notices whose words stand on the face as well. */
const saidByFace: readonly Notice['key'][] = [
  'term-ended',
  'relationship-accepted',
  'relationship-lapsed',
  'relationship-other',
  'transfer-completed',
  'transfer-partly',
  'transfer-rejected',
  'transfer-expired',
  'transfer-failed',
  'action-parked',
  'invitation-asked',
  'invitation-arrived',
  'invitation-accepted',
  'invitation-declined',
  'invitation-lapsed',
  'request-asked',
  'approval-denied',
  'approval-expired',
  'admin-active',
  'admin-expired',
  'admin-failed',
]

describe('the notice of what a face says in its title', () => {
  it.each(saidByFace)('is notified but not drawn above the face that announces %s', (key) => {
    const caseRecord = told[key]
    const line = { key, days: 0 } as const
    expect(shows(cardOf(caseRecord, { banner: line }), line)).toBe(false)
    expect(cardOf(caseRecord, { banner: line }).body).toEqual(cardOf(caseRecord).body)
    expect(summary({ kind: 'case', case: caseRecord, banner: line }, viewer)).toContain(bannerText(line, 'en'))
  })

  it.each(saidByFace)('is drawn above another face of the case for %s', (key) => {
    const caseRecord = told[key]
    const line = { key, days: 0 } as const
    expect(shows(cardOf(caseRecord, { show: 'outcome', banner: line }), line)).toBe(true)
    const [open] = transferCase('collecting').tracks
    const [other] = relationshipCase('collecting-customer').tracks
    const underWay = open && other && (caseRecord.tracks[0]?.kind === 'transfer' ? other : open)
    expect(
      shows(
        cardOf({ ...caseRecord, tracks: [...caseRecord.tracks, ...(underWay ? [underWay] : [])] }, { banner: line }),
        line,
      ),
    ).toBe(true)
  })

  it('is drawn if the track has moved on since', () => {
    const line = { key: 'transfer-rejected', days: 0 } as const
    expect(shows(cardOf(transferCase('collecting', ready), { banner: line }), line)).toBe(true)
  })

  it('is drawn if it says more than the face: that someone else cancelled the request', () => {
    const line = { key: 'transfer-cancelled', days: 0 } as const
    expect(shows(cardOf(transferCase('cancelled', ready), { banner: line }), line)).toBe(true)
  })
})

/** Notices that say more than the title: who withdrew it. */
const sayingMore: readonly Notice['key'][] = ['invitation-withdrawn', 'request-withdrawn']

const commonWords = new Set('your with this that have been votre vous dans pour avec cette ihre ihrem ihren'.split(' '))
/** The words of a sentence that carry its sense, without their endings. */
const wordsOf = (sentence: string) =>
  new Set(
    (sentence.toLowerCase().match(/\p{L}{4,}/gu) ?? []).flatMap((word) =>
      commonWords.has(word) ? [] : [word.slice(0, 5)],
    ),
  )
/** True if nearly all words of the title stand in the other sentence, or half of the words of both are the same. */
function isNearlySaid(title: string, sentence: string): boolean {
  const [one, other] = [wordsOf(title), wordsOf(sentence)]
  const common = [...one].filter((word) => other.has(word)).length
  return common > 0 && (common / one.size > 0.7 || common / (one.size + other.size - common) >= 0.5)
}

describe.each(locales)('a banner in %s', (locale) => {
  it('never nearly repeats the title below it', () => {
    const repeated = noticeKeys.flatMap((key) => {
      if (sayingMore.includes(key)) return []
      const banner = { key, days: 3 } as const
      const card = cardOf(told[key], { banner }, locale)
      const [title] = allOf(card, 'TextBlock').flatMap((block) =>
        block.style === 'heading' ? [String(block.text)] : [],
      )
      const said = bannerText(banner, locale)
      if (title === undefined || !shownTexts(card).includes(said)) return []
      return said.split(/(?<=[.!?])\s/).some((sentence) => isNearlySaid(title, sentence)) ? [`${title} | ${said}`] : []
    })
    expect(repeated).toEqual([])
  })
})
