import { describe, expect, it } from 'vitest'
import { textOf } from '../../support/bot.ts'
import { fullCards } from '../../support/screen.ts'
import { somebody, startWorld, type TestWorld } from '../../support/world.ts'

const DAY_MS = 86_400_000
const end = `${new Date().getUTCFullYear() + 2}-06-30`

/** A person whose case follows the end of a term, which brings news 60, 30 and 7 days before. */
async function following(world: TestWorld, more = {}) {
  const chat = world.chat(somebody(more))
  await chat.say('new')
  await chat.press('answer', { question: 'role', value: 'direct' })
  for (const value of ['licence', 'csp-partner']) await chat.press('answer', { value })
  await chat.press('answer', { question: 'term-end', value: undefined }, { value: end })
  await chat.press('start', { track: 'term' })
  await world.idle()
  const id = chat.caseId()
  return {
    chat,
    id,
    textsOnScreen: () => chat.screen().map(textOf),
    fullCards: () => fullCards(chat.screen())[id] ?? 0,
    /** Lets the reminder come that is sent so many days before the end. */
    remind: async (days: number) => {
      await world.travelTo(new Date(Date.parse(end) - days * DAY_MS + 8.1 * 3_600_000).toISOString())
      await chat.see(new RegExp(`${days} days left`))
      await world.idle()
    },
  }
}

describe('news of a case', () => {
  it('is one line that names the case, under the card, which is updated', async () => {
    const world = await startWorld({}, 'test')
    const { id, remind, textsOnScreen, fullCards } = await following(world)
    await remind(60)
    await remind(30)
    const [card, ...lines] = textsOnScreen()
    expect(lines).toEqual([
      `${id}: \n60 days left until the term ends.\nOpen the case`,
      `${id}: \n30 days left until the term ends.\nOpen the case`,
    ])
    expect(card).toMatch(/30 days/)
    expect(fullCards()).toBe(1)
    const [line] = world.connector.sent.filter(({ method }) => method === 'POST').slice(-1)
    expect(line?.body.summary).toBe(`${id}: 30 days left until the term ends.`)
  })

  it('becomes the card when its button is pressed, and the earlier card a stub', async () => {
    const world = await startWorld({}, 'test')
    const { chat, id, remind, textsOnScreen, fullCards } = await following(world)
    await remind(60)
    expect((await chat.press('show')).text).toMatch(/History/)
    await world.idle()
    expect(textsOnScreen()[0]).toBe(`${id} continues in a later message.`)
    expect(fullCards()).toBe(1)
    await remind(30)
    const [stub, card, line] = textsOnScreen()
    expect(stub).toBe(`${id} continues in a later message.`)
    expect(card).toMatch(/History/)
    expect(line).toMatch(/30 days left/)
  })

  it('is the full card, once, where no card is known', async () => {
    const world = await startWorld({}, 'test')
    const { remind, textsOnScreen } = await following(world)
    await world.database.transaction((tx) => tx.execute({ name: 'forget', sql: 'DELETE FROM copies' }, []))
    await remind(60)
    expect(textsOnScreen().at(-1)).toMatch(/60 days left[\s\S]*History/)
    await remind(30)
    expect(textsOnScreen().at(-1)).not.toMatch(/History/)
  })

  it('does no harm if the card was deleted, and the next news brings a card', async () => {
    const world = await startWorld({}, 'test')
    const { chat, id, remind, textsOnScreen } = await following(world)
    await chat.say(`case ${id}`)
    await world.idle()
    const gone = { status: 404, body: { error: { code: 'ActivityNotFoundInConversation' } } }
    await world.travelTo(new Date(Date.parse(end) - 60 * DAY_MS + 8 * 3_600_000).toISOString())
    world.connector.refuseUpdates(gone)
    await remind(60)
    world.connector.refuseUpdates(undefined)
    await remind(30)
    expect(textsOnScreen().at(-1)).toMatch(/30 days left[\s\S]*History/)
    const left = await world.database.transaction((tx) =>
      tx.execute({ name: 'left', sql: 'SELECT * FROM outbox WHERE ready IS NULL' }, []),
    )
    expect(left.rows).toEqual([])
  })

  it('is a reply in the thread of the card in a channel', async () => {
    const world = await startWorld({}, 'test')
    const thread = '19:sales@thread.tacv2;messageid=1700000000001'
    const { remind } = await following(world, { conversation: thread, type: 'channel' })
    await remind(60)
    expect(
      world.connector.sent.filter(({ method }) => method === 'POST').map(({ conversation }) => conversation),
    ).toEqual([thread, thread])
  })
})

