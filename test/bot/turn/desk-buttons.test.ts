import { afterAll, describe, expect, it } from 'vitest'
import { partnerAt } from '../../../sandbox/partner.ts'
import { directPartnerTenant, resellerTenant } from '../../../sandbox/upstream/companies.ts'
import { colleagueId, managerId } from '../../../sandbox/upstream/graph/groups.ts'
import { startUpstream } from '../../../sandbox/upstream/server.ts'
import { deskAt } from '../../../state/desks.ts'
import { findConversation } from '../../../state/directory.ts'
import { pairingOf } from '../../../state/pairings.ts'
import { storeAwaiting } from '../../support/awaiting-approval.ts'
import type { Card, Speaker } from '../../support/bot.ts'
import { somebody, startWorld } from '../../support/world.ts'

const upstream = await startUpstream()
afterAll(() => upstream.stop())
const { partner, vouch } = await partnerAt(upstream.url)
const world = await startWorld({ ADMINS: managerId }, 'file', { partner, world: { vouch, pollMs: 3_600_000 } })
const { database, connector } = world

const stranger = 'bbbbbbbb-0000-4000-8000-000000000099'
let rooms = 0
const room = (type: 'channel' | 'groupChat' = 'channel') => {
  rooms += 1
  return { tenant: directPartnerTenant, type, conversation: `19:room-${rooms}@thread.tacv2` } as const
}
const kindsAt = (conversation: string, tenant: string = directPartnerTenant) =>
  database.transaction(async (tx) => ({
    approvals: (await deskAt(tx, tenant, conversation, 'approvals')) !== undefined,
    partner: (await deskAt(tx, tenant, conversation, 'direct-partner')) !== undefined,
  }))

/** Adds the bot to a conversation, and puts its greeting in front of the person. */
async function greeted(speaker: Speaker) {
  const chat = world.chat(speaker)
  const count = connector.sent.length
  await chat.send({ type: 'installationUpdate', action: 'add' })
  await connector.until(count + 1)
  chat.look((connector.sent[count]?.body.attachments?.[0]?.content ?? {}) as Card)
  return chat
}

const waiting = (customer: string) =>
  database.transaction((tx) =>
    storeAwaiting(tx, {
      by: { tenant: directPartnerTenant, id: stranger },
      conversation: somebody().conversation ?? '',
      at: new Date(Date.now() - 60_000).toISOString(),
      customer: { id: 'c0000000-0000-4000-8000-000000000003', name: customer, domain: 'contoso.example' },
    }),
  )

describe('the greeting of a channel', () => {
  it('makes it the approvals channel, after a question, and takes that back', async () => {
    const here = room()
    const chat = await greeted({ ...here, id: managerId })
    await chat.press('desk', { desk: 'approvals' })
    expect(chat.text()).toContain('no longer in any other channel')
    expect(await kindsAt(here.conversation)).toEqual({ approvals: false, partner: false })
    await chat.press('desk', { desk: 'approvals', sure: true })
    expect(await kindsAt(here.conversation)).toEqual({ approvals: true, partner: false })
    expect(chat.text()).toContain('Nothing is waiting right now.')
    await chat.press('desk', { desk: 'off' })
    expect(await kindsAt(here.conversation)).toEqual({ approvals: false, partner: false })
  })

  it('is posted to by the address that its thread was heard from last', async () => {
    const here = room()
    await greeted({ ...here, id: managerId })
    const moved = connector.url.replace('127.0.0.1', 'localhost')
    const thread = { ...here, conversation: `${here.conversation};messageid=1`, id: managerId }
    const count = connector.sent.length
    await world.chat(thread).send({ type: 'message', text: 'desk approvals', serviceUrl: moved })
    await connector.until(count + 1)
    const known = await database.transaction((tx) => findConversation(tx, here.tenant, here.conversation))
    expect(known?.reference).toMatchObject({ serviceUrl: moved })
  })

  it('makes it a partner desk, which gives a code at once', async () => {
    const here = room()
    const chat = await greeted({ ...here, id: stranger })
    await chat.press('desk', { desk: 'direct-partner' })
    await chat.press('desk', { desk: 'direct-partner', sure: true })
    expect(await kindsAt(here.conversation)).toEqual({ approvals: false, partner: true })
    await chat.press('link')
    expect(chat.text()).toMatch(/link [0-9A-Z]{4}/)
  })

  it('says in the approvals channel what it is for, and how much waits', async () => {
    const here = room()
    await world.chat({ ...here, id: managerId }).say('desk approvals')
    await waiting('Contoso')
    const chat = await greeted({ ...here, id: managerId })
    expect(chat.text()).toContain('requests for admin rights are decided here. 1 request is waiting.')
    await chat.press('show', { list: 'approvals', page: 1 })
    expect(chat.text()).toContain('Contoso')
  })

  it('offers no approvals channel in a group chat', async () => {
    const chat = await greeted({ ...room('groupChat'), id: managerId })
    expect(chat.buttons().map(({ data }) => data.desk)).not.toContain('approvals')
    expect(chat.button('desk', { desk: 'direct-partner' })).toBeDefined()
  })

  it('of another company connects with a code and offers no desk', async () => {
    const desk = room()
    const owner = world.chat({ ...desk, id: managerId })
    await owner.say('desk direct-partner')
    const [, code = ''] = /link ([0-9A-Z-]+)/.exec(await owner.say('link')) ?? []
    const here = { tenant: resellerTenant, type: 'groupChat', conversation: '19:reseller@thread.v2' } as const
    const chat = await greeted({ ...here, id: stranger })
    expect(chat.buttons().map(({ verb }) => verb)).toEqual(['new', 'connect'])
    expect((await chat.pressRaw('connect', { code: 'WRONG' })).text).toContain('don’t recognise')
    await chat.pressRaw('connect', { code: ` ${code.toLowerCase()} ` })
    const pairing = await database.transaction((tx) => pairingOf(tx, resellerTenant, here.conversation))
    expect(pairing?.desk.room).toBe(desk.conversation)
  })
})

