import { describe, expect, it } from 'vitest'
import { draw, summary } from '../../../cards/draw.ts'
import { type Banner, bannerText } from '../../../cards/text/banners.ts'
import type { View } from '../../../cards/view.ts'
import type { Viewer } from '../../../cards/viewer.ts'
import type { Case } from '../../../dialogs/case.ts'
import type { Notice } from '../../../dialogs/events.ts'
import { policy } from '../../support/policy.ts'
import { ready, relationshipCase, transferCase } from './action-cases.ts'
import { now } from './cases.ts'
import { adminCase, approved, askedCase, invitationCase } from './desk-cases.ts'
import { shownTexts } from './walk.ts'

const viewer: Viewer = { locale: 'en', sandbox: false, names: {}, at: now }
const cardOf = (caseRecord: Case, more: Partial<Extract<View, { kind: 'case' }>> = {}) =>
  draw(policy, { kind: 'case', case: caseRecord, ...more }, viewer)
const shows = (card: unknown, line: Banner) => shownTexts(card).includes(bannerText(line, 'en'))
const fault = { kind: 'national-cloud' } as const

const ends: [Notice['key'], Case][] = [
  ['relationship-accepted', relationshipCase('accepted')],
  ['relationship-lapsed', relationshipCase('lapsed')],
  ['transfer-completed', transferCase('completed', ready)],
  ['transfer-partly', transferCase('partially-completed', ready)],
  ['transfer-rejected', transferCase('rejected', ready)],
  ['transfer-expired', transferCase('expired', ready)],
  ['transfer-failed', transferCase('failed', { ...ready, fault })],
  ['invitation-accepted', invitationCase('reseller', 'accepted')],
  ['invitation-declined', invitationCase('reseller', 'declined')],
  ['invitation-lapsed', invitationCase('reseller', 'lapsed')],
  ['approval-denied', adminCase('denied', askedCase)],
  ['approval-expired', adminCase('expired', askedCase)],
  ['admin-active', adminCase('active', approved)],
  ['admin-expired', adminCase('expired', approved)],
  ['admin-failed', adminCase('failed', { ...approved, fault })],
]

describe('the notice of an end', () => {
  it.each(ends)('is notified but not drawn above the face that announces %s', (key, caseRecord) => {
    const line = { key, days: 0 } as const
    expect(shows(cardOf(caseRecord, { banner: line }), line)).toBe(false)
    expect(cardOf(caseRecord, { banner: line }).body).toEqual(cardOf(caseRecord).body)
    expect(summary({ kind: 'case', case: caseRecord, banner: line }, viewer)).toContain(bannerText(line, 'en'))
  })

  it.each(ends)('is drawn above another face of the case for %s', (key, caseRecord) => {
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
