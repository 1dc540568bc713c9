import { expect, it } from 'vitest'
import { directPartnerTenant, resellerTenant as resellers } from '../../sandbox/upstream/companies.ts'
import { managerId } from '../../sandbox/upstream/graph/groups.ts'
import { startActing } from '../support/acting.ts'
import { textOf } from '../support/bot.ts'
import { fullCards, isIn } from '../support/screen.ts'
import { somebody } from '../support/world.ts'

const fabrikam = 'c0000000-0000-4000-8000-000000000001'
const helpdesk = '729827e3-9c14-49f7-bb1b-9608f156bbb8'
const code = /[0-9A-HJKMNP-TV-Z]{4}[ -]?[0-9A-HJKMNP-TV-Z]{4}/
const note = 'They need help with Exchange.'
const why = 'Support after the move'
/** The answers of the case, its other tracks, its history and its links: nothing to decide on in the channel. */
const ofCaseAlone = /They need help|Open licensing|invitation|Timeline|History|https?:/i
/** Messages with which the company discusses its own request. */
const ofCompanyAlone = /Support after the move|Helpdesk|Manager|reduced/

type Desks = Awaited<ReturnType<typeof startDesks>>

/** Three people with the bot: the reseller, its direct partner, and the manager in the approvals channel. */
async function startDesks() {
  const world = await startActing({ ADMINS: managerId, APPROVERS: managerId })
  const channel = { type: 'channel', conversation: '19:approvals@thread.tacv2' } as const
  const speakers = {
    reseller: somebody({ tenant: resellers, name: 'Reseller' }),
    partner: world.agent({ name: 'Direct partner' }),
    approvals: { tenant: directPartnerTenant, id: managerId, name: 'Manager', ...channel },
  }
  const chats = {
    reseller: world.chat(speakers.reseller),
    partner: world.chat(speakers.partner),
    approvals: world.chat(speakers.approvals),
  }
  /** Messages on the screens of the reseller, the partner and the channel, after each step. */
  const messages: [step: string, ...counts: number[]][] = []
  return {
    ...chats,
    upstream: world.upstream,
    messages,
    /** Plays a step, after which no desk has two full cards of a case. */
    play: async (step: string, act: () => Promise<unknown>): Promise<void> => {
      await act()
      await world.idle()
      const screens = Object.values(chats).map((chat) => chat.screen())
      messages.push([step, ...screens.map(({ length }) => length)])
      const full = screens.flatMap((screen) => Object.entries(fullCards(screen)))
      expect([step, full.filter(([, count]) => count > 1)]).toEqual([step, []])
    },
    /** Everything that the bot sent to a desk by itself, as text. */
    sentTo: (desk: keyof typeof speakers): string[] =>
      world.connector.sent
        .filter(({ conversation }) => isIn(conversation, speakers[desk].conversation ?? ''))
        .map(({ body }) => textOf(body.attachments?.[0]?.content)),
  }
}

async function pair({ reseller, partner, approvals, play }: Desks): Promise<void> {
  await play('channel becomes the desk for approvals', async () => {
    expect(await approvals.say('desk approvals')).toMatch(/requests for admin rights are decided in this channel/)
  })
  await play('chat becomes the desk for resellers', async () => {
    expect(await partner.say('desk direct-partner')).toMatch(/resellers’ requests arrive here/)
  })
  await play('the reseller is connected', async () => {
    const [given] = code.exec(await partner.say('link')) ?? []
    expect(await reseller.say(`link ${given}`)).toMatch(/now connected/)
    await partner.see(/now connected/)
  })
}

async function invite({ reseller, partner, upstream, play }: Desks): Promise<void> {
  await play('case is opened', () => reseller.say('hello'))
  await play('answered', async () => {
    for (const value of ['indirect-reseller', 'licence', 'open']) await reseller.press('answer', { value })
    await reseller.press('start', { track: 'invitation' })
  })
  await play('customer is looked up', async () => {
    await reseller.press('set', { track: 'invitation' }, { customer: 'fabrikam.example', note })
    await reseller.see(/Ask for the invitation\?/)
  })
  await play('partner is asked', async () => {
    await reseller.press('tick', { step: 'ask-partner' })
    expect(await partner.see(/A reseller needs your invitation/)).toContain(note)
  })
  await play('invitation is created', async () => {
    await partner.press('create-invitation')
    await partner.see(/The invitation is ready/)
  })
  await play('invitation is sent to the reseller', async () => {
    await partner.press('send', { to: 'reseller' })
    await reseller.see(/Your invitation has arrived/)
  })
  await play('customer has the link', async () => {
    expect((await reseller.press('forward')).text).toMatch(/Waiting for the customer/)
  })
  await play('customer accepts', async () => {
    upstream.act('customer-accepts', { customer: fabrikam, partner: directPartnerTenant })
    await reseller.see(/The customer has accepted your direct partner’s invitation/)
    await partner.see(/The customer accepted your invitation/)
  })
}

