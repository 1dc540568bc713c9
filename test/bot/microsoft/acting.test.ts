import { afterEach, describe, expect, it, vi } from 'vitest'
import de from '../../../cards/locales/de.json' with { type: 'json' }
import en from '../../../cards/locales/en.json' with { type: 'json' }
import fr from '../../../cards/locales/fr.json' with { type: 'json' }
import { startActing } from '../../support/acting.ts'
import type { Chat } from '../../support/chat.ts'

const fabrikam = 'c0000000-0000-4000-8000-000000000001'
const day = 86_400_000
const inDays = (days: number) => new Date(Date.now() + days * day).toISOString()

type Acting = Awaited<ReturnType<typeof startActing>>
let world: Acting
/** The world of a test; its Microsoft must have been asked nothing that is not in the contract. */
const start = async () => {
  world = await startActing()
  return world
}
afterEach(() => expect(world.upstream.violations()).toEqual([]))

const invitations = () => world.upstream.calls().getRelationshipRequestUrl ?? 0

async function licencesFromEa(chat: Chat) {
  await chat.say('hello')
  await chat.press('answer', { question: 'role', value: 'direct' })
  await chat.press('answer', { value: 'licence' })
  await chat.press('answer', { value: 'ea' })
  await chat.press('start', { track: 'relationship' })
}

async function lookUp(chat: Chat, customer = 'fabrikam.example', words = /Is this the customer/) {
  await licencesFromEa(chat)
  await chat.press('set', { track: 'relationship' }, { customer })
  await chat.see(words)
}

/** As far as the link to send. */
async function invitation(chat: Chat, customer = 'fabrikam.example') {
  await lookUp(chat, customer)
  await chat.press('tick', { step: 'confirm-customer' })
  await chat.see(/I’ve sent it/)
}

describe('an invitation', () => {
  it('goes from the question to the accepted relationship without leaving the chat', async () => {
    const world = await start()
    const chat = world.chat(world.agent())
    await invitation(chat)
    expect(JSON.stringify(chat.card())).toContain('invType=ResellerRelationship&partnerId=bbbbbbbb')
    await chat.press('tick', { step: 'sent' })
    world.upstream.act('customer-accepts', { customer: fabrikam, partner: world.partner })
    await chat.see(/Relationship accepted/)
    const [caseRecord] = await world.cases()
    expect(caseRecord?.tracks).toMatchObject([{ kind: 'relationship', state: 'accepted' }])
  })

  it('is offered to colleagues without a sign-in, and shows nobody else the link or who is a customer', async () => {
    const world = await start()
    await invitation(world.chat(world.agent()))
    expect(invitations()).toBe(1)
    await invitation(world.chat(world.agent()), 'coho.example')
    expect(invitations()).toBe(1)
    const stranger = world.chat(world.agent({ tenant: '11111111-1111-4111-8111-111111111111' }))
    await lookUp(stranger, 'contoso.example')
    expect(stranger.text()).toContain(en['relationship.confirm.new'])
    await stranger.press('tick', { step: 'confirm-customer' })
    await stranger.see(/another company/)
    expect(JSON.stringify(stranger.card())).not.toMatch(/invType/)
    expect(invitations()).toBe(1)
  })

  it('is not fetched for a customer that has accepted before', async () => {
    const world = await start()
    const chat = world.chat(world.agent())
    await lookUp(chat, 'contoso.example', /already have a relationship with this customer/)
    const { text } = await chat.press('tick', { step: 'confirm-customer' })
    expect(text).toContain(en['relationship.known.title'])
    expect(invitations()).toBe(0)
  })

  it('is not taken for accepted when another customer accepts', async () => {
    const world = await start()
    const chat = world.chat(world.agent())
    await invitation(chat)
    const coho = 'c0000000-0000-4000-8000-000000000002'
    world.upstream.act('customer-accepts', { customer: coho, partner: world.partner })
    const looks = world.upstream.calls().getCustomer ?? 0
    await vi.waitFor(() => expect(world.upstream.calls().getCustomer).toBeGreaterThan(looks + 2), 10_000)
    const [caseRecord] = await world.cases()
    expect(caseRecord?.tracks).toMatchObject([{ state: 'link-ready' }])
  })

  it('waits for a right that is missing in Partner Center, and goes on once it is there', async () => {
    const world = await start()
    const agent = world.agent()
    const chat = world.chat(agent)
    const { roles } = world.upstream.store.state
    roles[agent.id ?? ''] = 'none'
    await lookUp(chat)
    await chat.press('tick', { step: 'confirm-customer' })
    const told = await chat.see(/isn’t allowed to do this/)
    expect(told).toContain(en['fault.access-denied.next'])
    expect(told).toContain('900150')
    roles[agent.id ?? ''] = 'sales'
    await chat.press('tick', { step: 'fetch-link' })
    await chat.see(/I’ve sent it/)
  })

  it('says that Microsoft cannot be reached, and goes on by itself when it can', async () => {
    const world = await start()
    const { upstream } = world
    const chat = world.chat(world.agent())
    upstream.faults.set([{ on: 'getCustomer', kind: 'reset-before' }])
    await licencesFromEa(chat)
    await chat.press('set', { track: 'relationship' }, { customer: 'fabrikam.example' })
    for (const minutes of [1, 2, 3, 4]) {
      await vi.waitFor(() => expect(upstream.calls().getCustomer).toBe(minutes), 10_000)
      if (minutes < 4) await world.travelTo(inDays(minutes / 1_440))
    }
    expect(await chat.see(/can’t be reached right now/)).toMatch(/Trying again at \d\d:\d\d\sUTC/)
    upstream.faults.clear()
    await world.travelTo(inDays(10 / 1_440))
    await chat.see(/Is this the customer/)
  })

  it('says that Microsoft is busy at once when it is to wait for long, and asks again only then', async () => {
    const world = await start()
    const chat = world.chat(world.agent())
    world.upstream.faults.set([{ on: 'getRelationshipRequestUrl', kind: '429', retryAfter: 57, times: 1 }])
    await lookUp(chat)
    await chat.press('tick', { step: 'confirm-customer' })
    await chat.see(/Microsoft is busy right now/)
    await world.travelTo(inDays(50 / 86_400))
    await world.idle()
    expect(invitations()).toBe(1)
    await world.travelTo(inDays(60 / 86_400))
    await chat.see(/I’ve sent it/)
    expect(invitations()).toBe(2)
  })

  it('nudges after 3, 7 and 14 days, is given up after 30, and can be begun again', async () => {
    const world = await start()
    const chat = world.chat(world.agent())
    await invitation(chat)
    await chat.press('tick', { step: 'sent' })
    for (const days of [3, 7, 14]) {
      await world.travelTo(inDays(days))
      await chat.see(new RegExp(`${days} days`))
    }
    await world.travelTo(inDays(30))
    await chat.see(/30 days/)
    const [caseRecord] = await world.cases()
    expect(caseRecord?.tracks).toMatchObject([{ kind: 'relationship', state: 'lapsed' }])
    expect(chat.buttons().some(({ verb, data }) => verb === 'start' && data.track === 'relationship')).toBe(true)
  })

  it.each([
    ['nobody.example', /No organisation found/],
    ['firstup.example', /your own/i],
    ['not a domain', /No organisation found/],
  ])('says what is wrong with %s beside the field and keeps what was typed', async (typed, words) => {
    const world = await start()
    const chat = world.chat(world.agent())
    await licencesFromEa(chat)
    await chat.press('set', { track: 'relationship' }, { customer: typed })
    await chat.see(words)
    expect(JSON.stringify(chat.card())).toContain(typed)
  })
})

