import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createRateLimits } from '../../../bot/teams/rate-limits.ts'
import type { ProactiveResult } from '../../../bot/workers/proactive.ts'
import { backoffMs, judgeSend } from '../../../bot/workers/retry-policy.ts'
import { activity, post } from '../../support/bot.ts'
import { somebody, startWorld } from '../../support/world.ts'

const reply = (attempts: number) => ({ kind: 'reply', attempts })
const update = (attempts: number) => ({ kind: 'update', attempts })
const cause = new Error('reset')
const gone = { kind: 'refused', status: 404, code: 'ConversationNotFound' } as const

describe('the outbox judges a send', () => {
  const table: [string, ReturnType<typeof reply>, ProactiveResult, object][] = [
    ['that was confirmed', reply(1), { kind: 'confirmed', id: '1' }, { end: 'done' }],
    [
      'that was refused for good',
      reply(1),
      { kind: 'refused', status: 403, code: 'BotDisabledByAdmin' },
      { end: 'parked', note: 'closed: 403 BotDisabledByAdmin' },
    ],
    [
      'to a conversation nobody knows',
      reply(1),
      { kind: 'pointless', why: 'uninstalled' },
      { end: 'parked', note: 'uninstalled' },
    ],
    [
      'that we may not make',
      reply(1),
      { kind: 'refused', status: 403, code: 'NotEnoughPermissions' },
      { end: 'parked', note: '403 NotEnoughPermissions' },
    ],
    ['to what is not found, the first time', reply(1), gone, { again: 60_000 }],
    ['to what is not found, the second time', reply(2), gone, { again: 600_000 }],
    [
      'to what is not found, the third time',
      reply(3),
      gone,
      { end: 'parked', note: 'closed: 404 ConversationNotFound' },
    ],
    [
      'of a message that a person has deleted',
      update(1),
      { kind: 'refused', status: 404, code: 'ActivityNotFoundInConversation' },
      { end: 'done' },
    ],
    ['that would be over the limit', reply(1), { kind: 'not-yet', waitMs: 300 }, { handBack: 300 }],
    ['that was throttled with a time', reply(1), { kind: 'throttled', retryAfterMs: 57_000 }, { again: 57_000 }],
    ['that met a concurrent change', reply(1), { kind: 'conflict' }, { again: expect.any(Number) }],
    ['that never left', reply(1), { kind: 'not-sent', cause }, { again: expect.any(Number) }],
    ['that never left after many tries', reply(20), { kind: 'not-sent', cause }, { end: 'parked', note: 'not-sent' }],
    ['that may have arrived, the first time', reply(1), { kind: 'unknown', cause }, { again: expect.any(Number) }],
    [
      'that may have arrived, the second time',
      reply(2),
      { kind: 'unknown', cause },
      { end: 'unknown', note: 'may have arrived' },
    ],
    ['of an update that may have arrived', update(2), { kind: 'unknown', cause }, { again: expect.any(Number) }],
  ]
  it.each(table)('%s', (_name, effect, sent, verdict) => expect(judgeSend(effect, sent)).toEqual(verdict))

  it('never sooner than Retry-After says, and later each time', () => {
    for (let attempt = 1; attempt < 20; attempt += 1) {
      const verdict = judgeSend(reply(attempt), { kind: 'throttled', retryAfterMs: 5_000 })
      expect('again' in verdict && verdict.again).toBeGreaterThanOrEqual(5_000)
    }
    expect([1, 2, 3, 10, 19].map((attempt) => backoffMs(attempt, 0.5))).toEqual([1_000, 2_000, 4_000, 512_000, 600_000])
  })
})

