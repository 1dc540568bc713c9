import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { verify } from '../../../state/audit/verify.ts'
import { activity, post, pressed, tenant, textOf } from '../../support/bot.ts'
import { somebody, startWorld } from '../../support/world.ts'

const world = await startWorld()
const { connector, bot } = world

async function agent(more = {}) {
  const who = somebody(more)
  const chat = world.chat(who)
  await chat.say('hello')
  await chat.press('answer', { question: 'role', value: 'direct' })
  return { who, chat }
}
const stored = async (id: string) => (await world.cases()).find((caseRecord) => caseRecord.id === id)

/** Counts the refused actions in the audit, by reason. */
async function refusals(): Promise<Record<string, number>> {
  const rows = await world.database.transaction((tx) =>
    tx.execute<{ detail: string }>(
      { name: 'test-refusals', sql: "select detail from history where event = 'refused'" },
      [],
    ),
  )
  const counts: Record<string, number> = {}
  for (const { detail } of rows.rows) {
    const { reason } = JSON.parse(detail) as { reason: string }
    counts[reason] = (counts[reason] ?? 0) + 1
  }
  return counts
}

describe('a button', () => {
  it('of a case in another conversation or tenant changes nothing, is answered plainly and audited', async () => {
    const { chat } = await agent()
    const id = chat.caseId()
    const before = await stored(id)
    const { data } = chat.button('answer', { value: 'licence' })
    const counted = (await refusals())['not-here'] ?? 0
    const strangers = [somebody(), somebody({ tenant: '99999999-9999-4999-8999-999999999999' })]
    for (const stranger of strangers) {
      const reply = await world.chat(stranger).pressRaw('answer', data)
      expect(reply.card).toBeUndefined()
      expect(reply.text.length).toBeGreaterThan(10)
      expect(reply.text).not.toContain(id)
    }
    expect(await stored(id)).toEqual(before)
    expect((await refusals())['not-here']).toBe(counted + 2)
  })

  it('with any field of its data missing, changed in type or added changes nothing', async () => {
    const { who, chat } = await agent()
    const before = await stored(chat.caseId())
    const { data } = chat.button('answer', { value: 'licence' })
    const strange = fc.oneof(
      fc.constant(null),
      fc.integer(),
      fc.boolean(),
      fc.string(),
      fc.array(fc.string()),
      fc.object(),
    )
    const mutation = fc.oneof(
      fc.constantFrom(...Object.keys(data)).map((field) => {
        const { [field]: _gone, ...rest } = data
        return rest
      }),
      fc
        .tuple(fc.constantFrom(...Object.keys(data)), strange)
        .filter(([field, value]) => data[field] !== value)
        .map(([field, value]) => ({ ...data, [field]: value })),
      fc
        .tuple(
          fc.string({ minLength: 1 }).filter((field) => !(field in data)),
          strange,
        )
        .map(([field, value]) => Object.fromEntries([...Object.entries(data), [field, value]])),
    )
    await fc.assert(
      fc.asyncProperty(mutation, async (mutated) => {
        // Only one change of a field leads to another button of this card: another answer to the same question.
        fc.pre(!['usage', 'both', 'resale'].some((other) => other === mutated.value))
        const { status } = await post(bot.url, activity(connector.url, who, pressed('answer', mutated)))
        // A key that could reach a prototype is refused before anybody asks what it is a button of.
        expect(status).toBe(JSON.stringify(mutated).includes('"__proto__":') ? 400 : 200)
      }),
      { numRuns: 300 },
    )
    expect(await stored(chat.caseId())).toEqual(before)
    expect((await refusals()).malformed).toBeGreaterThan(100)
  })

  it('with an unknown verb, or none, changes nothing', async () => {
    const { chat } = await agent()
    const before = await stored(chat.caseId())
    for (const verb of ['approve', 'constructor', '__proto__', '', undefined]) {
      const reply = await chat.pressRaw(verb as string, { case: chat.caseId(), rev: 1 })
      expect(reply.card).toBeUndefined()
    }
    expect(await stored(chat.caseId())).toEqual(before)
  })

  it('clicked by a person without a directory id changes nothing', async () => {
    const { who, chat } = await agent()
    const press = activity(connector.url, who, pressed('answer', chat.button('answer', { value: 'usage' }).data))
    const { aadObjectId: _id, ...from } = press.from as Record<string, unknown>
    await post(bot.url, { ...press, from })
    expect((await stored(chat.caseId()))?.answers).toEqual({ role: 'direct' })
    expect((await refusals())['no-identity']).toBeGreaterThan(0)
  })

  it('leaves the audit intact after every attempt', async () => {
    expect((await verify(world.database)).faults).toEqual([])
  })
})