describe('a desk button pressed by a person without the right changes nothing', () => {
  const attempts: [string, Speaker, object][] = [
    ['the approvals channel, by no administrator', { ...room(), id: stranger }, { desk: 'approvals', sure: true }],
    ['its question, by no administrator', { ...room(), id: stranger }, { desk: 'approvals' }],
    [
      'the approvals channel, in a group chat',
      { ...room('groupChat'), id: managerId },
      { desk: 'approvals', sure: true },
    ],
    [
      'a desk, by another company',
      { ...room(), tenant: resellerTenant, id: managerId },
      { desk: 'direct-partner', sure: true },
    ],
    ['a job that there is not', { ...room(), id: managerId }, { desk: 'everything', sure: true }],
  ]
  it.each(attempts)('%s', async (_, speaker, data) => {
    const chat = world.chat(speaker)
    const { card, text } = await chat.pressRaw('desk', data as Record<string, unknown>)
    expect(card).toBeUndefined()
    expect(text).toMatch(/administrator|channel|isn’t|not/)
    expect(await kindsAt(speaker.conversation ?? '', speaker.tenant)).toEqual({ approvals: false, partner: false })
  })

  it('ending the approvals channel, by no administrator', async () => {
    const here = room()
    await world.chat({ ...here, id: managerId }).say('desk approvals')
    const { card } = await world.chat({ ...here, id: stranger }).pressRaw('desk', { desk: 'off' })
    expect(card).toBeUndefined()
    expect(await kindsAt(here.conversation)).toEqual({ approvals: true, partner: false })
  })
})

describe('an approver', () => {
  it('is greeted with what waits, and asked for their role only when they open a case', async () => {
    await waiting('Fabrikam')
    const chat = await greeted(somebody({ tenant: directPartnerTenant, id: colleagueId }))
    expect(chat.text()).toContain('2 requests are waiting for you')
    expect(chat.buttons().map(({ verb }) => verb)).toEqual(['show', 'new'])
    expect(await chat.say('hello')).toContain('waiting for you')
    await chat.press('show', { list: 'approvals', page: 1 })
    expect(chat.text()).toContain('Fabrikam')
    await chat.say('hello')
    await chat.press('new')
    expect(chat.button('answer', { question: 'role', value: 'direct' })).toBeDefined()
  })

  it('of nothing: anyone else is asked the first question', async () => {
    for (const who of [
      somebody({ tenant: directPartnerTenant, id: stranger }),
      somebody({ tenant: resellerTenant, id: colleagueId }),
    ]) {
      const chat = await greeted(who)
      expect(chat.text()).not.toContain('waiting')
      expect(chat.button('answer', { question: 'role', value: 'direct' })).toBeDefined()
    }
  })
})
