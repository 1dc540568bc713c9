import { expect, it } from 'vitest'
import { readCardAction } from '../../../../cards/buttons.ts'
import { MAX_CARD_CHARACTERS, summary } from '../../../../cards/draw.ts'
import { shownTrack } from '../../../../cards/faces/case.ts'
import { insertableStates, invitationItem, invitationMessageCard } from '../../../../cards/faces/invitation-message.ts'
import { customerTitle } from '../../../../cards/text/case-name.ts'
import { menuScopes, menus, menuTextOf } from '../../../../cards/text/commands.ts'
import { withoutMarkdown } from '../../../../cards/text/literal.ts'
import { type Locale, locales, text } from '../../../../cards/text/text.ts'
import { stagesOf } from '../../../../cards/visuals/stages.ts'
import type { Case } from '../../../../dialogs/case.ts'
import type { CaseEvent } from '../../../../dialogs/events.ts'
import { step } from '../../../../dialogs/step.ts'
import { trackKinds } from '../../../../dialogs/track-names.ts'
import { policy } from '../../../support/policy.ts'
import { contosoTenant, invitationUrl } from '../action-cases.ts'
import { cardSchemaFaults } from '../card-schema.ts'
import { now, partner } from '../cases.ts'
import { distinctCards, everyView, longest, viewerIn } from '../every-view.ts'
import { parserFaults } from '../parser.ts'
import { catalogues, literalsOf } from '../sentences.ts'
import { allOf, nodesOf, shownTexts, stringsOf } from '../walk.ts'

/** Reduces a card to its structure, without its words. */
const shapeOf = (card: unknown) =>
  JSON.stringify(card, (key, value: unknown) => {
    if (typeof value === 'string') return key === 'type' || key === 'style' || value === '' ? value : 'text'
    return typeof value === 'number' ? 0 : value
  })