describe('text', () => {
  it.each([
    ['in another language', '顧客がライセンスを購入しました'],
    ['that is empty', ''],
    ['of thirty thousand characters', 'x'.repeat(30_000)],
    ['that is only an emoji', '🙂'],
    ['full of control characters', 'a\u0000b\u202Ec\u200Bd'],
  ])('%s gets the opening card, never silence', async (_name, text) => {
    const chat = world.chat(somebody())
    expect(await chat.say(text)).toContain('What’s your role in the CSP programme?')
  })

  it('that is repeated without a click gets examples and no second case', async () => {
    const who = somebody()
    const chat = world.chat(who)
    await chat.say('hmm')
    const first = chat.caseId()
    expect(await chat.say('hmm?')).toMatch(/didn’t get that/i)
    expect(chat.caseId()).toBe(first)
    expect((await world.cases()).filter(({ conversation }) => conversation === who.conversation)).toHaveLength(1)
  })

  it('in a display name is shown to others literally', async () => {
    const conversation = '19:names@thread.v2'
    const name = '**Bold** [link](https://evil.example) <at>you</at>'
    const { chat } = await agent({ conversation, type: 'groupChat', name })
    const other = world.chat(somebody({ conversation, type: 'groupChat' }))
    const { data } = chat.button('answer', { value: 'licence' })
    await chat.press('answer', { value: 'usage' })
    const { card } = await other.pressRaw('answer', data)
    const runs = JSON.stringify(card)
    const blocks = [...runs.matchAll(/"type":"TextBlock"[^}]*evil[^}]*/g)]
    expect(runs).toContain('evil.example')
    expect(blocks).toEqual([])
  })
})

describe('an activity', () => {
  it('without a required field gets 400, and nothing is stored', async () => {
    const whole = activity(connector.url, somebody(), { type: 'message', text: 'hello' })
    const before = (await world.cases()).length
    for (const field of ['from', 'recipient', 'conversation']) {
      const { [field]: _gone, ...rest } = whole
      const { status } = await post(
        bot.url,
        field === 'conversation' ? { ...rest, conversation: { tenantId: tenant } } : rest,
      )
      expect(`${field} ${status}`).toBe(`${field} 400`)
    }
    expect((await world.cases()).length).toBe(before)
  })

  it('with an invalid name gets 400', async () => {
    for (const name of [1, {}, ['adaptiveCard/action']]) {
      for (const type of ['invoke', 'event', 'message']) {
        const { status } = await post(bot.url, activity(connector.url, somebody(), { type, name, value: {} }))
        expect(`${type} ${JSON.stringify(name)} ${status}`).toBe(`${type} ${JSON.stringify(name)} 400`)
      }
    }
  })

  it('that invokes an unknown operation gets 404, with any value', async () => {
    for (const name of ['task/fetch', 'application/search', 'tab/submit', 'something/new', '', undefined]) {
      for (const value of [undefined, null, 1, 'text', [], { kind: 1 }]) {
        const { status } = await post(bot.url, activity(connector.url, somebody(), { type: 'invoke', name, value }))
        expect(`${name} ${status}`).toBe(`${name} 404`)
      }
    }
  })

  it('of an unknown type gets 200', async () => {
    for (const type of ['event', 'messageReaction', 'typing', 'somethingNew', 'messageUpdate', 'messageDelete']) {
      expect((await post(bot.url, activity(connector.url, somebody(), { type }))).status).toBe(200)
    }
  })
})

describe('an activity from elsewhere', async () => {
  const ours = '11111111-1111-4111-8111-111111111111'
  const narrow = await startWorld({ ALLOWED_TENANTS: ours })

  it('is admitted from allowed tenants only, and a refused one is not stored', async () => {
    const chat = narrow.chat(somebody())
    expect(await chat.say('hello')).toContain('CSP programme')
    const foreign = activity(narrow.connector.url, somebody({ tenant: '99999999-9999-4999-8999-999999999999' }), {
      type: 'message',
      text: 'hello',
    })
    expect(await post(narrow.bot.url, foreign)).toEqual({ status: 403, body: { error: 'Forbidden' } })
    expect(await narrow.cases()).toHaveLength(1)
  })

  it('is refused from another channel or with a service URL that is not of this machine', async () => {
    const good = activity(narrow.connector.url, somebody(), { type: 'message', text: 'hello' })
    for (const bad of [
      { channelId: 'emulator' },
      { channelId: '' },
      { serviceUrl: 'https://evil.example/' },
      { serviceUrl: undefined },
      { deliveryMode: 'expectReplies' },
    ]) {
      const { status, body } = await post(narrow.bot.url, { ...good, ...bad })
      expect(status).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(500)
      expect(Object.keys(body ?? {})).toEqual(['error'])
    }
  })
})

it('explains in every language why a foreign button does nothing', async () => {
  const { chat } = await agent()
  const { data } = chat.button('answer', { value: 'licence' })
  const said = []
  for (const locale of ['en-US', 'fr-FR', 'de-DE'])
    said.push((await world.chat(somebody({ locale })).pressRaw('answer', data)).text)
  expect(new Set(said).size).toBe(3)
  expect(said.every((text) => !/[*_[\]<>]/.test(text))).toBe(true)
})

it('shows nothing that a card would evaluate', async () => {
  const { chat } = await agent()
  expect(textOf(chat.card())).not.toContain('${')
})
