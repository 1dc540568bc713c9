import { expect, it } from 'vitest'
import { directPartnerTenant, resellerTenant } from '../../sandbox/upstream/companies.ts'
import { startActing } from '../support/acting.ts'
import { somebody } from '../support/world.ts'

const code = /[0-9A-HJKMNP-TV-Z]{4}[ -]?[0-9A-HJKMNP-TV-Z]{4}/

it('a reseller invites a customer jointly with the provider whose desk it is paired with', async () => {
  const world = await startActing({ POLICY_EDITION: '2026-11' })
  const reseller = world.chat(somebody({ tenant: resellerTenant, name: 'Reseller' }))
  const provider = world.chat(world.agent({ name: 'Provider' }))
  await reseller.say('hello')
  for (const value of ['indirect-reseller', 'licence', 'ea', 'take-over']) await reseller.press('answer', { value })
  await reseller.press('start', { track: 'relationship' })
  await reseller.press('set', { track: 'relationship' }, { customer: 'fabrikam.example' })
  await reseller.see(/for you alone or jointly with your provider/)
  const { text } = await reseller.press('tick', { step: 'confirm-jointly' })
  expect(text).toContain('This conversation isn’t connected with your provider yet.')

  await provider.say('desk direct-partner')
  const [given] = code.exec(await provider.say('link')) ?? []
  await reseller.say(`link ${given}`)
  await reseller.say((await world.cases())[0]?.id ?? '')
  await reseller.press('show', { view: undefined })
  await reseller.press('tick', { step: 'confirm-jointly' })
  const [stored] = await world.cases()
  expect(stored?.tracks).toMatchObject([{ kind: 'relationship', context: { provider: directPartnerTenant } }])
})
