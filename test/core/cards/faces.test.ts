import { describe, expect, it } from 'vitest'
import { readCardAction } from '../../../cards/buttons.ts'
import { draw } from '../../../cards/draw.ts'
import { shownTrack } from '../../../cards/faces/case.ts'
import { text } from '../../../cards/text/text.ts'
import type { View } from '../../../cards/view.ts'
import type { Viewer } from '../../../cards/viewer.ts'
import type { Case } from '../../../dialogs/case.ts'
import { nameOf } from '../../../dialogs/tracks/registry.ts'
import { policy } from '../../support/policy.ts'
import { caseWith, now, reseller, start, tick } from './cases.ts'
import { everyShow, everyTrackCase, trackBanners } from './every-view.ts'
import { planCase } from './plan-cases.ts'
import { allOf, dataOf, shownTexts } from './walk.ts'

const viewer: Viewer = { locale: 'en', sandbox: false, names: { [reseller.id]: 'A reseller' }, at: now }
const cardOf = (view: View, as: Partial<Viewer> = {}) => draw(policy, view, { ...viewer, ...as })
const drawCase = (caseRecord: Case, more: Partial<Extract<View, { kind: 'case' }>> = {}) =>
  cardOf({ kind: 'case', case: caseRecord, ...more })
const drawnCards = new WeakMap<Case, ReturnType<typeof drawCase>>()
/** Draws a case. Cards without options are drawn once, because many tests walk the same cases. */
function cardOfCase(caseRecord: Case, more?: Parameters<typeof drawCase>[1]) {
  if (more) return drawCase(caseRecord, more)
  const card = drawnCards.get(caseRecord) ?? drawCase(caseRecord)
  drawnCards.set(caseRecord, card)
  return card
}
const drawnFrom = (caseRecord: Case) => ({ case: caseRecord.id, rev: caseRecord.revision })
/** Texts with plain spaces instead of the non-breaking ones of dates and French punctuation. */
const read = (card: unknown) => shownTexts(card).join('\n').replaceAll('\u00a0', ' ')

const licences = { service: 'licence', 'licence-source': 'csp-partner' } as const
const azure = { service: 'usage', 'usage-source': 'ea' } as const
const migration = 'plan/manual-migration'

describe('the opening card', () => {
  it('welcomes once above the first question', () => {
    const welcome = text('en', 'welcome')
    expect(read(cardOfCase(caseWith({}).case))).toContain(`${welcome}\nWhat’s your role in the CSP programme?`)
    expect(read(cardOfCase(caseWith({ role: 'direct' }).case))).toContain(welcome)
    expect(read(cardOfCase(caseWith({ answers: { role: 'direct' } }).case))).not.toContain(welcome)
  })

  it('does not ask for a known role again', () => {
    const card = cardOfCase(caseWith({ role: 'direct' }).case)
    expect(read(card)).toContain('What did the customer buy elsewhere?')
    expect(dataOf(card, 'reopen')).toEqual([{ case: 'MC-7K2P9Q', rev: 0, question: 'role' }])
  })
})