describe('the whole way', () => {
  it.each([
    ['fr-FR', fr],
    ['de-DE', de],
  ])('is spoken in the language of the person: %s', async (locale, words) => {
    const world = await start()
    const chat = world.chat(world.agent({ locale }))
    const says = (...keys: (keyof typeof en)[]) => {
      for (const key of keys) expect(chat.text()).toContain(words[key])
      expect(englishIn(chat.text(), words)).toEqual([])
    }
    const see = (key: keyof typeof en) => chat.see(new RegExp(words[key].replaceAll(/[.?()]/g, '\\$&')))
    await licencesFromEa(chat)
    says('relationship.collecting-customer.title', 'tenant.text')
    await chat.press('set', { track: 'relationship' }, { customer: 'nobody.example' })
    await see('fault.not-found')
    says('fault.not-found.next')
    await chat.press('set', { track: 'relationship' }, { customer: 'fabrikam.example' })
    await see('relationship.confirm.new')
    says('relationship.confirm.title', 'relationship.confirm.yes')
    await chat.press('tick', { step: 'confirm-customer' })
    says('pending.fetch-invitation', 'pending.help')
    await see('relationship.link-ready.title')
    says('mail.drafts', 'relationship.sent')
    await chat.press('tick', { step: 'sent' })
    says('relationship.awaiting-customer.help')
    world.upstream.act('customer-accepts', { customer: fabrikam, partner: world.partner })
    await see('relationship.accepted.title')
    says('relationship.accepted.title')
    await chat.press('show', { view: 'history' })
    says('event.seen.relationship', 'event.answer.fetch-invitation')
  })
})

/** Whole English sentences in what is shown. */
const englishIn = (shown: string, words: Record<string, string>) =>
  Object.entries(en).flatMap(([key, sentence]) =>
    sentence.length > 8 && sentence !== words[key] && !sentence.includes('{') && shown.includes(sentence) ? [key] : [],
  )