describe('the limits of a thread', () => {
  it('let through what Teams allows at seventy per cent, each thread on its own', () => {
    let time = 0
    const limits = createRateLimits(() => time)
    const through = (thread: string) => limits.take(thread, 'tenant') === 0
    expect([1, 2, 3, 4, 5].map(() => through('one'))).toEqual([true, true, true, true, false])
    expect(through('two')).toBe(true)
    time = 1_001
    expect([1, 2].map(() => through('one'))).toEqual([true, false])
    const sent = 5
    let more = 0
    for (; time < 30_000; time += 100) if (through('one')) more += 1
    expect(sent + more).toBeLessThanOrEqual(42)
    expect(sent + more).toBeGreaterThan(35)
  })

  it('say how long to wait', () => {
    let time = 1_000
    const limits = createRateLimits(() => time)
    for (let index = 0; index < 4; index += 1) limits.take('one', 'tenant')
    const wait = limits.take('one', 'tenant')
    expect(wait).toBe(1_000)
    time += wait
    expect(limits.take('one', 'tenant')).toBe(0)
  })

  it('forget a thread that was silent for an hour', () => {
    let time = 0
    const limits = createRateLimits(() => time)
    limits.take('one', 'tenant')
    time = 3_600_001
    expect(limits.take('two', 'tenant')).toBe(0)
    expect(limits.size()).toBe(1)
  })

  it('keep silent for as long as Teams wants, whatever is next there', () => {
    let time = 1_000
    const limits = createRateLimits(() => time)
    limits.silence('one', 5_000)
    expect(limits.take('one', 'tenant')).toBe(5_000)
    expect(limits.take('two', 'tenant')).toBe(0)
    time += 5_000
    expect(limits.take('one', 'tenant')).toBe(0)
  })

  it('hold for a tenant as well, beside those of its threads', () => {
    const limits = createRateLimits(() => 1_000)
    const through = Array.from({ length: 50 }, (_, thread) => limits.take(`${thread}`, 'tenant') === 0)
    expect(through.filter(Boolean)).toHaveLength(35)
    expect(limits.take('one', 'another')).toBe(0)
  })

  it('give each of many that wait for their tenant a time of its own, so that few ask in vain', () => {
    let time = 0
    const limits = createRateLimits(() => time)
    const sends: number[] = []
    const asking = Array.from({ length: 500 }, (_, thread) => ({ thread, at: 0 }))
    let requests = 0
    for (let next = asking.shift(); next; next = asking.sort((left, right) => left.at - right.at).shift()) {
      time = Math.max(time, next.at)
      requests += 1
      const wait = limits.take(`${next.thread}`, 'tenant')
      // Timers are not exact to the millisecond.
      if (wait > 0) asking.push({ ...next, at: time + wait + ((requests * 17) % 40) })
      else sends.push(time)
    }
    expect(sends).toHaveLength(500)
    expect(requests).toBeLessThan(500 * 2.2)
    expect(time).toBeLessThan((500 / 35) * 1_200)
    for (const at of sends) expect(sends.filter((other) => other > at - 1_000 && other <= at).length).toBeLessThan(36)
  })
})