describe('the date of the term', () => {
  const asking = caseWith({ role: 'direct', answers: licences }).case
  const fieldOf = (card: unknown) => allOf(card, 'Input.Date')[0]
  const isFolded = (card: unknown) => allOf(card, 'Container').find(({ id }) => id === 'date')?.isVisible === false

  it('is asked in a field whose content is sent as the answer', () => {
    const card = cardOfCase(asking)
    expect(fieldOf(card)).toMatchObject({ id: 'value', value: '', isRequired: true })
    expect(dataOf(card, 'answer')).toEqual([
      { ...drawnFrom(asking), question: 'term-end' },
      { ...drawnFrom(asking), question: 'term-end', value: 'unknown' },
    ])
  })

  it('stays in the field after a rejection, with the reason beside it', () => {
    const card = cardOfCase(asking, { banner: { key: 'date-past', typed: '2016-02-29' } })
    expect(fieldOf(card)).toMatchObject({ value: '2016-02-29' })
    const fault = '29\u00a0Feb\u00a02016 is in the past. Please enter the last day of the current term.'
    expect(shownTexts(card).filter((shown) => shown === fault)).toHaveLength(1)
    expect(allOf(card, 'TextRun').find((run) => run.text === fault)).toMatchObject({ color: 'attention' })
    expect(allOf(card, 'Container').filter(({ style }) => style === 'attention')).toEqual([])
  })

  it('quotes a text that is no date', () => {
    const card = cardOfCase(asking, { banner: { key: 'no-date', typed: '31/02/2027' } })
    expect(fieldOf(card)).toMatchObject({ value: '' })
    expect(read(card)).toContain('“31/02/2027” isn’t a date.')
    expect(read(cardOfCase(asking, { banner: { key: 'no-date', typed: ' ' } }))).toContain('Please enter a date.')
  })

  it('shows the fault on top if the card has no such field', () => {
    const card = cardOfCase(caseWith({ role: 'direct' }).case, { banner: { key: 'date-far', typed: '2077-01-01' } })
    expect(read(card)).toContain('1 Jan 2077 is more than ten years away.')
  })

  it('is shown with its fault on the card of the term that is being watched', () => {
    const answers = { ...licences, 'term-end': '2027-01-31' }
    const watched = caseWith({ role: 'direct', answers, events: [start('term')] }).case
    const card = cardOfCase(watched, { show: 'outcome', banner: { key: 'date-far', typed: '2077-01-01' } })
    expect(read(card)).toContain('Waiting for the end of the term')
    expect(fieldOf(card)).toMatchObject({ value: '2077-01-01' })
    expect(isFolded(card)).toBe(false)
    expect(allOf(cardOfCase(watched, { show: 'outcome' }), 'Input.Date')).toEqual([])
  })

  it('is shown once known, with the field folded until there is a fault', () => {
    const known = caseWith({ role: 'direct', answers: { ...licences, 'term-end': '2027-01-31' } }).case
    expect(read(cardOfCase(known))).toContain('End of term: \n31 Jan 2027\nChange')
    expect(isFolded(cardOfCase(known))).toBe(true)
    expect(isFolded(cardOfCase(known, { banner: { key: 'no-date', typed: 'x' } }))).toBe(false)
    const unknown = caseWith({ role: 'direct', answers: { ...licences, 'term-end': 'unknown' } }).case
    expect(read(cardOfCase(unknown))).toContain('End of term: \nnot known yet')
    expect(dataOf(cardOfCase(unknown), 'answer')).toEqual([{ ...drawnFrom(unknown), question: 'term-end' }])
  })

  it('says where to find it and when it is asked for again, and is asked for in the notice and on the card', () => {
    const unknown = caseWith({ role: 'direct', answers: { ...licences, 'term-end': 'unknown' } }).case
    const words = /Ask the seller, or look at the customer’s order confirmation\. I’ll ask you again on 4 Dec 2026\./
    expect(read(cardOfCase(unknown))).toMatch(words)
    const due = { ...unknown, askAgain: undefined }
    const banner = { key: 'term-end-due', days: 0 } as const
    const asked = [
      { ...drawnFrom(due), question: 'term-end' },
      { ...drawnFrom(due), question: 'term-end', value: 'unknown' },
    ]
    for (const card of [cardOfCase(due), cardOfCase(due, { banner }), cardOf({ kind: 'line', case: due, banner })]) {
      expect(read(card)).not.toMatch(words)
      expect(fieldOf(card)).toMatchObject({ id: 'value', value: '' })
      expect(isFolded(card)).toBe(false)
      expect(dataOf(card, 'answer')).toEqual(asked)
    }
    expect(read(cardOf({ kind: 'line', case: due, banner }))).toContain('Do you know by now when the term ends?')
    const underWay = { ...due, tracks: planCase('switch-licences', due.answers).tracks }
    expect(fieldOf(cardOfCase(underWay, { banner }))).toBeDefined()
  })
})

