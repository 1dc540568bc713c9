import { describe, expect, it } from 'vitest'
import { activity, post, pressed, textOf } from '../../support/bot.ts'
import { somebody, startWorld } from '../../support/world.ts'

const world = await startWorld()
const { connector } = world

/** A person whose role is known, with a fresh case in front. */
async function agent(more = {}) {
  const who = somebody(more)
  const chat = world.chat(who)
  await chat.say('hello')
  await chat.press('answer', { question: 'role', value: 'direct' })
  return { who, chat }
}
const stored = async (id: string) => {
  const found = (await world.cases()).find((caseRecord) => caseRecord.id === id)
  if (!found) throw new Error(`no case ${id}`)
  return found
}

describe('a delivery', () => {
  it('that is repeated changes nothing and gets the same card', async () => {
    const { who, chat } = await agent()
    const press = activity(connector.url, who, pressed('answer', chat.button('answer', { value: 'usage' }).data))
    const first = await post(world.bot.url, press)
    const second = await post(world.bot.url, press)
    expect(first.status).toBe(200)
    expect(second).toEqual(first)
    expect((await stored(chat.caseId())).revision).toBe(2)
  })

  it('that is repeated after the case has moved on still gets its first answer', async () => {
    const { who, chat } = await agent()
    const press = activity(connector.url, who, pressed('answer', chat.button('answer', { value: 'usage' }).data))
    const first = await post(world.bot.url, press)
    const id = chat.caseId()
    const { revision } = await stored(id)
    await chat.pressRaw('answer', { case: id, rev: revision, question: 'usage-source', value: 'ea' })
    expect(await post(world.bot.url, press)).toEqual(first)
    expect((await stored(id)).revision).toBe(3)
  })

  it('that an older release answered with a line gets the same card', async () => {
    const { who, chat } = await agent()
    await chat.say('language')
    const press = activity(connector.url, who, pressed('set', chat.button('set', { language: 'de' }).data))
    const first = await post(world.bot.url, press)
    const sql = `UPDATE deliveries SET answer = replace(answer, '"banner":', '"line":')`
    await world.database.transaction((tx) => tx.execute({ name: 'with-line', sql }, []))
    const second = await post(world.bot.url, press)
    expect(first.status).toBe(200)
    expect(second).toEqual(first)
  })

  it('of a repeated message is answered once', async () => {
    const who = somebody()
    const said = activity(connector.url, who, { type: 'message', text: 'hello' })
    const count = connector.sent.length
    await Promise.all([post(world.bot.url, said), post(world.bot.url, said), post(world.bot.url, said)])
    await connector.until(count + 1)
    await world.chat(somebody()).say('help')
    expect(connector.sent.filter(({ conversation }) => conversation === who.conversation)).toHaveLength(1)
  })
})

describe('a click', () => {
  it('on an outdated card gets the current card with the last change and its author', async () => {
    const conversation = '19:group-stale@thread.v2'
    const { chat: first } = await agent({ conversation, type: 'groupChat', name: 'First agent' })
    const second = world.chat(somebody({ conversation, type: 'groupChat', name: 'Second agent' }))
    const old = first.button('answer', { value: 'licence' }).data
    await first.press('answer', { value: 'usage' })
    const late = await second.pressRaw('answer', old)
    expect(late.text).toContain('First agent')
    expect(late.text).toContain('Azure')
    expect((await stored(first.caseId())).answers).toEqual({ role: 'direct', service: 'usage' })
  })

  it('sent twenty times at once takes effect once', async () => {
    const { who, chat } = await agent()
    const { data } = chat.button('answer', { value: 'both' })
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post(world.bot.url, activity(connector.url, who, pressed('answer', data)))),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
    const caseRecord = await stored(chat.caseId())
    expect(caseRecord.revision).toBe(2)
    expect(caseRecord.history.filter(({ event }) => event === 'question.answered')).toHaveLength(2)
  })

  it('sent by Action.Submit has the same effect and is answered by a message', async () => {
    const { chat } = await agent()
    const { data } = chat.button('answer', { value: 'usage' })
    const count = connector.sent.length
    const answer = await chat.send({ type: 'message', value: { verb: 'answer', ...data } })
    expect(answer).toEqual({ status: 200, body: undefined })
    await connector.until(count + 1)
    expect(textOf(connector.sent[count]?.body.attachments?.[0]?.content)).toContain('Azure')
    expect((await stored(chat.caseId())).answers.service).toBe('usage')
  })

  it('on refresh or show changes nothing', async () => {
    const { chat } = await agent()
    const before = await stored(chat.caseId())
    for (const verb of ['refresh', 'show']) {
      const reply = await chat.pressRaw(verb, { case: before.id, rev: 0 })
      expect(reply.text).toContain(before.id)
    }
    expect(await stored(before.id)).toEqual(before)
  })
})

