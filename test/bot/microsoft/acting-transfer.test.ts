import { afterEach, describe, expect, it, vi } from 'vitest'
import en from '../../../cards/locales/en.json' with { type: 'json' }
import { directPartnerTenant, otherPartnerTenant } from '../../../sandbox/upstream/companies.ts'
import { actionsOfCase } from '../../../state/actions.ts'
import { startActing } from '../../support/acting.ts'
import type { Chat } from '../../support/chat.ts'

const customers = (number: number) => `c0000000-0000-4000-8000-${String(number).padStart(12, '0')}`
const contoso = customers(3)
const northwind = customers(4)
const humongous = customers(7)
const woodgrove = customers(8)
const day = 86_400_000
const inDays = (days: number) => new Date(Date.now() + days * day).toISOString()

type Acting = Awaited<ReturnType<typeof startActing>>
let world: Acting
/** The world of a test; its Microsoft must have been asked nothing that is not in the contract. */
const start = async (options: Parameters<typeof startActing>[1] = {}) => {
  world = await startActing({}, options)
  return world
}
afterEach(() => expect(world.upstream.violations()).toEqual([]))

const newest = () => {
  const transfer = world.upstream.store.state.transfers.at(-1)
  if (!transfer) throw new Error('no transfer was made')
  return transfer
}
const track = async () => (await world.cases())[0]?.tracks.find(({ kind }) => kind === 'transfer')
const actions = async () => {
  const [caseRecord] = await world.cases()
  return world.database.transaction((tx) => actionsOfCase(tx, caseRecord?.id ?? ''))
}
/** Changes at Microsoft that requests made. */
const changes = () => world.upstream.effects().log.flatMap(({ operation, requestId }) => (requestId ? operation : []))

/** Azure at another partner, as far as the answer of an edition. */
async function azureFromPartner(chat: Chat, edition: '2017-03' | '2026-11') {
  await chat.say('hello')
  await chat.press('answer', { question: 'role', value: 'direct' })
  await chat.press('answer', { value: 'usage' })
  await chat.press('answer', { value: 'csp-partner' })
  if (edition === '2026-11') await chat.press('edition', { edition })
}

async function startTransfer(chat: Chat, side: 'target' | 'source') {
  await azureFromPartner(chat, '2026-11')
  await chat.press('answer', { question: 'offer', value: 'azure-plan' })
  await chat.press('start', { track: 'transfer' })
  await chat.press('set', { side })
}

const form = { track: 'transfer', side: undefined, transfer: undefined }
const email = 'it@customer.example'

/** As far as the button that asks for the transfer. */
async function describeTransfer(chat: Chat, customer = 'contoso.example') {
  await startTransfer(chat, 'target')
  await chat.press('set', form, { customer, source: 'litware.example', email })
  await chat.see(/Prerequisites/)
}

/** As far as the wait for the current partner. */
async function requested() {
  const chat = world.chat(world.agent())
  await describeTransfer(chat)
  await chat.press('tick', { step: 'request' })
  await chat.see(/days left/)
  return chat
}

describe('what a transfer takes', () => {
  it.each([
    ['contoso.example', ['check.relationship.yes', 'check.region.yes', 'check.azure-plan.yes', 'check.role.yes']],
    ['northwind.example', ['check.relationship.yes', 'check.region.yes', 'check.azure-plan.no']],
    ['adventure-works.example', ['check.relationship.yes', 'check.region.no', 'check.azure-plan.yes']],
    ['fabrikam.example', ['check.relationship.no', 'check.region.unknown', 'check.azure-plan.unknown']],
  ] as const)('is said before it is asked for: %s', async (customer, sentences) => {
    const world = await start()
    const chat = world.chat(world.agent())
    await describeTransfer(chat, customer)
    for (const key of sentences) expect(chat.text()).toContain(en[key])
    expect(changes()).toEqual([])
  })

  it('is a relationship first, which is one click away', async () => {
    const world = await start()
    const chat = world.chat(world.agent())
    await describeTransfer(chat, 'fabrikam.example')
    await chat.press('start', { track: 'relationship' })
    expect(chat.text()).toContain(en['relationship.collecting-customer.title'])
  })
})