/** Checks the structure of every card in a language. */
export function checkStructure(locale: Locale): void {
  const drawn = distinctCards(locale)
  const cards = drawn.map(({ card }) => card)
  const buttons = distinctButtons(cards)
  const shapes = [...new Map(cards.map((card) => [shapeOf(card), card])).values()]

  it('is valid by the schema', () => {
    expect(shapes.length).toBeGreaterThan(100)
    for (const card of shapes) expect(cardSchemaFaults(card)).toEqual([])
  })

  it('passes the official parser at version 1.5 without complaints', () => {
    for (const card of shapes) expect(parserFaults(card)).toEqual([])
  })

  it('measures at most 40 KB as UTF-16', () => {
    for (const { refresh, ...card } of cards) {
      expect(JSON.stringify({ ...card, refresh }).length).toBeLessThanOrEqual(MAX_CARD_CHARACTERS)
      // Revisions grow, and each button has one. `refresh` takes the room that is left.
      const written = JSON.stringify(card).replace(/"rev":\d+/g, '"rev":9999')
      expect(written.length).toBeLessThanOrEqual(MAX_CARD_CHARACTERS)
    }
  })

  it('shows no unfilled expression', () => {
    for (const card of cards) expect(JSON.stringify(card)).not.toContain('${')
  })

  it('has only buttons that can be parsed, each with an equal fallback', () => {
    expect(new Set(buttons.map(({ verb }) => verb))).toEqual(new Set(verbs))
    for (const { verb, data, fallback } of buttons) {
      const { verb: said, ...taken } = (fallback as { data: Record<string, unknown> }).data
      expect({ verb: said, data: taken }).toEqual({ verb, data })
      const { items, ...others } = data as Record<string, unknown>
      const chosen = typeof items === 'string' ? { items: items.split(',') } : {}
      expect(readCardAction(verb, withInputs(verb, data))).toMatchObject({ verb, ...others, ...chosen })
    }
  })

  it('keeps input fields out of every button that does not take them', () => {
    for (const { verb, data, associatedInputs } of buttons) {
      const asks =
        verb === 'skip' ||
        (verb === 'customer' && !('named' in (data as object))) ||
        lacks(verb, data) === 'value' ||
        fieldsOf(verb, data) !== undefined
      expect(associatedInputs).toBe(asks ? undefined : 'none')
    }
  })

  it('has at most one field of a name, and beside the customer’s no button that chokes on another form’s fields', () => {
    for (const card of shapes) {
      const ids = inputTypes.flatMap((type) => allOf(card, type)).map(({ id }) => String(id))
      expect(ids).toEqual([...new Set(ids)])
      const dates = Object.fromEntries(allOf(card, 'Input.Date').map(({ id }) => [id, '2027-01-31']))
      for (const { verb, data, associatedInputs } of allOf(card, 'Action.Execute')) {
        if (associatedInputs === 'none' || !ids.includes('named')) continue
        const sent = { ...typedIn(card), ...dates, ...(data as object) }
        expect(readCardAction(verb, sent), JSON.stringify({ verb, sent })).toBeDefined()
      }
    }
  })

  it('folds only elements that a button unfolds, and has no button without such an element', () => {
    for (const card of shapes) {
      const folded = allOf(card, 'Container').flatMap(({ id }) => (id === undefined ? [] : [id]))
      const targets = allOf(card, 'Action.ToggleVisibility').flatMap(({ targetElements }) =>
        (targetElements as (string | { elementId: string })[]).map((each) =>
          typeof each === 'string' ? each : each.elementId,
        ),
      )
      expect(new Set(targets)).toEqual(new Set(folded))
    }
  })

  it('shows typed text only in text runs, which read no Markdown', () => {
    for (const card of shapes) {
      // The fallback text of a card is made inert: see the tests of literal text.
      const literal = ['TextRun', 'Input.Text', 'AdaptiveCard']
      const others = [...nodesOf(card)].filter(({ type }) => !literal.includes(String(type)))
      expect(others.filter((node) => Object.values(node).filter(isText).join().includes(typed))).toEqual([])
    }
  })

  it('begins every card of a case with its customer, its state and its id', () => {
    for (const { view, card } of drawn) {
      if (!('case' in view) || view.kind === 'line' || view.kind === 'stub') continue
      const customer = customerTitle(view.case)
      const shown = shownTexts(card).slice(0, customer === '' ? 2 : 3)
      expect(shown).toEqual([...(customer === '' ? [] : [customer]), expect.stringMatching(/^\p{Lu}/u), view.case.id])
    }
  })

  it('tells a screen reader its language, what it is about and its title', () => {
    for (const { view, card } of drawn) {
      expect(card.lang).toBe(locale)
      const [title = ''] = allOf(card, 'TextBlock').flatMap(({ style, text }) => (style === 'heading' ? [text] : []))
      expect(card.speak).toContain(withoutMarkdown(String(title), 200))
      if (view.kind !== 'line' && view.kind !== 'stub') expect(card.speak).toContain(card.fallbackText)
    }
  })

  it('shows the stages of a track on each of its cards, at most four, and the time left beside each bar', () => {
    for (const { view, card } of drawn) {
      if (view.kind !== 'case' || view.case.intake !== 'answered' || view.show?.startsWith('skip/')) continue
      const track = shownTrack(view.case, view.show, view.banner)
      if (!track) continue
      const titles = stagesOf(track).stages.map(({ name }) => text(locale, `stage.${name}`))
      expect(titles.length).toBeGreaterThan(1)
      expect(titles.length).toBeLessThanOrEqual(4)
      const shown = shownTexts(card)
      for (const title of titles) expect(shown).toContain(title)
      const times = shown.filter((each) => /^(Day|Hour|Tag|Stunde|Jour|Heure) \d+ \w+ \d+$/.test(each))
      expect(times).toHaveLength(allOf(card, 'ProgressBar').length)
    }
  })

  it('leaves no date or time to the client, which would write it in its own language', () => {
    for (const card of shapes) expect(JSON.stringify(card)).not.toMatch(/\{\{(DATE|TIME)\(/)
  })

  it('has a hint of its own in every date field, where clients would write one in their language', () => {
    const fields = shapes.flatMap((card) => allOf(card, 'Input.Date'))
    expect(fields.length).toBeGreaterThan(0)
    for (const { placeholder } of fields) expect(placeholder).toBe(text(locale, 'date.placeholder'))
  })

  it('has a fallback for every element that is newer than version 1.5', () => {
    for (const card of shapes) {
      for (const node of [...nodesOf(card)].filter(({ type }) => newer.includes(String(type)))) {
        expect(shownTexts(node.fallback).join('')).not.toBe('')
      }
    }
  })

  it('starts no text like a Markdown list, quotation or heading', () => {
    for (const card of shapes) {
      for (const { text } of allOf(card, 'TextBlock')) expect(text).not.toMatch(/^\s*(\d+[.)]|[-+*>]|#+)\s/)
    }
  })

  it('uses no text colour that some clients draw too pale on white', () => {
    for (const card of shapes) {
      const colours = [...allOf(card, 'TextBlock'), ...allOf(card, 'TextRun')].map(({ color }) => color)
      expect(colours.filter((colour) => colour === 'good' || colour === 'warning')).toEqual([])
    }
  })

  it('has no colours or pictures of its own, and links only to Microsoft’s guides and given addresses', () => {
    for (const card of shapes) {
      expect(allOf(card, 'Image')).toEqual([])
      expect(JSON.stringify(card)).not.toMatch(/"#[0-9a-f]{3,8}"|data:/i)
      for (const { text } of allOf(card, 'TextBlock')) {
        for (const [, host] of String(text).matchAll(/\w+:\/\/([^/"]*)/g)) expect(host).toBe('learn.microsoft.com')
      }
      for (const { url } of allOf(card, 'Action.OpenUrl')) {
        const { protocol, hostname, href } = new URL(String(url))
        const isOurs = given.includes(hostname) && protocol === (hostname === '127.0.0.1' ? 'http:' : 'https:')
        expect(isOurs || href.startsWith('mailto:?subject='), href).toBe(true)
      }
    }
  })
}

/** Names of languages: a title above them says of what. */
const languages = locales.map((locale) => text(locale, 'language.name'))

/** Buttons on a card with different actions that sound alike: equal names, or names that share words but for one. */
function confusable(card: unknown): string[] {
  type Shown = {
    title: string
    verb?: string
    data?: { transfer?: string }
    targetElements?: unknown
  }
  const buttons = allOf(card, 'ActionSet').flatMap(({ actions }) => actions as (Shown & { url?: string })[])
  const deedOf = ({ verb, data, targetElements, url }: (typeof buttons)[number]) =>
    JSON.stringify([verb, data, targetElements, url])
  const wordsOf = ({ title }: Shown) => new Set(title.toLowerCase().match(/[\p{L}\p{N}’-]+/gu))
  const beyond = (words: Set<string>, others: Set<string>) => [...words].filter((word) => !others.has(word)).length
  return buttons.flatMap((one, index) =>
    buttons.slice(index + 1).flatMap((other) => {
      // Two requests of a kind stand each under its own heading.
      const isTwin = one.title === other.title && one.verb === other.verb && one.data?.transfer !== other.data?.transfer
      if (deedOf(one) === deedOf(other) || isTwin || languages.includes(one.title)) return []
      const [words, others] = [wordsOf(one), wordsOf(other)]
      const isClose = beyond(words, others) <= 1 && beyond(others, words) <= 1
      return isClose && beyond(words, others) < words.size ? [`${one.title} | ${other.title}`] : []
    }),
  )
}

/** Checks the names of the buttons of every card in a language. */
export function checkButtons(locale: Locale): void {
  it('tells its buttons apart by more than a word, each in one line of a narrow screen', () => {
    const cards = distinctCards(locale).map(({ card }) => card)
    expect([...new Set(cards.flatMap(confusable))]).toEqual([])
    const titles = cards.flatMap((card) =>
      allOf(card, 'ActionSet').flatMap(({ actions }) => actions as { title: string }[]),
    )
    expect([...new Set(titles.flatMap(({ title }) => (title.length > MAX_BUTTON_LENGTH ? [title] : [])))]).toEqual([])
  })
}

/** Most characters of a button that a card of 320 pixels shows in one line. */
const MAX_BUTTON_LENGTH = 38

/** Checks that every sentence of a language is used. */
export function checkSentences(locale: Locale): void {
  it('are all the cards and menus in which each sentence is read', () => {
    const viewer = viewerIn(locale)
    // Teams itself shows this text and the menus, on no card of ours.
    const read = new Set<string>([text(locale, 'sign-in.text')])
    for (const scope of menuScopes) {
      for (const command of menus[scope]) read.add(menuTextOf(command, scope, locale))
    }
    for (const state of insertableStates) {
      read.add(invitationItem(locale, { customer: contosoTenant, state, since: viewer.at }).subtitle)
    }
    const inserted = invitationMessageCard({ customer: contosoTenant, link: invitationUrl }, viewer)
    for (const card of [inserted, ...distinctCards(locale).map(({ card }) => card)]) {
      for (const value of stringsOf(card)) read.add(readable(value))
    }
    for (const view of everyView()) read.add(summary(view, viewer))
    // A title within a sentence begins in lower case.
    const corpus = [...read].join('\n').toLowerCase()
    for (const [key, sentence] of Object.entries(catalogues[locale])) {
      const literals = literalsOf(sentence)
      const unread = (literals.length === 0 ? [sentence] : literals).filter(
        (part) => !corpus.includes(part.trim().toLowerCase()),
      )
      expect(unread, key).toEqual([])
    }
  })
}

/** The text of a mail draft as the customer reads it. */
const readable = (text: string) =>
  text.startsWith('mailto:') ? decodeURIComponent(text).replaceAll('\r\n', '\n') : text

/** Checks what the buttons of every card do, which is the same in all languages. */
export function checkPresses(): void {
  it.each(['outcome', ...trackKinds] as const)(
    'does something when a button of the face of the %s is pressed',
    (face) => {
      const seen = new Set<Case>()
      let pressed = 0
      for (const { view, card } of distinctCards('en')) {
        // The way back to a list is no button of the case.
        if (view.kind !== 'case' || view.from) continue
        const { case: caseRecord, show, banner } = view
        if ((shownTrack(caseRecord, show, banner)?.kind ?? 'outcome') !== face || seen.has(caseRecord)) continue
        seen.add(caseRecord)
        for (const { verb, data, associatedInputs } of allOf(card, 'Action.Execute')) {
          expect(data).toMatchObject({ case: caseRecord.id, rev: caseRecord.revision })
          const typed = associatedInputs === 'none' ? {} : typedIn(card)
          const event = eventOf(verb, { ...typed, ...(data as object) })
          if (!event) continue
          pressed += 1
          expect(step(policy, caseRecord, event).ok, JSON.stringify({ verb, data })).toBe(true)
        }
      }
      expect(pressed).toBeGreaterThan(face === 'outcome' ? 1000 : 20)
    },
  )
}

/** Returns the event that a button of a case causes. */
function eventOf(verb: unknown, data: Record<string, string>): CaseEvent | undefined {
  const common = { at: now, by: { kind: 'person' as const, person: partner } }
  const {
    question = '',
    value = '2027-05-31',
    track,
    none,
    choice,
    step: named = '',
    edition = '',
    transfer,
    items = '',
    ...more
  } = data
  const { case: _case, rev: _rev, ...fields } = more
  const events: Record<string, unknown> = {
    answer: { type: 'question.answered', question, value },
    reopen: { type: 'question.reopened', question },
    start: { type: 'track.started', track, none },
    // The bot adds the provider that the conversation is paired with.
    tick: { type: 'step.ticked', step: named, track, choice, provider: 'a-provider' },
    edition: { type: 'edition.changed', edition },
    cancel: { type: 'case.cancelled' },
    set:
      transfer === undefined
        ? { type: 'details.given', track, fields }
        : { type: 'transfer.accepted', transfer, items: items.split(',') },
    decline:
      transfer === undefined
        ? { type: 'invitation.declined', reason: fields.reason }
        : { type: 'transfer.declined', transfer, reason: 'Not agreed.' },
    'create-invitation': { type: 'invitation.requested' },
    send: { type: 'invitation.sent', to: fields.to },
    forward: { type: 'step.ticked', step: 'sent' },
  }
  const event = events[String(verb)]
  return event === undefined ? undefined : ({ ...common, ...event } as CaseEvent)
}

/** Returns the contents of the fields of a card, with typed text in the empty ones. */
const typedIn = (card: unknown): Record<string, string> =>
  Object.fromEntries(
    ['Input.Text', 'Input.ChoiceSet', 'Input.Toggle'].flatMap((type) =>
      allOf(card, type).map(({ id, value, choices }): [string, string] => {
        const [first] = (choices ?? []) as { value: string }[]
        return [String(id), String(value || (first?.value ?? 'contoso.com'))]
      }),
    ),
  )

/** Hosts of the links in the test data. */
const given = [
  'admin.microsoft.com',
  'teams.microsoft.com',
  'partner.microsoft.com',
  'login.example',
  'example.com',
  '127.0.0.1',
]

/** Elements of Teams that are newer than version 1.5. */
const newer = ['Badge', 'ProgressBar', 'Icon']

const verbs = [
  'new',
  'desk',
  'link',
  'connect',
  'answer',
  'reopen',
  'customer',
  'start',
  'tick',
  'skip',
  'edition',
  'cancel',
  'show',
  'refresh',
  'decline',
  'set',
  'create-invitation',
  'send',
  'forward',
  'approve',
  'deny',
  'narrow',
  'withdraw',
  'close',
]
const inputTypes = ['Input.Text', 'Input.ChoiceSet', 'Input.Toggle', 'Input.Date']
const distinct = <T>(all: readonly T[]): T[] => [...new Map(all.map((each) => [JSON.stringify(each), each])).values()]
const distinctButtons = (cards: readonly unknown[]) => distinct(cards.flatMap((card) => allOf(card, 'Action.Execute')))
const isText = (value: unknown) => typeof value === 'string'
const typed = longest.slice(0, 6)

const lacks = (verb: unknown, data: unknown) =>
  verb === 'answer' && !('value' in (data as object)) ? 'value' : undefined

/** Returns the fields that the button of a form sends. */
function fieldsOf(verb: unknown, data: unknown): Record<string, string> | undefined {
  const { track, transfer, ...others } = data as Record<string, unknown>
  if (verb === 'connect') return { code: 'K7M2X9QD' }
  if (verb === 'deny' || verb === 'narrow') return { reason: 'because', roles: 'one,two', days: '7' }
  if (verb === 'decline' && transfer === undefined) return { reason: 'because' }
  if ('sure' in others && transfer !== undefined) return { reason: 'because' }
  if (verb !== 'set' || track === undefined || Object.keys(others).length > 2) return undefined
  if (transfer !== undefined) return { items: 'one,two' }
  if (track === 'transfer') return { customer: 'a', source: 'b', email: 'c' }
  if (track === 'invitation') return { customer: 'a', note: 'b' }
  if (String(track).startsWith('invitation/')) return { customer: 'a', products: 'b', partnerId: '', note: 'c' }
  if (track === 'relationship') return { customer: 'a' }
  return { presetsToChange: 'teams', days: '7', autoExtend: 'false', justification: 'a', group: '' }
}

/** Adds the input fields that the client sends with the data of a button. */
function withInputs(verb: unknown, data: unknown) {
  if (verb === 'skip') return { ...(data as object), step: 'list-everything', reason: 'not needed' }
  return { ...(data as object), ...fieldsOf(verb, data) }
}
