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
