import { describe, expect, it } from 'vitest'
import { draw } from '../../../cards/draw.ts'
import { shortDate } from '../../../cards/text/text.ts'
import type { Case } from '../../../dialogs/case.ts'
import { policy } from '../../support/policy.ts'
import {
  contosoTenant,
  invitationUrl,
  ready,
  relationshipCase,
  ticketCase,
  transferCase,
  transferWith,
} from './action-cases.ts'
import { caseWith, now, start, tick } from './cases.ts'
import { adminCase, approvalLink, approved, askedCase, invitationCase } from './desk-cases.ts'
import { deskRequestCase } from './request-cases.ts'
import { allOf, nodesOf, shownTexts } from './walk.ts'

type Node = Readonly<Record<string, unknown>>

const cardOf = (caseRecord: Case, at = now) =>
  draw(policy, { kind: 'case', case: caseRecord }, { locale: 'en', sandbox: false, names: {}, at })

/** The stages on the card of a case: title, and the state in a word or the date. */
function stagesOn(caseRecord: Case): string[] {
  const row = allOf(cardOf(caseRecord), 'ColumnSet').find(({ columns }) => {
    const [first] = columns as Node[]
    return typeof first?.width === 'number' && /^\u00a0+$/.test(String(shownTexts(first)[0]))
  })
  return ((row?.columns ?? []) as Node[]).map((column) =>
    shownTexts(column)
      .map((text) => text.replaceAll('\u00a0', ' ').trim())
      .filter((text) => text !== '')
      .join(' '),
  )
}

const invited = { customer: contosoTenant, link: invitationUrl, linkAt: '2026-11-20T09:00:00.000Z' }
const requested = {
  ...ready,
  requestedAt: '2026-11-20T09:00:00.000Z',
  due: '2026-12-20T09:00:00.000Z',
  transfer: transferWith(),
}

describe('the stages of a track', () => {
  it.each<[string, Case, string[]]>([
    [
      'a relationship',
      relationshipCase('awaiting-customer', { ...invited, sentAt: '2026-11-21T09:00:00.000Z' }),
      ['Customer done', 'Link 20 Nov', 'Dispatch 21 Nov', 'Acceptance pending'],
    ],
    [
      'a customer one had before',
      relationshipCase('accepted', { customer: contosoTenant }),
      ['Customer done', 'Completion done'],
    ],
    [
      'a transfer that waits',
      transferCase('awaiting-source-partner', requested),
      ['Request 20 Nov', 'Handover pending', 'Move'],
    ],
    [
      'a transfer that moved a part',
      transferCase('partially-completed', requested),
      ['Request 20 Nov', 'Handover done', 'Move not completed'],
    ],
    ['a rejected transfer', transferCase('rejected', requested), ['Request 20 Nov', 'Handover not completed', 'Move']],
    [
      'a transfer on paper',
      ticketCase('collecting', { agreement: { at: '2026-11-19T09:00:00.000Z', by: 'reseller' } }),
      ['Consent 19 Nov', 'Signatures pending', 'Ticket', 'Move'],
    ],
    [
      'a request for rights',
      adminCase('awaiting-approval', askedCase),
      ['Request 22 Nov', 'Approval pending', 'Acceptance', 'Activation'],
    ],
    [
      'rights at the customer',
      adminCase('awaiting-customer', { ...approved, link: approvalLink }),
      ['Request 22 Nov', 'Approval ', 'Acceptance pending', 'Activation'],
    ],
    ['an invitation', invitationCase('reseller', 'asking'), ['Request pending', 'Link', 'Dispatch', 'Acceptance']],
    ['a request in hand', deskRequestCase('in-hand'), ['Request done', 'Work done', 'Completion pending']],
    [
      'a term',
      caseWith({
        role: 'direct',
        answers: { service: 'licence', 'licence-source': 'csp-partner', 'term-end': '2027-06-30' },
        events: [start('term')],
      }).case,
      ['Start 20 Nov', '60 days left ', 'Term end', 'Completion'],
    ],
    [
      'a plan',
      caseWith({
        role: 'direct',
        answers: { service: 'usage', 'usage-source': 'ea' },
        events: [start('plan/manual-migration'), tick('relationship', 'plan/manual-migration')],
      }).case,
      ['Start 20 Nov', 'Steps pending', 'Completion'],
    ],
  ])('shows %s', (_what, caseRecord, expected) => {
    const shown = stagesOn(caseRecord)
    expect(shown).toHaveLength(expected.length)
    for (const [index, stage] of expected.entries())
      expect(shown[index]?.startsWith(stage), `${shown[index]} | ${stage}`).toBe(true)
  })

  it('dates other years in full', () => {
    expect(shortDate('en', '2027-02-18', now)).toBe('18/02/2027')
    expect(shortDate('de', '2026-12-18', now)).toBe('18.\u00a0Dez.')
  })
})

describe('the time that is left', () => {
  const bars = (caseRecord: Case, at?: string) =>
    allOf(cardOf(caseRecord, at), 'ProgressBar').map(({ value, max, color }) => ({ value, max, color }))
  const words = (caseRecord: Case) => shownTexts(cardOf(caseRecord)).filter((text) => /^(Day|Hour) \d+ of/.test(text))

  it('is a bar and words', () => {
    const waiting = transferCase('awaiting-source-partner', requested)
    expect(bars(waiting)).toEqual([{ value: 3, max: 30, color: 'Accent' }])
    expect(words(waiting)).toEqual(['Day 3 of 30'])
  })

  it('is in hours for a short wait, and warns near the end', () => {
    const asked = { ...askedCase, requestedAt: '2026-11-21T10:00:00.000Z', due: '2026-11-22T14:00:00.000Z' }
    const waiting = adminCase('awaiting-approval', asked)
    expect(bars(waiting)).toEqual([{ value: 25, max: 28, color: 'Warning' }])
    expect(words(waiting)).toEqual(['Hour 25 of 28'])
  })

  it('stops at its end, and is not shown for what waits for nobody', () => {
    const waiting = transferCase('awaiting-source-partner', requested)
    expect(bars(waiting, '2027-06-01T09:00:00.000Z')).toEqual([{ value: 30, max: 30, color: 'Warning' }])
    const moving = { ...requested, transfer: transferWith({ status: 'in-progress' }) }
    expect(bars(transferCase('awaiting-source-partner', moving))).toEqual([])
    expect(bars(transferCase('completed', requested))).toEqual([])
  })

  it('is drawn by clients without the element as an underlined line', () => {
    const [bar] = allOf(cardOf(transferCase('awaiting-source-partner', requested)), 'ProgressBar')
    const runs = [...nodesOf(bar?.fallback)].filter(({ type }) => type === 'TextRun')
    expect(runs.map(({ text, underline, color }) => [String(text).length, underline, color])).toEqual([
      [7, true, 'accent'],
    ])
  })
})