describe('a transfer as the new partner', () => {
  it('is asked for and followed to its end', async () => {
    const world = await start()
    const chat = await requested()
    world.upstream.act('source-accepts', { transfer: newest().id })
    await chat.see(/Transfer complete/)
    expect(await track()).toMatchObject({ kind: 'transfer', state: 'completed' })
    expect(await actions()).toMatchObject([{ name: 'create-transfer', state: 'confirmed', sends: 1 }])
    expect(world.upstream.effects().byKey).toMatchObject({ [`transfer.create ${contoso} ${otherPartnerTenant}`]: 1 })
  })

  it.each([
    ['tailspin.example', 'not-eligible', '900131'],
    ['humongous.example', 'under-review', '800073'],
  ] as const)(
    'that Microsoft refuses is back in its form, with all that was typed: %s',
    async (customer, kind, code) => {
      const world = await start()
      world.upstream.act('buy-azure-plan', { customer: humongous, partner: directPartnerTenant })
      const chat = world.chat(world.agent())
      await describeTransfer(chat, customer)
      await chat.press('tick', { step: 'request' })
      const told = await chat.see(new RegExp(code))
      expect(told).toContain(en[`fault.${kind}`])
      expect(told).toContain(en[`fault.${kind}.next`])
      const typed = { customer, source: 'litware.example', email }
      expect(await track()).toMatchObject({ state: 'collecting', context: { typed, email, fault: { kind, code } } })
      for (const value of Object.values(typed)) expect(JSON.stringify(chat.card())).toContain(`"value":"${value}"`)
      expect(await actions()).toMatchObject([{ name: 'create-transfer', state: 'failed', sends: 1 }])
    },
  )

  it.each(['northwind.example', 'fabrikam.example'])(
    'is not requested while something is missing: %s',
    async (customer) => {
      const world = await start()
      const chat = world.chat(world.agent())
      await describeTransfer(chat, customer)
      expect(
        chat
          .buttons()
          .filter(({ verb }) => verb === 'tick')
          .map(({ data }) => data.step),
      ).toEqual(['check-again'])
      expect(await actions()).toEqual([])
    },
  )

  it('is requested after another check, once what was missing is there', async () => {
    const world = await start()
    const chat = world.chat(world.agent())
    await describeTransfer(chat, 'northwind.example')
    await chat.press('tick', { step: 'check-again' })
    await world.idle()
    await chat.see(new RegExp(en['check.azure-plan.no']))
    world.upstream.act('buy-azure-plan', { customer: northwind, partner: directPartnerTenant })
    await chat.press('tick', { step: 'check-again' })
    await chat.see(new RegExp(en['check.azure-plan.yes']))
    await chat.press('tick', { step: 'request' })
    await chat.see(/days left/)
    expect(changes()).toEqual(['transfer.create'])
  })

  it('waits for the end of another one, and may be asked for then', async () => {
    const world = await start()
    world.upstream.act('partner-asks', { customer: contoso, source: otherPartnerTenant, target: directPartnerTenant })
    const other = newest().id
    const chat = world.chat(world.agent())
    await describeTransfer(chat)
    await chat.press('tick', { step: 'request' })
    expect(await chat.see(/900101/)).toContain(en['fault.running-transfer'])
    world.upstream.act('target-cancels', { transfer: other })
    await chat.press('tick', { step: 'request' })
    await chat.see(/days left/)
    expect(newest().id).not.toBe(other)
  })

  it('to another country has failed for good', async () => {
    const world = await start()
    const chat = world.chat(world.agent())
    await describeTransfer(chat, 'adventure-works.example')
    await chat.press('tick', { step: 'request' })
    expect(await chat.see(/2030/)).toContain(en['fault.region'])
    expect(await track()).toMatchObject({ state: 'failed' })
    expect(chat.buttons().some(({ verb, data }) => verb === 'start' && data.track === 'transfer')).toBe(true)
  })

  it('is not asked for before an address of the customer is right', async () => {
    const world = await start()
    const chat = world.chat(world.agent())
    await startTransfer(chat, 'target')
    await chat.press('set', form, { customer: 'contoso.example', source: 'litware.example', email: 'nobody' })
    await chat.see(new RegExp(en['transfer.email.wrong'].replace('.', '\\.')))
    await vi.waitFor(async () => expect(await track()).toMatchObject({ context: { pending: null } }))
    expect(chat.buttons().filter(({ data }) => data.step === 'request')).toEqual([])
    await chat.see(/from which partner/)
    await chat.press('set', form, { customer: 'contoso.example', source: 'litware.example', email })
    await chat.see(/Prerequisites/)
  })

  it('can be taken back while the current partner has not answered', async () => {
    const world = await start()
    const chat = await requested()
    await chat.press('tick', { step: 'take-back' })
    await chat.see(/Transfer cancelled/)
    expect(newest().status).toBe('Cancel')
    expect(await track()).toMatchObject({ state: 'cancelled' })
    expect(changes()).toEqual(['transfer.create', 'transfer.cancel'])
    expect(world.connector.sent.map(({ method }) => method)).not.toContain('DELETE')
  })

  it('that the current partner accepted a moment before it was taken back goes on', async () => {
    // Shorter than the life of a token.
    const halfHour = 1_800_000
    let ahead = 0
    const world = await start({ settings: { transferStartMs: halfHour }, now: () => Date.now() + ahead, pollMs: day })
    const chat = await requested()
    // The first poll is over: the next one comes after the click.
    await world.idle()
    world.upstream.act('source-accepts', { transfer: newest().id })
    await chat.press('tick', { step: 'take-back' })
    expect(await chat.see(/900104/)).toContain(en['fault.stale'])
    ahead = halfHour
    await world.travelTo(inDays(1.5))
    await chat.see(/Transfer complete/)
    expect(changes()).toEqual(['transfer.create'])
  })

  it.each([
    ['source-declines', 'rejected', 'transfer.rejected.title'],
    ['transfer-expires', 'expired', 'transfer.expired.title'],
    ['target-cancels', 'cancelled', 'line.transfer-cancelled'],
  ] as const)('ends as the other side decides: %s', async (deed, state, line) => {
    const world = await start()
    const chat = await requested()
    world.upstream.act(deed, { transfer: newest().id })
    await chat.see(new RegExp(en[line].replace('.', '\\.')))
    expect(await track()).toMatchObject({ state })
    await chat.see(new RegExp(en[`transfer.${state}.title`]))
    expect(chat.buttons().some(({ verb, data }) => verb === 'start' && data.track === 'transfer')).toBe(true)
  })

  it('that moved in part says what did not move, and why', async () => {
    const world = await start()
    const chat = await requested()
    world.upstream.act('source-accepts', { transfer: newest().id, failing: 'some' })
    const told = await chat.see(/Partly transferred/)
    expect(told).toContain('Partly transferred')
    expect(told).toMatch(/Contoso production\n+Not moved\n+900103/)
    expect(told).toMatch(/Contoso test\n+Moved/)
    expect(await track()).toMatchObject({ state: 'partially-completed' })
  })

  it('that moved not at all has failed', async () => {
    const world = await start()
    const chat = await requested()
    world.upstream.act('source-accepts', { transfer: newest().id, failing: 'all' })
    expect(await chat.see(/Transfer failed/)).toMatch(/Contoso production\n+Not moved\n+900103/)
    expect(await track()).toMatchObject({ state: 'failed' })
  })

  it('is called to mind 7 days and 1 day before it runs out, and over a day after', async () => {
    const world = await start()
    const chat = await requested()
    await world.travelTo(inDays(23))
    await chat.see(/7 days left for the current partner to accept/)
    await world.travelTo(inDays(29))
    await chat.see(/One day left for the current partner to accept/)
    await world.travelTo(inDays(30.5))
    await world.idle()
    expect(await track()).toMatchObject({ state: 'awaiting-source-partner' })
    await world.travelTo(inDays(31))
    await chat.see(/The request has expired/)
    expect(await track()).toMatchObject({ state: 'expired' })
    expect(
      world.connector.sent.filter(({ body }) => /left for the current partner to accept/.test(JSON.stringify(body))),
    ).toHaveLength(2)
  })

  it('shows a word for its state that nobody knows yet, and ends when it has ended', async () => {
    const world = await start()
    const chat = await requested()
    const transfer = newest()
    transfer.status = 'AwaitingApproval' as typeof transfer.status
    await vi.waitFor(
      async () => expect(await track()).toMatchObject({ context: { transfer: { status: 'other' } } }),
      10_000,
    )
    // The current tab is no button.
    await chat.press('show', { view: 'outcome' })
    const { text } = await chat.press('show', { view: 'transfer' })
    expect(text).toContain('Microsoft calls this status “AwaitingApproval”')
    transfer.status = 'Active'
    world.upstream.act('source-accepts', { transfer: transfer.id })
    await chat.see(/Transfer complete/)
  })

  it('is asked for once, however often it is clicked, even where Microsoft would take it twice', async () => {
    const world = await start({ settings: { refusesRunning: false } })
    const chat = world.chat(world.agent())
    await describeTransfer(chat)
    const { data } = chat.button('tick', { step: 'request' })
    await Promise.all([1, 2, 3, 4].map(() => chat.pressRaw('tick', data)))
    await chat.see(/days left/)
    expect(changes()).toEqual(['transfer.create'])
  })
})

