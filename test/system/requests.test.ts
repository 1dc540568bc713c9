import { expect, it } from 'vitest'
import { directPartnerTenant, resellerTenant } from '../../sandbox/upstream/companies.ts'
import { startActing } from '../support/acting.ts'
import { textOf } from '../support/bot.ts'
import { somebody } from '../support/world.ts'

const code = /[0-9A-HJKMNP-TV-Z]{4}[ -]?[0-9A-HJKMNP-TV-Z]{4}/
const products = 'Azure plan with two subscriptions'
const note = 'The customer changes on the first of the month.'
const email = 'it@contoso.example'
const request = 'invitation/transfer'

/** A reseller and the desk of its provider, each with a chat. */
async function startBoth() {
  const world = await startActing({ POLICY_EDITION: '2026-11' })
  const speakers = {
    reseller: somebody({ tenant: resellerTenant, name: 'Reseller' }),
    provider: world.agent({ name: 'Provider' }),
  }
  return {
    upstream: world.upstream,
    cases: world.cases,
    reseller: world.chat(speakers.reseller),
    provider: world.chat(speakers.provider),
    sentTo: (who: keyof typeof speakers): string =>
      world.connector.sent
        .filter(({ conversation }) => conversation === speakers[who].conversation)
        .map(({ body }) => textOf(body.attachments?.[0]?.content))
        .join('\n'),
  }
}
type Both = Awaited<ReturnType<typeof startBoth>>

async function pair({ reseller, provider }: Both): Promise<void> {
  await provider.say('desk direct-partner')
  const [given] = code.exec(await provider.say('link')) ?? []
  expect(await reseller.say(`link ${given}`)).toMatch(/now connected with First Up Consultants/)
  await provider.see(/now connected with Wingtip Services/)
}

/** Azure of a customer at another partner, of another provider, as far as the filled form. */
async function describe({ reseller }: Both): Promise<void> {
  await reseller.say('hello')
  for (const value of ['indirect-reseller', 'usage', 'csp-partner', 'no']) {
    await reseller.press('answer', { value })
  }
  await reseller.press('start', { track: request })
  await reseller.press('set', { track: request }, { customer: 'contoso.example', products, note, partnerId: '1000002' })
  await reseller.see(/Send this to your provider\?/)
}

it('a reseller’s transfer goes through the desk of its provider to "completed" on its own card', {
  timeout: 120_000,
}, async () => {
  const both = await startBoth()
  const { reseller, provider, upstream } = both
  await pair(both)
  await describe(both)
  await reseller.press('tick', { step: 'ask-partner' })
  const asked = await provider.see(/A reseller needs your help/)
  for (const told of ['Contoso', products, note, 'Wingtip Services']) expect(asked).toContain(told)

  await provider.press('start', { track: 'transfer' })
  await reseller.see(/Your provider is working on it/)
  const form = { track: 'transfer', side: undefined, transfer: undefined }
  expect(JSON.stringify(provider.card())).toContain('contoso.example')
  expect(JSON.stringify(provider.card())).toContain('"value":"1000002"')
  // The partner id is left out: it is found in Partner Center.
  const fields = { customer: 'contoso.example', source: 'litware.example', email, partnerId: '' }
  await provider.press('set', form, fields)
  await provider.see(/The reseller is linked with you and will be partner of record/)
  await provider.press('tick', { step: 'request' })
  await provider.see(/days left/)
  await reseller.see(/The current partner now has to accept it/)

  const transfer = upstream.store.state.transfers.at(-1)
  expect(transfer).toMatchObject({ target: directPartnerTenant, partnerOnRecord: '1000002' })
  upstream.act('source-accepts', { transfer: transfer?.id ?? '' })
  await provider.see(/Transfer complete/)
  await reseller.see(/Transfer requested, waiting[\s\S]*Completed/)
  expect(upstream.violations()).toEqual([])

  for (const news of ['has started on it', 'has completed it'])
    expect(both.sentTo('reseller')).toContain(`Your provider ${news}`)
  expect(both.sentTo('reseller')).not.toMatch(/litware|Litware|it@contoso/)
})

it('a reseller without a provider gets the text to send, and goes on by hand', { timeout: 60_000 }, async () => {
  const both = await startBoth()
  const { reseller } = both
  await describe(both)
  const { text } = await reseller.press('tick', { step: 'ask-partner' })
  expect(text).toMatch(/Ask your provider yourself/)
  expect(text).toContain(products)
  await reseller.press('tick', { step: 'asked-by-hand' })
  expect(reseller.text()).toMatch(/You asked your provider on/)
  await reseller.press('tick', { step: 'request-done' })
  expect(reseller.text()).toMatch(/Your provider has completed it/)
  expect((await both.cases())[0]).toMatchObject({ tracks: [{ state: 'fulfilled' }] })
})
