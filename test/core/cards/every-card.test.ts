import { describe, expect, it } from 'vitest'
import { readCardAction } from '../../../cards/buttons.ts'
import { MAX_CARD_CHARACTERS } from '../../../cards/draw.ts'
import { locales } from '../../../cards/text/text.ts'
import { schemaFaults } from './card-schema.ts'
import { drawn, everyView, longest } from './every-view.ts'
import { parserFaults } from './parser.ts'
import { allOf, nodesOf } from './walk.ts'

const views = everyView()

/** Reduces a card to its structure, without its words. */
const shapeOf = (card: unknown) =>
  JSON.stringify(card, (key, value: unknown) => {
    if (typeof value === 'string') return key === 'type' || key === 'style' || value === '' ? value : 'text'
    return typeof value === 'number' ? 0 : value
  })

describe.each(locales)('every card in %s', (locale) => {
  const cards = views.map((view) => drawn(view, locale))
  const buttons = distinctButtons(cards)
  const shapes = [...new Map(cards.map((card) => [shapeOf(card), card])).values()]

  it('is valid by the schema', () => {
    expect(shapes.length).toBeGreaterThan(100)
    for (const card of shapes) expect(schemaFaults(card)).toEqual([])
  })

  it('is read by the official parser without a complaint at version 1.5', () => {
    for (const card of shapes) expect(parserFaults(card)).toEqual([])
  })

  it('measures at most 28 KB as UTF-16', () => {
    for (const { refresh, ...card } of cards) {
      expect(JSON.stringify({ ...card, refresh }).length).toBeLessThanOrEqual(MAX_CARD_CHARACTERS)
      // Revisions grow, and each button has one. `refresh` takes the room that is left.
      const written = JSON.stringify(card).replace(/"rev":\d+/g, '"rev":9999')
      expect(written.length).toBeLessThanOrEqual(MAX_CARD_CHARACTERS)
    }
  })

  it('shows no expression that was left unfilled', () => {
    for (const card of cards) expect(JSON.stringify(card)).not.toContain('${')
  })

  it('has only buttons that can be read back, each with the same as a fallback', () => {
    expect(new Set(buttons.map(({ verb }) => verb))).toEqual(new Set(verbs))
    for (const { verb, data, fallback } of buttons) {
      const { verb: said, ...taken } = (fallback as { data: Record<string, unknown> }).data
      expect({ verb: said, data: taken }).toEqual({ verb, data })
      const { items, ...others } = data as Record<string, unknown>
      const chosen = typeof items === 'string' ? { items: items.split(',') } : {}
      expect(readCardAction(verb, withInputs(verb, data))).toMatchObject({ verb, ...others, ...chosen })
    }
  })

  it('keeps input fields out of every button that does not ask for them', () => {
    for (const { verb, data, associatedInputs } of buttons) {
      const asks = verb === 'skip' || lacks(verb, data) === 'value' || fieldsOf(verb, data) !== undefined
      expect(associatedInputs).toBe(asks ? undefined : 'none')
    }
  })

  it('folds away only what somebody can unfold, and the other way round', () => {
    for (const card of shapes) {
      const folded = allOf(card, 'Container').flatMap(({ id }) => (id === undefined ? [] : [id]))
      const targets = allOf(card, 'Action.ToggleVisibility').flatMap(({ targetElements }) => targetElements)
      expect(new Set(targets)).toEqual(new Set(folded))
    }
  })

  it('shows what people typed in text runs only, which read no Markdown', () => {
    for (const card of shapes) {
      for (const node of nodesOf(card)) {
        if (node.type !== 'TextRun' && node.type !== 'Input.Text')
          expect(Object.values(node).filter(isText).join()).not.toContain(typed)
      }
    }
  })

  it('begins no text like a list, a quotation or a heading in Markdown', () => {
    for (const card of shapes) {
      for (const { text } of allOf(card, 'TextBlock')) expect(text).not.toMatch(/^\s*(\d+[.)]|[-+*>]|#+)\s/)
    }
  })

  it('writes nothing in the colours that some clients draw too pale to read on white', () => {
    for (const card of shapes) {
      for (const node of [...allOf(card, 'TextBlock'), ...allOf(card, 'TextRun')])
        expect(['good', 'warning']).not.toContain(node.color)
    }
  })

  it('draws no colours and pictures of its own, and has no links but to Microsoft’s guides and those it was given', () => {
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
})

/** Hosts of the links in the test data. */
const given = ['admin.microsoft.com', 'login.example', 'example.com', '127.0.0.1']

const verbs = [
  'answer',
  'reopen',
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
]
const distinctButtons = (cards: readonly unknown[]) => {
  const all = cards.flatMap((card) => allOf(card, 'Action.Execute'))
  return [...new Map(all.map((button) => [JSON.stringify(button), button])).values()]
}
const isText = (value: unknown) => typeof value === 'string'
const typed = longest.slice(0, 6)

const lacks = (verb: unknown, data: unknown) =>
  verb === 'answer' && !('value' in (data as object)) ? 'value' : undefined

/** Returns the fields that the button of a form sends. */
function fieldsOf(verb: unknown, data: unknown): Record<string, string> | undefined {
  const { track, transfer, ...others } = data as Record<string, unknown>
  if (verb === 'deny' || verb === 'narrow') return { reason: 'because', roles: 'one,two', days: '7' }
  if (verb === 'decline' && transfer === undefined) return { reason: 'because' }
  if (verb !== 'set' || track === undefined || Object.keys(others).length > 2) return undefined
  if (transfer !== undefined) return { items: 'one,two' }
  if (track === 'transfer') return { customer: 'a', source: 'b', email: 'c' }
  if (track === 'invitation') return { customer: 'a', note: 'b' }
  if (track === 'relationship') return { customer: 'a' }
  return { presets: 'teams', days: '7', autoExtend: 'false', justification: 'a', group: '' }
}

/** Adds the input fields that the client sends with the data of a button. */
function withInputs(verb: unknown, data: unknown) {
  if (verb === 'skip') return { ...(data as object), step: 'inventory', reason: 'not needed' }
  return { ...(data as object), ...fieldsOf(verb, data) }
}