describe('a message', async () => {
  const world = await startWorld({}, 'file', { pace: 'as-in-teams' })
  const { connector, bot } = world
  /** Lets time pass once all is done that is due, and then does what has fallen due. */
  const letPass = async (ms: number) => {
    await world.travelTo(new Date(world.now().getTime() + ms).toISOString())
    await world.idle()
  }

  const setAside = async () => {
    const found = await world.database.transaction((tx) =>
      tx.execute<{ state: string; note: string }>(
        { name: 'test-outbox', sql: "select state, note from outbox where state in ('parked', 'unknown')" },
        [],
      ),
    )
    return found.rows.map(({ state, note }) => `${state}: ${note}`)
  }
  const until = async (check: () => Promise<boolean>) => {
    for (let index = 0; index < 200; index += 1) {
      if (await check()) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error('it did not come to that')
  }
  const said = (who = somebody()) => post(bot.url, activity(connector.url, who, { type: 'message', text: 'hello' }))

  it('is sent again after Teams said 429, not before its time', async () => {
    connector.fail({ status: 429, headers: { 'retry-after': '2' } })
    const count = connector.sent.length
    const begun = world.now().getTime()
    await said()
    await world.travelTo(new Date(begun + 1_900).toISOString())
    await world.idle()
    expect(connector.sent).toHaveLength(count)
    await letPass(10_000)
    expect(connector.sent).toHaveLength(count + 1)
  })

  it('that Teams refuses for good is set aside where it can be seen', async () => {
    connector.fail({ status: 403, body: { error: { code: 'BotNotInConversationRoster' } } })
    await said()
    await until(async () => (await setAside()).includes('parked: closed: 403 BotNotInConversationRoster'))
  })

  it.each(['ConversationBlockedByUser', 'BotDisabledByAdmin', 'MessageWritesBlocked', 'BotNotInConversationRoster'])(
    'after %s waits until somebody there is heard again, and nothing is sent meanwhile',
    async (code) => {
      const who = somebody()
      const here = () => connector.sent.filter(({ conversation }) => conversation === who.conversation)
      const waiting = async () => (await setAside()).filter((entry) => entry === `parked: closed: 403 ${code}`).length
      const before = await waiting()
      connector.fail({ status: 403, body: { error: { code } } })
      await said(who)
      await until(async () => (await waiting()) === before + 1)
      expect(here()).toHaveLength(0)
      await post(bot.url, activity(connector.url, who, { type: 'message', text: 'help' }))
      await until(async () => here().length === 2)
      const [first, second] = here().map(({ body }) => JSON.stringify(body))
      expect(first).toContain('What’s your role in the CSP programme')
      expect(second).not.toContain('What’s your role in the CSP programme')
      expect(await waiting()).toBe(before)
    },
  )

  it('whose answer was lost is sent once more and then holds nobody up', async () => {
    const who = somebody()
    connector.fail('accept-then-reset')
    const count = connector.sent.length
    await said(who)
    await letPass(2_000)
    await connector.until(count + 2)
    const there = connector.sent.filter(({ conversation }) => conversation === who.conversation)
    expect(there).toHaveLength(2)
    expect(there[0]?.body).toEqual(there[1]?.body)
  })

  it('keeps its place behind an earlier one of its conversation that has to wait, while others pass', async () => {
    const slow = somebody()
    connector.fail({ status: 429, headers: { 'retry-after': '2' } })
    const count = connector.sent.length
    await said(slow)
    await world.idle()
    await post(bot.url, activity(connector.url, slow, { type: 'message', text: 'help' }))
    await said()
    await world.idle()
    expect(connector.sent).toHaveLength(count + 1)
    await letPass(10_000)
    await connector.until(count + 3)
    const order = connector.sent.slice(count).map(({ conversation }) => conversation === slow.conversation)
    expect(order).toEqual([false, true, true])
    const [first, second] = connector.sent.slice(count + 1).map(({ body }) => JSON.stringify(body))
    expect(first).toContain('What’s your role in the CSP programme')
    expect(second).not.toContain('What’s your role in the CSP programme')
  })

  it('keeps within the limits of a thread and all arrive in order', async () => {
    const who = somebody()
    const chat = world.chat(who)
    const count = connector.sent.length
    const begun = world.now().getTime()
    for (let index = 0; index < 6; index += 1)
      await post(bot.url, activity(connector.url, who, { type: 'message', text: 'help' }))
    await world.idle()
    if (world.now().getTime() < begun + 1_000) expect(connector.sent).toHaveLength(count + 4)
    await letPass(10_000)
    await connector.until(count + 6)
    expect(chat.card()).toEqual({})
  })
})

it('a message that is under way when the process has to end is handed back, not left to its lease', async () => {
  const world = await startWorld({}, 'test', { world: { drainMs: 50 } })
  // Takes what is sent and never answers.
  const silent = createServer(() => {}).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  onTestFinished(() => {
    silent.closeAllConnections()
    silent.close()
  })
  const taken = once(silent, 'request')
  const { port } = silent.address() as AddressInfo
  await post(world.bot.url, activity(`http://127.0.0.1:${port}/`, somebody(), { type: 'message', text: 'hello' }))
  await taken
  await world.bot.stop()
  const rows = await world.database.transaction((tx) =>
    tx.execute<{ state: string; lease_by: string | null; ready: string }>(
      { name: 'test-handed-back', sql: 'select state, lease_by, ready from outbox' },
      [],
    ),
  )
  expect(rows.rows).toMatchObject([{ state: 'due', lease_by: null }])
  expect(Date.parse(rows.rows[0]?.ready ?? '')).toBeLessThan(Date.now() + 5_000)
})
