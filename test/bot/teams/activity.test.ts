import { describe, expect, it } from 'vitest'
import { readActivity } from '../../../bot/teams/activity.ts'
import { activity, pressed, type Speaker, tenant } from '../../support/bot.ts'

const service = 'http://127.0.0.1:9/'
const read = (what: Record<string, unknown>, speaker: Speaker = {}) => readActivity(activity(service, speaker, what))
const requestOf = (what: Record<string, unknown>, speaker: Speaker = {}) => read(what, speaker)?.request

describe('the key of a delivery', () => {
  const whole = activity(
    service,
    {},
    { type: 'message', text: 'hello', id: '1', timestamp: '2026-11-22T10:00:00.000Z' },
  )
  const keyOf = (change: Record<string, unknown>) => readActivity({ ...whole, ...change })?.delivery

  it('is the same for the same activity, whether its time is a text or a date', () => {
    expect(keyOf({})).toBe(keyOf({ text: 'hello' }))
    expect(keyOf({ timestamp: new Date('2026-11-22T10:00:00.000Z') })).toBe(keyOf({}))
  })

  it('is another one for another id, time, kind, event, conversation or tenant', () => {
    const keys = [
      {},
      { id: '2' },
      { timestamp: '2026-11-22T10:00:01.000Z' },
      { type: 'messageUpdate' },
      { type: 'messageUpdate', channelData: { eventType: 'editMessage', tenant: { id: tenant } } },
      { name: 'adaptiveCard/action' },
      { conversation: { id: 'b', tenantId: tenant } },
      { conversation: { id: 'a:personal', tenantId: '9' }, channelData: null },
    ].map(keyOf)
    expect(new Set(keys).size).toBe(keys.length)
  })
})

describe('a place', () => {
  it('of a channel keeps its thread and knows its room', () => {
    const conversation = '19:abc@thread.tacv2;messageid=1700'
    expect(read({ type: 'message', text: 'hi' }, { conversation, type: 'channel' })?.place).toMatchObject({
      conversation,
      room: '19:abc@thread.tacv2',
      kind: 'channel',
      tenant,
    })
  })

  it('of a personal chat knows whose it is', () => {
    expect(read({ type: 'message', text: 'hi' }, { id: 'x' })?.place.reference.user).toBe('29:x')
    expect(read({ type: 'message', text: 'hi' }, { type: 'groupChat' })?.place.reference).not.toHaveProperty('user')
  })
})

describe('a request', () => {
  it('is a press, by Action.Execute and by Action.Submit', () => {
    expect(requestOf(pressed('answer', { case: 'MC-1' }))).toEqual({
      kind: 'press',
      verb: 'answer',
      data: { case: 'MC-1' },
      message: 'card-1',
      reply: 'invoke',
    })
    expect(requestOf({ type: 'message', value: { verb: 'answer', case: 'MC-1' }, replyToId: 'card-2' })).toEqual({
      kind: 'press',
      verb: 'answer',
      data: { case: 'MC-1' },
      message: 'card-2',
      reply: 'message',
    })
  })

  it('is what was said to the bot, without its name and without the markup of Teams', () => {
    const entity = { type: 'mention', text: '<at>Multicanal</at>', mentioned: { id: '28:bot' } }
    // Teams adds others, of which nothing is read.
    const client = { type: 'clientInfo', locale: 'en-GB', platform: 'Web' }
    const other = { type: 'mention', text: '<at>Somebody</at>', mentioned: { id: '29:else' } }
    expect(
      requestOf({ type: 'message', text: '<at>Multicanal</at>&nbsp; cases \n', entities: [client, entity] }),
    ).toEqual({
      kind: 'command',
      command: 'cases',
      rest: '',
    })
    expect(
      requestOf({ type: 'message', text: '<at>Multicanal</at> <at>Somebody</at> asks', entities: [entity, other] }),
    ).toEqual({
      kind: 'text',
      text: '<at>Somebody</at> asks',
    })
  })

  it('of a bot is only taken note of, so that two of them never answer each other for ever', () => {
    const from = { id: '28:other', aadObjectId: 'x', role: 'bot' }
    expect(requestOf({ type: 'message', text: 'hello', from })).toEqual({ kind: 'noted' })
    expect(requestOf({ type: 'message', text: 'hello', from: { id: '28:bot' } })).toEqual({ kind: 'noted' })
  })

  it('is an installation or its end, however it is spelled', () => {
    for (const action of ['add', 'Add', 'add-upgrade']) {
      expect(requestOf({ type: 'installationUpdate', action })).toEqual({ kind: 'installed' })
    }
    for (const action of ['remove', 'Remove', 'remove-upgrade']) {
      expect(requestOf({ type: 'installationUpdate', action })).toEqual({ kind: 'uninstalled' })
    }
    expect(requestOf({ type: 'conversationUpdate', membersAdded: [{ id: '28:bot' }] })).toEqual({ kind: 'installed' })
    expect(requestOf({ type: 'conversationUpdate', membersAdded: [{ id: '29:someone' }] })).toEqual({ kind: 'noted' })
    expect(requestOf({ type: 'conversationUpdate', membersAdded: [{ id: '28:bot' }], locale: undefined })).toEqual({
      kind: 'noted',
    })
  })
})

