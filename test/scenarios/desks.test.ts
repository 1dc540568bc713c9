import { expect, it } from 'vitest'
import { directPartner, reseller as resellers } from '../sandbox/upstream/world.ts'
import { startActing } from '../support/acting.ts'
import { somebody } from '../support/world.ts'

const manager = 'bbbbbbbb-0000-4000-8000-000000000002'
const fabrikam = 'c0000000-0000-4000-8000-000000000001'

it('an invitation goes from reseller to direct partner and back, and administration is approved in the channel', { timeout: 120_000 }, async () => {
  const world = await startActing({ ADMINS: manager, APPROVERS: manager })
  const reseller = world.chat(somebody({ tenant: resellers, name: 'Reseller' }))
  const partner = world.chat(world.agent({ name: 'Direct partner' }))
  const approvals = world.chat({ tenant: directPartner, id: manager, name: 'Manager', type: 'channel', conversation: '19:approvals@thread.tacv2' })

  expect(await approvals.say('desk approvals')).toMatch(/admin rights/)
  expect(await partner.say('desk direct-partner')).toMatch(/Done/)
  const code = /[0-9A-HJKMNP-TV-Z]{4}[ -]?[0-9A-HJKMNP-TV-Z]{4}/.exec(await partner.say('link'))?.[0]
  expect(code).toBeDefined()
  await reseller.say(`link ${code}`)
  await partner.see(/paired|linked|connected|resellers?/i)

  await reseller.say('hello')
  await reseller.press('answer', { question: 'role', value: 'indirect-reseller' })
  await reseller.press('answer', { value: 'licence' })
  await reseller.press('answer', { value: 'open' })
  await reseller.press('start', { track: 'invitation' })
  await reseller.press('set', { track: 'invitation' }, { customer: 'fabrikam.example', note: 'They need help with Exchange.' })
  await reseller.see(/Fabrikam/)
  await reseller.press('tick', { step: 'ask-partner' })
  await partner.see(/Fabrikam/)
  await partner.press('create-invitation')
  await partner.see(/Send/)
  await partner.press('send', { to: 'reseller' })
  await reseller.see(/I have sent|Send it|forward/i)
  await reseller.press('forward')
  world.upstream.act('customer-accepts', { customer: fabrikam, partner: directPartner })
  await reseller.see(/accepted/i)
  await partner.see(/accepted/i)

  await partner.press('start', { track: 'delegated-admin' })
  const draft = { presets: 'helpdesk,exchange', days: '365', autoExtend: 'false', justification: 'Support after the move', group: '' }
  await partner.press('set', { track: 'delegated-admin' }, draft)
  await partner.press('tick', { step: 'ask-approval' })
  await approvals.see(/Approve these admin rights/)
  const helpdesk = '729827e3-9c14-49f7-bb1b-9608f156bbb8'
  const narrowed = await approvals.press('narrow', {}, { roles: helpdesk, days: '30' })
  expect(narrowed.text).toMatch(/Manager narrowed it/)
  await partner.see(/granularAdminRelationships|customer has to approve|Send it to the customer|Open the link/i)
  const [made] = world.upstream.store.state.gdap
  expect(made).toMatchObject({ status: 'approvalPending', duration: 'P30D' })
  world.upstream.act('customer-approves-gdap', { relationship: made?.id ?? '', customer: fabrikam })
  await partner.see(/active|in force|granted/i)
  console.log(partner.text())
  await reseller.see(/rights/i)
  console.log(reseller.text())
  await approvals.see(/active|in force|granted/i)
  console.log(approvals.text())
  expect(world.upstream.violations()).toEqual([])
})