/** The direct partner as the present one of Woodgrove Bank, which Litware wants; as far as its request. */
async function offered(options: Parameters<typeof startActing>[1] = {}) {
  const world = await start(options)
  world.upstream.act('partner-asks', { customer: woodgrove, source: directPartnerTenant, target: otherPartnerTenant })
  const chat = world.chat(world.agent())
  await startTransfer(chat, 'source')
  await chat.press('set', form, { customer: 'woodgrove.example' })
  expect(await chat.see(/A partner wants to take over/)).toContain('Requested by Litware')
  return chat
}

const subscription = (name: string) =>
  world.upstream.store.state.subscriptions.find((subscription) => subscription.name === name)?.id ?? ''

describe('a transfer as the current partner', () => {
  it('hands over what was picked, and nothing else', async () => {
    const chat = await offered()
    const items = [subscription('Woodgrove branches'), subscription('Microsoft 365 E5')].join()
    await chat.press('set', { transfer: newest().id }, { items })
    expect(JSON.stringify(chat.card())).toMatch(/Hand over 2 subscriptions\?.*Litware/)
    expect(changes()).toEqual([])
    await chat.press('set', { sure: true }, { reason: 'The customer wishes it.' })
    await chat.see(/Transfer complete/)
    expect(await track()).toMatchObject({ state: 'completed', context: { side: 'source' } })
    const moved = world.upstream.store.state.subscriptions.filter(
      ({ customer, partner }) => customer === woodgrove && partner === otherPartnerTenant,
    )
    expect(moved.map(({ name }) => name).sort()).toEqual(['Azure plan', 'Microsoft 365 E5', 'Woodgrove branches'])
    expect(changes()).toEqual(['transfer.accept'])
  })

  it('says which of the subscriptions did not move', async () => {
    const chat = await offered()
    const all = String(JSON.stringify(chat.card()).match(/"value":"(5ab5[^"]+)"/)?.[1])
    expect(all.split(',')).toHaveLength(2)
    await chat.press('set', { transfer: newest().id }, { items: all })
    await chat.press('set', { sure: true }, { reason: '' })
    const told = await chat.see(/Partly transferred/)
    expect(told).toMatch(/Woodgrove back-up\n+Not moved\n+900146: Third-party marketplace products do not move/)
    expect(await track()).toMatchObject({ state: 'partially-completed' })
  })

  it('is over when it is declined', async () => {
    const chat = await offered()
    await chat.press('decline', { transfer: newest().id })
    expect(JSON.stringify(chat.card())).toContain('Decline this transfer?')
    await chat.press('decline', { sure: true }, { reason: ' ' })
    expect(JSON.stringify(chat.card())).toContain('Please say why you decline.')
    expect(changes()).toEqual([])
    await chat.press('decline', { sure: true }, { reason: 'They owe us money.' })
    await chat.see(/Transfer declined/)
    expect(newest().status).toBe('Reject')
    expect(await track()).toMatchObject({ state: 'rejected' })
    expect(changes()).toEqual(['transfer.decline'])
  })

  it('never hands over what is not on the card', async () => {
    const chat = await offered()
    const { data } = chat.button('set', { transfer: newest().id })
    for (const items of ['', subscription('Contoso production'), `${subscription('Woodgrove branches')},x`]) {
      const { text } = await chat.pressRaw('set', { ...data, items })
      expect(text).toContain(en['line.not-now'])
    }
    expect(changes()).toEqual([])
  })

  it('is back in its form when the new partner has taken its request back', async () => {
    const chat = await offered()
    world.upstream.act('target-cancels', { transfer: newest().id })
    await chat.press('set', { transfer: newest().id }, { items: subscription('Woodgrove branches') })
    await chat.press('set', { sure: true }, { reason: '' })
    expect(await chat.see(/900102/)).toContain(en['fault.stale'])
    expect(await track()).toMatchObject({ state: 'collecting' })
    expect(changes()).toEqual([])
  })

  it('looks again when nobody has asked yet', async () => {
    const world = await start()
    const chat = world.chat(world.agent())
    await startTransfer(chat, 'source')
    await chat.press('set', form, { customer: 'woodgrove.example' })
    await chat.see(/No transfers need your answer/)
    world.upstream.act('partner-asks', { customer: woodgrove, source: directPartnerTenant, target: otherPartnerTenant })
    await chat.press('set', { customer: woodgrove })
    await chat.see(/A partner wants to take over/)
  })
})