describe('a case', () => {
  it('can return to any answered question from a later card', async () => {
    const { chat } = await agent()
    await chat.press('answer', { value: 'licence' })
    await chat.press('answer', { value: 'ea' })
    await chat.press('reopen', { question: 'service' })
    await chat.press('answer', { value: 'resale' })
    expect((await stored(chat.caseId())).answers).toEqual({ role: 'direct', service: 'resale' })
  })

  it('shows its whole history by pages, in the time zone of the person', async () => {
    const { chat } = await agent({ timeZone: 'Asia/Tokyo' })
    for (const value of ['licence', 'usage', 'licence', 'usage', 'licence', 'usage']) {
      await chat.press('answer', { value })
      await chat.press('reopen', { question: 'service' })
    }
    await chat.press('show', { view: 'history' })
    expect(chat.text()).toContain('Page 1 of 2')
    expect(chat.text()).toMatch(/times in GMT\+9/)
    expect(chat.text()).not.toContain('opened the case')
    await chat.press('show', { page: 2 })
    expect(chat.text()).toContain('Page 2 of 2')
    expect(chat.text()).toContain('opened the case')
    const { data } = chat.button('show', { page: 1 })
    expect((await chat.pressRaw('show', { ...data, page: 99 })).text).toContain('Page 2 of 2')
    await chat.press('show', { page: 1 })
    expect(chat.text()).toContain('Page 1 of 2')
  })

  it('switches to the other edition with one click, and back', async () => {
    const { chat } = await agent()
    await chat.press('answer', { value: 'licence' })
    await chat.press('answer', { value: 'csp-partner' })
    expect(chat.text()).toContain('2026-11')
    await chat.press('edition', { edition: '2026-11' })
    expect(await stored(chat.caseId())).toMatchObject({ edition: '2026-11', intake: 'asking-commerce' })
    await chat.press('answer', { value: 'new-commerce' })
    await chat.press('edition', { edition: '2017-03' })
    const caseRecord = await stored(chat.caseId())
    expect(caseRecord).toMatchObject({ edition: '2017-03', intake: 'answered' })
    expect(
      caseRecord.history.filter(({ event }) => event === 'edition.changed').map(({ detail }) => detail.edition),
    ).toEqual(['2026-11', '2017-03'])
  })

  it('asks for the role once per person and remembers it', async () => {
    const { who, chat } = await agent()
    await chat.press('answer', { value: 'resale' })
    await chat.say('new')
    expect(chat.text()).not.toContain('What’s your role in the CSP programme')
    expect((await stored(chat.caseId())).answers).toEqual({ role: 'direct' })
    const other = world.chat(somebody({ conversation: who.conversation as string }))
    await other.say('hello')
    expect(other.text()).toContain('What’s your role in the CSP programme')
  })

  it('is walked through a migration to its end', async () => {
    const { chat } = await agent()
    await chat.press('answer', { value: 'usage' })
    await chat.press('answer', { value: 'ea' })
    await chat.press('start', { track: 'plan/manual-migration' })
    await chat.press('tick', { step: 'relationship' })
    await chat.press('show', { view: 'skip/plan/manual-migration' })
    const { data } = chat.button('skip')
    const { text } = await chat.pressRaw('skip', { ...data, step: 'services', reason: '' })
    expect(text).toMatch(/reason/i)
    const reason = ['checked *last* week $', '{x}'].join('')
    await chat.press('skip', {}, { step: 'services', reason })
    expect(chat.text()).toContain(reason)
    for (const step of [
      'create-subscription',
      'list-everything',
      'billing-data',
      'move-by-hand',
      'verify',
      'cancel-services',
      'close',
    ]) {
      await chat.press('tick', { step })
    }
    const caseRecord = await stored(chat.caseId())
    expect(caseRecord.tracks).toMatchObject([{ kind: 'plan', state: 'done' }])
  })

  it('is cancelled only after a confirmation', async () => {
    const { chat } = await agent()
    await chat.press('cancel')
    expect((await stored(chat.caseId())).intake).not.toBe('cancelled')
    await chat.press('cancel', { sure: true })
    expect((await stored(chat.caseId())).intake).toBe('cancelled')
  })
})

describe('the date of a term', () => {
  it.each([
    ['31/12/2030', /31\/12\/2030/],
    ['2020-01-01', /1\sJan\s2020/],
    ['2099-01-01', /ten years|10 years/i],
    ['', /date/i],
  ])('%j is refused beside its field, and nothing is lost', async (value, said) => {
    const { chat } = await agent()
    await chat.press('answer', { value: 'licence' })
    await chat.press('answer', { value: 'csp-partner' })
    const before = await stored(chat.caseId())
    const { data } = chat.button('answer', { question: 'term-end', value: undefined })
    const reply = await chat.pressRaw('answer', { ...data, value })
    expect(reply.text).toMatch(said)
    expect(await stored(before.id)).toEqual(before)
    if (/^\d{4}-/.test(value)) expect(JSON.stringify(reply.card)).toContain(`"value":"${value}"`)
  })

  it('starts the reminders if it is valid', async () => {
    const { chat } = await agent()
    await chat.press('answer', { value: 'licence' })
    await chat.press('answer', { value: 'csp-partner' })
    expect(chat.buttons().some(({ verb }) => verb === 'start')).toBe(false)
    const year = new Date().getUTCFullYear() + 2
    await chat.press('answer', { question: 'term-end', value: undefined }, { value: `${year}-06-30` })
    await chat.press('start', { track: 'term' })
    expect((await stored(chat.caseId())).tracks).toMatchObject([
      { kind: 'term', state: 'waiting', context: { end: `${year}-06-30` } },
    ])
  })
})