async function administer({ reseller, partner, approvals, upstream, play }: Desks): Promise<void> {
  await play('rights are chosen', async () => {
    await partner.press('start', { track: 'delegated-admin' })
    const draft = {
      presets: 'helpdesk,exchange',
      days: '365',
      autoExtend: 'false',
      justification: why,
      group: 'Customer care',
    }
    await partner.press('set', { track: 'delegated-admin' }, draft)
    await partner.see(/Customer care[\s\S]*Ask for approval/)
  })
  await play('approval is asked for', async () => {
    await partner.press('tick', { step: 'ask-approval' })
    await approvals.see(/Approve these admin rights\?/)
  })
  await play('fewer rights are approved', async () => {
    const narrowed = await approvals.press('narrow', {}, { roles: helpdesk, days: '30' })
    expect(narrowed.text).toMatch(
      /\nApproval\n[\s\S]*Manager reduced it, just now: [^\n]*Exchange Administrator removed, 365 → 30 days/,
    )
    await partner.see(/needs to open the link and approve/)
  })
  await play('rights are active', async () => {
    const [made] = upstream.store.state.gdap
    expect(made).toMatchObject({ status: 'approvalPending', duration: 'P30D', roles: [helpdesk] })
    upstream.act('customer-approves-gdap', { relationship: made?.id ?? '', customer: fabrikam })
    expect(await partner.see(/Admin rights are active/)).toMatch(/Manager approved/)
    await reseller.see(/now has admin rights at Fabrikam/)
    expect(await approvals.see(/the rights are active/)).toMatch(/Approved with changes/)
  })
}

it('an invitation goes from reseller to direct partner and back, and administration is approved in the channel', {
  timeout: 120_000,
}, async () => {
  const desks = await startDesks()
  await pair(desks)
  await invite(desks)
  await administer(desks)
  const [made] = desks.upstream.store.state.gdap
  expect(made?.assignments).toMatchObject([{ status: 'active' }])
  expect(desks.upstream.violations()).toEqual([])
  // One card of the case and one line for each piece of news, besides the answers to what was typed.
  expect(desks.messages).toEqual([
    ['channel becomes the desk for approvals', 0, 0, 1],
    ['chat becomes the desk for resellers', 0, 1, 1],
    ['the reseller is connected', 1, 3, 1],
    ['case is opened', 2, 3, 1],
    ['answered', 2, 3, 1],
    ['customer is looked up', 2, 3, 1],
    ['partner is asked', 2, 4, 1],
    ['invitation is created', 2, 4, 1],
    ['invitation is sent to the reseller', 3, 4, 1],
    ['customer has the link', 3, 4, 1],
    ['customer accepts', 4, 5, 1],
    ['rights are chosen', 4, 5, 1],
    ['approval is asked for', 5, 5, 2],
    ['fewer rights are approved', 7, 7, 2],
    ['rights are active', 8, 8, 2],
  ])
  for (const { screen } of [desks.reseller, desks.partner, desks.approvals]) {
    expect(Object.values(fullCards(screen()))).toEqual([1])
  }

  const inChannel = desks.sentTo('approvals').filter((text) => text.includes('MC-'))
  expect(inChannel.length).toBeGreaterThan(1)
  for (const text of inChannel) {
    expect(text).toMatch(/^Fabrikam\nApproval\nMC-[0-9A-Z]{6}\n/)
    expect(text).toContain(why)
    expect(text).not.toMatch(ofCaseAlone)
  }
  for (const text of desks.sentTo('reseller')) expect(text).not.toMatch(ofCompanyAlone)
  const atDesk = desks.sentTo('partner').join('\n')
  expect(atDesk).toMatch(ofCaseAlone)
  expect(atDesk).toMatch(ofCompanyAlone)
})