describe('a field', () => {
  const whole = activity(service, {}, { type: 'message', text: 'hello', replyToId: '1' })
  const { from, recipient, conversation } = whole as Record<'from' | 'recipient' | 'conversation', object>

  it.each<[string, object, object]>([
    ['the time', { timestamp: null }, { timestamp: undefined }],
    ['the reply', { replyToId: null }, { replyToId: undefined }],
    ['the language', { locale: null }, { locale: undefined }],
    ['the entities', { entities: null }, { entities: undefined }],
    ['the members', { membersAdded: null }, { membersAdded: undefined }],
    ['the id of the person', { from: { ...from, aadObjectId: null } }, { from: { ...from, aadObjectId: undefined } }],
    ['the name of the person', { from: { ...from, name: null } }, { from: { ...from, name: undefined } }],
    [
      'the name of the bot',
      { recipient: { ...recipient, name: null } },
      { recipient: { ...recipient, name: undefined } },
    ],
    [
      'the kind of the conversation',
      { conversation: { ...conversation, conversationType: null } },
      { conversation: { ...conversation, conversationType: undefined } },
    ],
    ['the team', { channelData: null }, { channelData: undefined }],
  ])('that is null is absent: %s', (_, nulled, without) => {
    expect(readActivity({ ...whole, ...nulled })).toBeDefined()
    expect(readActivity({ ...whole, ...nulled })).toEqual(readActivity({ ...whole, ...without }))
  })

  it.each<[string, object]>([
    ['a conversation of 1,001 bytes', { conversation: { ...conversation, id: `a:${'\u00e9'.repeat(500)}` } }],
    ['a conversation with a NUL', { conversation: { ...conversation, id: 'a:\0' } }],
    ['a person of 101 letters', { from: { ...from, aadObjectId: 'a'.repeat(101) } }],
    ['a person with a NUL', { from: { ...from, aadObjectId: 'a\0b' } }],
    ['a message of 1,001 bytes', { replyToId: 'm'.repeat(1_001) }],
    ['a time of 201 letters', { timestamp: '9'.repeat(201) }],
  ])('that no database could store is refused: %s', (_, change) => {
    expect(readActivity(whole)).toBeDefined()
    expect(readActivity({ ...whole, ...change })).toBeUndefined()
  })

  it('that people see loses its NULs', () => {
    const read = readActivity({ ...whole, from: { ...from, name: 'A\0na' }, text: 'he\0llo' })
    expect([read?.sender.name, read?.request]).toEqual(['Ana', { kind: 'text', text: 'hello' }])
  })

  it('with the id of a person or a tenant is read in lower case', () => {
    const tenantId = tenant.toUpperCase()
    const capital = { from: { ...from, aadObjectId: 'ABC', tenantId }, conversation: { ...conversation, tenantId } }
    const read = readActivity({ ...whole, ...capital })
    expect([read?.sender.id, read?.place.tenant]).toEqual(['abc', tenant.toLowerCase()])
  })
})
