import { expect, it } from 'vitest'
import { textOf } from '../../support/bot.ts'
import { somebody, startWorld } from '../../support/world.ts'

it('a term is told 60, 30, 7 and 0 days before, in the person’s language, and its end offers the next action', async () => {
  const world = await startWorld({}, 'test')
  const { connector } = world
  const chat = world.chat(somebody({ locale: 'de-DE' }))
  await chat.say('hallo')
  await chat.press('answer', { question: 'role', value: 'direct' })
  await chat.press('answer', { value: 'licence' })
  await chat.press('answer', { value: 'csp-partner' })
  const end = `${new Date().getUTCFullYear() + 2}-06-30`
  await chat.press('answer', { question: 'term-end', value: undefined }, { value: end })
  await chat.press('start', { track: 'term' })
  const id = chat.caseId()
  const posts = () => connector.sent.filter(({ method }) => method === 'POST')
  let count = posts().length
  for (const days of [60, 30, 7, 0]) {
    const due = new Date(Date.parse(end) - days * 86_400_000)
    await world.travelTo(new Date(due.getTime() + 7.9 * 3_600_000).toISOString())
    await chat.say('hilfe')
    count += 1
    await world.idle()
    expect(posts().length).toBe(count)
    await world.travelTo(new Date(due.getTime() + 8.1 * 3_600_000).toISOString())
    await chat.see(days === 0 ? /Laufzeit ist zu Ende/ : new RegExp(`${days} Tag`))
    await world.idle()
    count += 1
    expect(posts().length).toBe(count)
    const reminder = textOf(posts().at(-1)?.body.attachments?.[0]?.content)
    expect(reminder).toContain(id)
    expect(reminder).toMatch(days === 0 ? /Laufzeit/ : new RegExp(`${days} Tag`))
  }
  const [before] = await world.cases().then((cases) => cases.filter((each) => each.id === id))
  expect(before?.tracks).toMatchObject([{ kind: 'term', state: 'ended' }])
  await chat.pressRaw('tick', { case: id, rev: before?.revision ?? 0, step: 'follow-up' })
  const [after] = await world.cases().then((cases) => cases.filter((each) => each.id === id))
  expect(after?.tracks).toMatchObject([{ state: 'followed-up' }])
})

it('a migration that rests for seven days is asked about, and the backlog of a long silence is one question', async () => {
  const world = await startWorld({}, 'test')
  const { connector } = world
  const chat = world.chat(somebody())
  await chat.say('hello')
  await chat.press('answer', { question: 'role', value: 'direct' })
  await chat.press('answer', { value: 'usage' })
  await chat.press('answer', { value: 'ea' })
  await chat.press('start', { track: 'plan/manual-migration' })
  const posts = () => connector.sent.filter(({ method }) => method === 'POST')
  const count = posts().length
  await world.travelTo(new Date(Date.now() + 40 * 86_400_000).toISOString())
  await chat.see(/40 days/)
  await chat.say('help')
  await world.idle()
  expect(posts().length).toBe(count + 2)
  expect(textOf(posts()[count]?.body.attachments?.[0]?.content)).toMatch(/40 days/)
})