describe('a term card', () => {
  const watched = caseWith({
    role: 'indirect-reseller',
    answers: { ...licences, 'term-end': '2027-01-31' },
    events: [start('term')],
  }).case
  const inState = (state: string, end = '2026-11-20'): Case => ({
    ...watched,
    tracks: watched.tracks.map((track) => ({ ...track, state, context: { end, asOf: now, remindAt: null } }) as never),
  })

  it('shows the date, the days left, the next reminder and the next action', () => {
    const shown = read(cardOfCase(watched))
    expect(shown).toContain('Waiting for the end of the term\n31 Jan 2027\n70 days left\nNext reminder: 2 Dec 2026')
    expect(shown).toContain('At the end: use your direct partner’s invitation')
    expect(dataOf(cardOfCase(watched), 'tick')).toMatchObject([{ step: 'cancelled-early' }])
  })

  it('offers the next action of edition and role once the term has ended', () => {
    const card = cardOfCase(inState('ended'))
    expect(read(card)).toContain('Ended 2 days ago\nUse your direct partner’s invitation')
    expect(dataOf(card, 'tick')).toMatchObject([{ step: 'follow-up' }])
    expect(read(cardOfCase(inState('ended', '2026-11-22')))).toContain('Today is the last day')
  })

  it.each(['followed-up', 'cancelled-early'])('explains the next action in full when it is %s', (state) => {
    const shown = read(cardOfCase(inState(state)))
    expect(shown).toContain(
      'Next: use your direct partner’s invitation\nAsk your direct partner for an invitation link',
    )
    expect(dataOf(cardOfCase(inState(state)), 'tick')).toEqual([])
  })
})

describe('a case with several faces', () => {
  const both = { service: 'both', 'licence-source': 'csp-partner', 'usage-source': 'open' } as const
  const caseRecord = caseWith({
    role: 'direct',
    answers: { ...both, 'term-end': '2027-06-30' },
    events: [start('term'), start(migration)],
  }).case

  it('has a button for each but the one it shows', () => {
    for (const show of ['outcome', 'term', migration] as const) {
      const views = dataOf(cardOfCase(caseRecord, { show }), 'show').map((data) => (data as { view: string }).view)
      expect(views.slice(0, 2)).toEqual(['outcome', 'term', migration].filter((view) => view !== show))
    }
  })

  it('shows the requested face, else the newest track under way', () => {
    expect(read(cardOfCase(caseRecord))).toContain('0 of 9 steps')
    expect(read(cardOfCase(caseRecord, { show: 'term' }))).toContain('Waiting for the end of the term')
    expect(read(cardOfCase(caseRecord, { show: 'outcome' }))).toContain(
      'Source: Microsoft, “Multichannel support”, 30 Mar 2017; checked 22 Nov 2026',
    )
  })

  it('prefers a track under way to one that is over, and the newest of those', () => {
    const ended = (...kinds: string[]): Case => ({
      ...caseRecord,
      tracks: caseRecord.tracks.map((track) =>
        kinds.includes(track.kind) ? { ...track, state: track.kind === 'term' ? 'followed-up' : 'done' } : track,
      ) as Case['tracks'],
    })
    expect(read(cardOfCase(ended('term')))).toContain('0 of 9 steps')
    expect(read(cardOfCase(ended('plan')))).toContain('Waiting for the end of the term')
    expect(read(cardOfCase(ended('term', 'plan')))).toContain('Done: Migrate Azure to CSP manually')
  })

  it('shows the current face if it lacks the requested one', () => {
    const begun = caseWith({ role: 'direct', answers: azure, events: [start(migration)] }).case
    for (const show of ['term', 'relationship', 'transfer'] as const) {
      expect(cardOfCase(begun, { show })).toEqual(cardOfCase(begun))
    }
    const asking = caseWith({ role: 'direct' }).case
    const answered = caseWith({ role: 'direct', answers: azure }).case
    for (const show of ['outcome', migration, 'term', 'skip/plan/manual-migration'] as const) {
      expect(cardOfCase(asking, { show })).toEqual(cardOfCase(asking))
      expect(cardOfCase(answered, { show })).toEqual(cardOfCase(answered))
    }
  })
})

