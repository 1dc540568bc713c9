import { describe, expect, it } from 'vitest'
import { activity, type Card, post, textOf } from '../../support/bot.ts'
import { somebody, startWorld } from '../../support/world.ts'

const world = await startWorld()

async function agent(more = {}) {
  const who = somebody(more)
  const chat = world.chat(who)
  await chat.say('hello')
  await chat.press('answer', { question: 'role', value: 'direct' })
  return { who, chat }
}

const words = {
  en: {
    locale: 'en-GB',
    new: 'new',
    cases: 'cases',
    case: 'case',
    resume: 'resume',
    cancel: 'cancel',
    role: 'role',
    language: 'language',
    help: 'help',
  },
  fr: {
    locale: 'fr-FR',
    new: 'nouveau',
    cases: 'dossiers',
    case: 'dossier',
    resume: 'reprendre',
    cancel: 'annuler',
    role: 'rôle',
    language: 'langue',
    help: 'aide',
  },
  de: {
    locale: 'de-DE',
    new: 'neu',
    cases: 'fälle',
    case: 'fall',
    resume: 'fortsetzen',
    cancel: 'abbrechen',
    role: 'rolle',
    language: 'sprache',
    help: 'hilfe',
  },
}

describe.each(Object.entries(words))('in %s', (language, said) => {
  it('the help does at a click what the command does', async () => {
    const { chat } = await agent({ locale: said.locale })
    const afterClick = async (verb: string, args: Record<string, unknown>) => {
      await chat.say(said.help)
      await chat.press(verb, args)
      return textOf(chat.card())
    }
    const typed = async (word: string) => {
      await chat.say(word)
      return textOf(chat.card())
    }
    for (const [word, args] of [
      [said.cases, { list: 'all' }],
      [said.resume, { list: 'open' }],
      [said.role, { view: 'role' }],
      [said.language, { view: 'language' }],
    ] as const) {
      expect(await afterClick('show', args)).toBe(await typed(word))
    }
  })

  it('every command is understood', async () => {
    const { chat } = await agent({ locale: said.locale })
    await chat.press('answer', { value: 'licence' })
    const first = chat.caseId()
    await chat.say(said.new)
    const second = chat.caseId()
    expect(second).not.toBe(first)
    for (const list of [said.cases, said.resume]) {
      await chat.say(list)
      expect(chat.text()).toContain(first)
      expect(chat.text()).toContain(second)
    }
    await chat.say(`${said.case} ${first.toLowerCase()}`)
    expect(chat.buttons().some(({ verb }) => verb === 'show')).toBe(true)
    await chat.say(`${said.cancel} ${first}`)
    await chat.press('cancel', { sure: true })
    await chat.say(said.resume)
    expect(chat.text()).not.toContain(first)
    await chat.say(said.role)
    await chat.press('answer', { value: 'indirect-reseller' })
    await chat.say(said.help)
    for (const word of Object.values(said).slice(1)) expect(chat.text()).toContain(word)
    await chat.say(said.language)
    expect(chat.buttons().filter(({ verb }) => verb === 'set')).toHaveLength(3)
    await chat.press('set', { language: language === 'en' ? 'de' : 'en' })
    await chat.say(said.help)
    expect(chat.text()).toContain(language === 'en' ? 'fälle' : 'cases')
  })
})

describe('cases', () => {
  it('lists page by page, open ones first, each a click away', async () => {
    const { chat } = await agent()
    const ids = [chat.caseId()]
    await chat.press('answer', { value: 'resale' })
    for (let index = 0; index < 8; index += 1) {
      await chat.say('new')
      ids.push(chat.caseId())
      await chat.press('answer', { value: 'resale' })
    }
    await chat.say('cases')
    const seen = new Set<string>()
    const note = () => {
      for (const { verb, data } of chat.buttons())
        if (verb === 'show' && typeof data.case === 'string') seen.add(data.case)
    }
    note()
    expect(seen.size).toBeLessThan(9)
    await chat.press('show', { list: 'all', page: 2 })
    note()
    expect([...seen].sort()).toEqual([...ids].sort())
    const [some] = chat.buttons().filter(({ data }) => typeof data.case === 'string')
    await chat.press('show', { case: some?.data.case })
    expect(chat.caseId()).toBe(some?.data.case)
    await chat.press('show', { view: 'history' })
    await chat.press('show', { view: undefined, list: undefined })
    await chat.press('show', { list: 'all', page: 2 })
    for (const id of ids.slice(0, 2)) expect(chat.buttons().some(({ data }) => data.case === id)).toBe(true)
  })

  it('shows no cases of another conversation', async () => {
    const { chat } = await agent()
    const other = world.chat(somebody())
    await other.say(`case ${chat.caseId()}`)
    expect(other.text()).not.toContain(chat.caseId())
    await other.say('cases')
    expect(other.text()).not.toContain(chat.caseId())
    await other.say(`cancel ${chat.caseId()}`)
    expect(other.buttons().some(({ verb }) => verb === 'cancel')).toBe(false)
  })
})