describe('a transfer on paper', () => {
  const steps = ['agreement', 'forms', 'ticket', 'confirmation', 'access']

  it('of the edition of March 2017 is ticked to its end, and Microsoft is asked nothing', async () => {
    const world = await start()
    const chat = world.chat(world.agent())
    await azureFromPartner(chat, '2017-03')
    await chat.press('start', { track: 'transfer' })
    for (const [done, step] of steps.entries()) {
      expect(chat.text()).toContain(`${done} of 5 steps`)
      await chat.press('tick', { step })
    }
    expect(chat.text()).toContain(en['transfer.completed.ticket'])
    expect(await track()).toMatchObject({ state: 'completed', context: { way: 'ticket' } })
    // The group of approvers is read at any time.
    const lookups = ['getGroup', 'listTransitiveMembers']
    expect(Object.keys(world.upstream.calls()).filter((name) => !lookups.includes(name))).toEqual([])
  })

  it('takes a tick back, and the wait for the ticket with it', async () => {
    const world = await start()
    const chat = world.chat(world.agent())
    await azureFromPartner(chat, '2017-03')
    await chat.press('start', { track: 'transfer' })
    for (const step of steps.slice(0, 3)) await chat.press('tick', { step })
    expect(await track()).toMatchObject({ state: 'awaiting-source-partner' })
    await chat.press('tick', { step: 'ticket' })
    expect(await track()).toMatchObject({ state: 'collecting', context: { settled: { agreement: {}, forms: {} } } })
    expect(chat.text()).toContain('2 of 5 steps')
  })
})