describe('a requested face', () => {
  it('gives the same card as every other request that shows the same track', () => {
    for (const caseRecord of everyTrackCase().filter((_, index) => index % 20 === 0)) {
      for (const banner of [undefined, ...trackBanners]) {
        const cards = new Map<string, string>()
        for (const show of everyShow) {
          const track = shownTrack(caseRecord, show, banner)
          const isForm = show?.startsWith('skip/') && track?.kind === 'plan'
          const card = JSON.stringify(cardOfCase(caseRecord, { show, banner }))
          const face = `${isForm ? 'skip ' : ''}${track ? nameOf(track) : 'outcome'}`
          expect(card).toBe(cards.get(face) ?? card)
          cards.set(face, card)
        }
      }
    }
  })
})

describe('a timeline', () => {
  const { case: caseRecord, history } = caseWith({
    role: 'direct',
    answers: azure,
    events: [start(migration), tick('services', migration)],
  })

  const timeline = { kind: 'timeline', case: caseRecord, page: 1, pages: 1 } as const

  it('shows each event with its day, time and person, newest first', () => {
    const card = cardOf({ ...timeline, entries: history.toReversed(), total: 5 })
    expect(read(card)).toContain(
      [
        '5 entries · times in UTC',
        'Fri, 20 Nov 2026',
        '13:00\nSomeone ticked “CSP offers every service used”.',
        '12:00\nA reseller started a plan: Migrate Azure to CSP manually.',
      ].join('\n'),
    )
    expect(read(card)).toMatch(/Thu, 19 Nov 2026\n10:00\nA reseller opened the case\.\nBack to the case$/)
    expect(dataOf(card, 'show')).toEqual([drawnFrom(caseRecord)])
  })

  it('tells day and time in the time zone of its reader', () => {
    const late = history.slice(0, 1).map((entry) => ({ ...entry, at: '2026-11-18T23:30:00.000Z' }))
    const inParis = { timeZone: 'Europe/Paris' }
    expect(read(cardOf({ ...timeline, entries: late, total: 1 }, inParis))).toContain(
      '1 entry · times in CET\nThu, 19 Nov 2026\n00:30\n',
    )
    expect(read(cardOf({ ...timeline, entries: late, total: 1 }, { ...inParis, locale: 'de' }))).toContain(
      '1 Eintrag · Zeiten in MEZ\nDo., 19. Nov. 2026\n00:30\n',
    )
  })

  it('mutes what no person did', () => {
    const by = ['timer', 'upstream', 'peer', reseller.id]
    const entries = history.slice(0, 1).flatMap((entry) => by.map((actor) => ({ ...entry, by: actor })))
    const card = JSON.stringify(cardOf({ ...timeline, entries, total: 4 }))
    const runs = [...card.matchAll(/"type":"TextRun","text":"[^"]*opened the case\."(?:,"isSubtle":(true|false))?/g)]
    expect(runs.map(([, muted]) => muted === 'true')).toEqual([true, true, true, false])
  })

  it('leads to the newer and the older entries, and keeps the way back to the list', () => {
    const from = { list: 'all', page: 2 } as const
    const card = cardOf({ ...timeline, entries: history, page: 2, pages: 3, total: 25, from })
    expect(read(card)).toContain('25 entries · Page 2 of 3')
    const turned = dataOf(card, 'show').filter((data) => JSON.stringify(data).includes('"view"'))
    expect(turned).toEqual([1, 3].map((page) => ({ ...drawnFrom(caseRecord), view: 'history', page, from })))
    const last = cardOf({ ...timeline, entries: history, page: 3, pages: 3, total: 25 })
    expect(dataOf(last, 'show').filter((data) => JSON.stringify(data).includes('"view"'))).toMatchObject([{ page: 2 }])
  })
})

describe('a list of cases', () => {
  const cases = ['MC-000001', 'MC-000002'].map((id, index) => ({
    ...caseWith({ role: 'direct', answers: index === 0 ? azure : {} }).case,
    id,
    standing: { state: index === 0 ? ('answered' as const) : ('asking-service' as const) },
  }))
  const list = (page: number, open = false) => cardOf({ kind: 'list', cases, page, pages: 3, total: 22, open })

  it('shows each case with its answers, state and age, one click away', () => {
    const shown = read(list(1))
    expect(shown).toContain('Cases\n22 cases · Page 1 of 3')
    expect(shown).toContain('MC-000001\nAzure · EA, Microsoft bills\nAnswered\nyesterday')
    expect(shown).toContain('MC-000002\nNothing answered yet\nQuestion\n3 days ago')
    expect(dataOf(list(1), 'show').slice(0, 2)).toEqual([
      { case: 'MC-000001', rev: 0, from: { list: 'all', page: 1 } },
      { case: 'MC-000002', rev: 0, from: { list: 'all', page: 1 } },
    ])
  })

  it('shows the next deadline of what is under way in place of the age', () => {
    const [first] = cases
    const due = '2026-12-20T09:00:00.000Z'
    const listed = first ? [{ ...first, standing: { state: 'in-progress' as const }, due }] : []
    const card = cardOf({ kind: 'list', cases: listed, page: 1, pages: 1, total: 1, open: true })
    expect(read(card)).toContain('Under way\nby 20 Dec')
    expect(read(card)).not.toContain('yesterday')
  })

  it('offers the open cases beside all, and all beside the open ones', () => {
    expect(dataOf(list(1), 'show').at(-1)).toEqual({ list: 'open', page: 1 })
    expect(dataOf(list(1, true), 'show').at(-1)).toEqual({ list: 'all', page: 1 })
  })

  it('to cancel from asks which one, and leads to the question for each', () => {
    const card = cardOf({ kind: 'list', cases, page: 1, pages: 1, total: 2, open: true, toCancel: true })
    expect(read(card)).toContain('Which case do you want to cancel?')
    const from = { list: 'cancel', page: 1 }
    expect(dataOf(card, 'show')).toEqual([
      { case: 'MC-000001', rev: 0, view: 'cancel', from },
      { case: 'MC-000002', rev: 0, view: 'cancel', from },
    ])
  })

  it('opened from a list, a case leads back to its page', () => {
    const from = { list: 'open', page: 3 } as const
    expect(dataOf(cardOf({ kind: 'case', case: caseWith({}).case, from }), 'show').at(-1)).toEqual(from)
  })

  it('keeps the way back to the list on its tabs and in its history', () => {
    const from = { list: 'open', page: 3 } as const
    const begun = caseWith({ role: 'direct', answers: azure, events: [start('plan/manual-migration')] }).case
    const views: View[] = [
      { kind: 'case', case: begun, from },
      { kind: 'timeline', case: begun, entries: [], page: 1, pages: 1, total: 0, from },
      { kind: 'customer', case: begun, from },
      { kind: 'confirm-cancel', case: begun, from },
    ]
    for (const view of views) {
      const card = cardOf(view)
      const shows = allOf(card, 'Action.Execute').filter(({ verb }) => verb === 'show')
      expect(shows.length).toBeGreaterThan(1)
      for (const { data, fallback } of shows.slice(0, -1)) {
        expect(data).toMatchObject({ case: begun.id, from })
        expect(fallback).toMatchObject({ data: { ...(data as object), verb: 'show' } })
        expect(readCardAction('show', data)).toBeDefined()
      }
      expect(shows.at(-1)?.data).toEqual(from)
    }
  })

  it('has buttons for existing pages only', () => {
    const pages = (page: number, open?: boolean) => dataOf(list(page, open), 'show').slice(2, -1)
    expect(pages(1)).toEqual([{ list: 'all', page: 2 }])
    expect(pages(2, true)).toEqual([
      { list: 'open', page: 1 },
      { list: 'open', page: 3 },
    ])
    expect(pages(3)).toEqual([{ list: 'all', page: 2 }])
  })
})

describe('smaller cards', () => {
  it('ask before a case is cancelled', () => {
    const caseRecord = caseWith({ role: 'direct' }).case
    const card = cardOf({ kind: 'confirm-cancel', case: caseRecord })
    expect(dataOf(card, 'cancel')).toEqual([{ ...drawnFrom(caseRecord), sure: true }])
    expect(dataOf(card, 'show')).toEqual([drawnFrom(caseRecord)])
    const begun = caseWith({ role: 'direct', answers: azure, events: [start('plan/manual-migration')] }).case
    expect(dataOf(cardOfCase(begun), 'cancel')).toContainEqual(drawnFrom(begun))
  })

  it('close an answered case instead of cancelling it, keep it open once its end is near, and open it again', () => {
    const answered = caseWith({ role: 'direct', answers: azure }).case
    const at = (more: object) => cardOfCase({ ...answered, ...more })
    const ref = drawnFrom(answered)
    expect([dataOf(at({}), 'cancel'), dataOf(at({}), 'close')]).toEqual([[], [ref]])
    expect(dataOf(at({ closing: now }), 'close')).toEqual([{ ...ref, as: 'kept' }, ref])
    expect(dataOf(at({ closed: now }), 'close')).toEqual([{ ...ref, as: 'reopened' }])
  })

  it('say when a case closes, beside the button that keeps it open', () => {
    const closing = { ...caseWith({ role: 'direct', answers: azure }).case, closing: '2026-12-01T10:00:00.000Z' }
    const banner = { key: 'case-closing', days: 3 } as const
    const said = 'this case closes by itself on 1 Dec 2026.'
    for (const view of [{}, { banner }]) {
      const card = cardOf({ kind: 'case', case: closing, ...view })
      expect(read(card).split(said)).toHaveLength(2)
      expect(read(card)).not.toContain('closes in 3 days')
      const notice = allOf(card, 'Container').find((box) => read(box).includes(said))
      expect(dataOf(notice, 'close')).toEqual([{ ...drawnFrom(closing), as: 'kept' }])
    }
    const line = cardOf({ kind: 'line', case: closing, banner })
    expect(allOf(line, 'Action.Execute').map(({ title }) => title)).toEqual(['Keep it open', 'Open the case'])
    const kept = cardOf({ kind: 'line', case: { ...closing, closing: undefined }, banner })
    expect(allOf(kept, 'Action.Execute').map(({ title }) => title)).toEqual(['Open the case'])
  })

  it('leave only the history on a cancelled case', () => {
    const caseRecord = caseWith({ role: 'direct', answers: azure, events: [{ type: 'case.cancelled' }] }).case
    const card = cardOfCase(caseRecord)
    expect(read(card)).toContain('This case is cancelled')
    expect(allOf(card, 'Action.Execute').map(({ verb, data }) => [verb, data])).toEqual([
      ['show', { ...drawnFrom(caseRecord), view: 'history' }],
    ])
  })

  it('mark the present role and the present language', () => {
    const marked = (view: View) =>
      allOf(cardOf(view), 'Container').flatMap((row) => (row.style === 'accent' ? [shownTexts(row)[0]] : []))
    expect(marked({ kind: 'role', role: 'indirect-provider' })).toEqual(['Indirect provider'])
    expect(marked({ kind: 'role' })).toEqual([])
    expect(marked({ kind: 'language', locale: 'de' })).toEqual(['Deutsch'])
    expect(dataOf(cardOf({ kind: 'language', locale: 'de' }), 'set')).toEqual([
      { language: 'en' },
      { language: 'fr' },
      { language: 'de' },
    ])
  })

  it('explain the commands in the language of the reader', () => {
    const shown = shownTexts(cardOf({ kind: 'help' }, { locale: 'de' })).join('\n')
    expect(shown).toContain('fälle\nalle Fälle dieser Unterhaltung')
    expect(shown).toContain('fall MC-7K2P9Q')
    expect(shown).not.toContain('@Multicanal')
    expect(shownTexts(cardOf({ kind: 'help', isShared: true }, { locale: 'de' })).join('\n')).toContain(
      '@Multicanal neu',
    )
    // Codes come without a hyphen.
    expect(shown).toMatch(/^koppeln [0-9A-Z]{8}$/m)
  })
})

describe('the help', () => {
  const rows = allOf(cardOf({ kind: 'help' }), 'ColumnSet').filter(({ columns }) => (columns as unknown[]).length === 2)
  const wordsOf = (some: typeof rows) => some.map((row) => shownTexts(row)[0])
  const clickable = rows.filter(({ selectAction }) => selectAction !== undefined)

  it('can be clicked where a command needs no argument, and there alone looks like it', () => {
    expect(wordsOf(clickable)).toEqual(['new', 'cases', 'resume', 'cancel', 'approvals', 'link', 'role', 'language'])
    const coloured = rows.filter((row) => allOf(row, 'TextBlock').some(({ color }) => color === 'accent'))
    expect(wordsOf(coloured)).toEqual(wordsOf(clickable))
  })
})

describe('every card', () => {
  const caseRecord = caseWith({ role: 'direct', answers: azure }).case

  it('names the case and its state, and marks the sandbox', () => {
    expect(shownTexts(cardOfCase(caseRecord)).slice(0, 2)).toEqual(['Answered', 'MC-7K2P9Q'])
    expect(shownTexts(cardOf({ kind: 'case', case: caseRecord }, { sandbox: true }))[2]).toBe('  Sandbox')
    expect(read(cardOfCase(caseRecord))).not.toContain('Sandbox')
  })

  it('refreshes itself for the given people if nothing is lost by it', () => {
    const userIds = ['29:a', '29:b']
    const refreshed = cardOf({ kind: 'case', case: caseRecord }, { userIds })
    expect(refreshed.refresh).toMatchObject({ action: { verb: 'refresh', data: drawnFrom(caseRecord) }, userIds })
    expect(cardOfCase(caseRecord)).not.toHaveProperty('refresh')
    expect(cardOf({ kind: 'case', case: caseRecord, show: 'outcome' }, { userIds })).toEqual(refreshed)
    const begun = caseWith({ role: 'direct', answers: azure, events: [start(migration)] }).case
    expect(cardOf({ kind: 'case', case: begun, show: migration }, { userIds })).toHaveProperty('refresh')
    const reminder = { key: 'plan-idle', days: 7 } as const
    for (const other of [{ show: 'outcome' }, { show: 'skip/plan/manual-migration' }, { banner: reminder }] as const) {
      expect(cardOf({ kind: 'case', case: begun, ...other }, { userIds })).not.toHaveProperty('refresh')
    }
    const timeline: View = { kind: 'timeline', case: caseRecord, entries: [], page: 1, pages: 1, total: 0 }
    expect(cardOf(timeline, { userIds })).not.toHaveProperty('refresh')
  })

  it('takes as many of the people as it has room for', () => {
    const userIds = Array.from({ length: 60 }, (_, index) => `29:${String(index).padStart(400, 'x')}`)
    const { refresh } = cardOf({ kind: 'case', case: caseRecord }, { userIds }) as { refresh?: { userIds: string[] } }
    expect(refresh?.userIds.length).toBeGreaterThan(5)
    expect(refresh?.userIds).toEqual(userIds.slice(0, refresh?.userIds.length))
  })

  it('does not depend on the cards drawn before it', () => {
    const other = { ...caseRecord, id: 'MC-000009', revision: 77 }
    const first = JSON.stringify(drawCase(caseRecord))
    const second = JSON.stringify(drawCase(other))
    expect(second).toBe(first.replaceAll('MC-7K2P9Q', 'MC-000009').replaceAll('"rev":2', '"rev":77'))
    expect(JSON.stringify(drawCase(caseRecord))).toBe(first)
  })
})