describe('case MC-…', () => {
  it('lists the events in order with their authors', async () => {
    const { chat } = await agent({ name: 'Agent of the reseller' })
    await chat.press('answer', { value: 'usage' })
    await chat.press('answer', { value: 'csp-partner' })
    const text = await chat.say(`case ${chat.caseId()}`)
    expect(text).toContain('Agent of the reseller')
    expect(text.indexOf('Azure')).toBeGreaterThan(-1)
  })
})

describe('cancel', () => {
  it('confirms the only open case, lists several, and reports that there is none', async () => {
    const { chat } = await agent()
    await chat.press('answer', { value: 'usage' })
    const only = chat.caseId()
    await chat.say('cancel')
    expect(chat.button('cancel', { sure: true }).data.case).toBe(only)
    await chat.say('new')
    await chat.say('cancel')
    expect(
      chat.buttons().filter(({ verb, data }) => verb === 'show' && data.case !== undefined).length,
    ).toBeGreaterThanOrEqual(2)
    const nobody = world.chat(somebody())
    await nobody.say('cancel')
    expect(nobody.buttons()).toEqual([])
  })
})

describe('being installed', () => {
  it('greets once in the language of the person, however often Teams reports it', async () => {
    const who = somebody({ locale: 'fr-FR' })
    const { connector, bot } = world
    const count = connector.sent.length
    const installed = () => activity(connector.url, who, { type: 'installationUpdate', action: 'add' })
    const joined = () =>
      activity(connector.url, { ...who }, { type: 'conversationUpdate', membersAdded: [{ id: '28:bot' }] })
    const events = [installed(), joined(), installed(), joined()]
    const statuses = await Promise.all(events.map((event) => post(bot.url, event)))
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    await connector.until(count + 1)
    await world.chat(somebody()).say('help')
    const here = connector.sent.filter(({ conversation }) => conversation === who.conversation)
    expect(here).toHaveLength(1)
    expect(textOf(here[0]?.body.attachments?.[0]?.content as Card)).toMatch(/partenaire/i)
  })

  it('sends nothing more once it is removed', async () => {
    const who = somebody()
    const { connector, bot } = world
    const chat = world.chat(who)
    await chat.say('hello')
    await post(bot.url, activity(connector.url, who, { type: 'installationUpdate', action: 'remove' }))
    expect(connector.sent.filter(({ conversation }) => conversation === who.conversation)).toHaveLength(1)
  })
})

describe('in a channel', () => {
  const thread = '19:channel@thread.tacv2;messageid=1700000000000'
  const mention = (text: string) => ({
    type: 'message',
    text: `<at>Multicanal</at>&nbsp;${text}\n`,
    entities: [{ type: 'mention', text: '<at>Multicanal</at>', mentioned: { id: '28:bot', name: 'Multicanal' } }],
  })

  it('the mention is stripped, and the answer goes to the thread in the language of the deployment', async () => {
    const { connector, bot } = world
    const who = somebody({ conversation: thread, type: 'channel', locale: 'fr-FR' })
    const count = connector.sent.length
    await post(bot.url, activity(connector.url, who, mention('nouveau')))
    await connector.until(count + 1)
    const [sent] = connector.sent.slice(count)
    expect(sent?.conversation).toBe(thread)
    expect(textOf(sent?.body.attachments?.[0]?.content)).toContain('What’s your role in the CSP programme')
    expect(sent?.body.attachments?.[0]?.content).not.toHaveProperty('refresh')
  })

  it('a case is found from another thread of the channel', async () => {
    const chat = world.chat(somebody({ conversation: thread, type: 'channel' }))
    await chat.say('new')
    const id = chat.caseId()
    const elsewhere = world.chat(
      somebody({ conversation: thread.replace('1700000000000', '1800000000000'), type: 'channel' }),
    )
    await elsewhere.say('cases')
    expect(elsewhere.text()).toContain(id)
  })

  it('a click updates the card for all others, once for a quick run of clicks', async () => {
    const world = await startWorld({}, 'test', { pace: 'as-in-teams' })
    const { connector } = world
    const chat = world.chat(somebody({ conversation: thread, type: 'channel', name: 'Somebody quick' }))
    await chat.say('new')
    const count = connector.sent.length
    await chat.press('answer', { question: 'role', value: 'direct' })
    await chat.press('answer', { value: 'licence' })
    await chat.press('answer', { value: 'ea' })
    await connector.until(count + 1)
    const updates = connector.sent.slice(count)
    expect(updates.map(({ method, activity: message, conversation }) => ({ method, message, conversation }))).toEqual([
      { method: 'PUT', message: connector.messageAt(0), conversation: thread },
    ])
    expect(textOf(updates[0]?.body.attachments?.[0]?.content)).toContain(chat.caseId())
    expect(textOf(updates[0]?.body.attachments?.[0]?.content)).toContain('Request a reseller relationship')
  })
})