describe('a card that is drawn again', () => {
  it.each(['new', 'hello', 'case', 'cancel', 'cases'])('by “%s” leaves one full card', async (command) => {
    const world = await startWorld({}, 'test')
    const chat = world.chat(somebody())
    await chat.say('new')
    const id = chat.caseId()
    await chat.say(command === 'case' ? `case ${id}` : command)
    if (command === 'cases') await chat.press('show', { case: id })
    await world.idle()
    expect(fullCards(chat.screen())).toEqual({ [id]: 1 })
  })

  it('leaves a greeting where one opened the case', async () => {
    const world = await startWorld({}, 'test')
    const chat = world.chat(somebody())
    await chat.send({ type: 'conversationUpdate', membersAdded: [{ id: '28:bot' }] })
    await chat.see(/What’s your role/)
    await chat.say('new')
    await world.idle()
    const [greeting, question] = chat.screen().map(textOf)
    expect(greeting).toBe('Hello! The first question comes in a later message.')
    expect(question).toMatch(/What’s your role/)
  })

  it('in one thread of a channel shrinks that of another, for all', async () => {
    const world = await startWorld({}, 'test')
    const room = '19:sales@thread.tacv2'
    const first = world.chat(somebody({ conversation: `${room};messageid=1`, type: 'channel' }))
    await first.say('new')
    const second = world.chat(somebody({ conversation: `${room};messageid=2`, type: 'channel' }))
    await second.say('cases')
    await second.press('show', { case: first.caseId() })
    await world.idle()
    expect(first.screen().map(textOf)).toEqual(['Hello! The first question comes in a later message.'])
    const updates = world.connector.sent.filter(({ method }) => method === 'PUT')
    expect(updates.map(({ conversation }) => conversation).sort()).toEqual([
      `${room};messageid=1`,
      `${room};messageid=2`,
    ])
  })
})

describe('a text that is no command', () => {
  it('is answered in one line while the question is on the screen, whose button brings it down', async () => {
    const world = await startWorld({}, 'test')
    const chat = world.chat(somebody())
    await chat.say('new')
    const id = chat.caseId()
    expect(await chat.say('hello')).toMatch(/The question above is waiting for your answer/)
    expect(await chat.say('tralala')).toMatch(/didn’t get that/)
    expect((await chat.press('show')).text).toMatch(/CSP programme/)
    await world.idle()
    expect(fullCards(chat.screen())).toEqual({ [id]: 1 })
    expect(await world.cases()).toHaveLength(1)
  })
})

describe('the greeting and “resume”', () => {
  const added = { type: 'installationUpdate', action: 'add' }
  it('show open cases, with a button that opens a new one in place', async () => {
    const world = await startWorld({}, 'test')
    const chat = world.chat(somebody())
    await chat.say('new')
    await chat.press('answer', { question: 'role', value: 'direct' })
    await chat.press('answer', { value: 'licence' })
    const id = chat.caseId()
    for (const ask of [() => chat.send(added).then(() => chat.see(/Open cases/)), () => chat.say('resume')]) {
      const list = await ask()
      expect(list).toMatch(/Open cases/)
      expect(list).toContain(id)
      expect(chat.button('new').title).toBe('Start a new case')
    }
    expect(await world.cases()).toHaveLength(1)
    expect((await chat.press('new')).text).toMatch(/What did the customer buy/)
    expect(await world.cases()).toHaveLength(2)
  })

  it('of somebody without an open case is the first question', async () => {
    const world = await startWorld({}, 'test')
    const chat = world.chat(somebody())
    await chat.send(added)
    expect(await chat.see(/CSP programme/)).toContain('MC-')
  })
})

describe('a click on an outdated card', () => {
  it('that repeats one’s own click is answered without a banner, another one with', async () => {
    const world = await startWorld({}, 'test')
    const chat = world.chat(somebody())
    await chat.say('new')
    const { data } = chat.button('answer', { value: 'direct' })
    await chat.press('answer', { value: 'direct' })
    expect((await chat.pressRaw('answer', data)).text).not.toMatch(/has changed/)
    expect((await chat.pressRaw('answer', { ...data, value: 'unknown' })).text).toMatch(/has changed/)
  })
})

describe('the role', () => {
  it('answered first is remembered, changed within a case is not, and changed by “role” is', async () => {
    const world = await startWorld({}, 'test')
    const chat = world.chat(somebody())
    await chat.say('new')
    await chat.press('answer', { question: 'role', value: 'direct' })
    await chat.press('answer', { value: 'licence' })
    await chat.press('reopen', { question: 'role' })
    await chat.press('answer', { question: 'role', value: 'indirect-reseller' })
    const roleOfNext = async () => {
      await chat.say('new')
      return (await world.findCase(chat.caseId()))?.answers.role
    }
    expect(await roleOfNext()).toBe('direct')
    await chat.say('role')
    await chat.press('answer', { value: 'indirect-reseller' })
    expect(await roleOfNext()).toBe('indirect-reseller')
  })
})
