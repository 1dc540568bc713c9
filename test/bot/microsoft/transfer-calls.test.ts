import pino from 'pino'
import { expect, it, onTestFinished } from 'vitest'
import { sandboxConfig } from '../../../bot/config/config.ts'
import { readEditions } from '../../../bot/config/editions.ts'
import { createUpstream } from '../../../bot/microsoft/upstream.ts'
import type { Origin } from '../../../bot/teams/activity.ts'
import { directoryId } from '../../../dialogs/directory-id.ts'
import { partnerAt } from '../../../sandbox/partner.ts'
import { directPartnerTenant, otherPartnerTenant } from '../../../sandbox/upstream/companies.ts'
import { managerId } from '../../../sandbox/upstream/graph/groups.ts'
import { startUpstream } from '../../../sandbox/upstream/server.ts'

const ids = { requestId: 'e1aa3f3f-3d4e-4b6c-8a1d-0d2f6a1f0001', correlationId: 'e1aa3f3f-3d4e-4b6c-8a1d-0d2f6a1f0002' }

const visit: Origin = {
  place: {
    tenant: directPartnerTenant,
    conversation: 'a:1',
    room: 'a:1',
    kind: 'personal',
    reference: { serviceUrl: 'http://127.0.0.1:9/', bot: { id: '28:bot' } },
  } as never,
  sender: { id: directoryId(managerId), account: `29:${managerId}` },
}

it('offers a new partner the Azure subscriptions inside the plan, never the plan', async () => {
  const upstream = await startUpstream()
  onTestFinished(async () => {
    await upstream.stop()
    expect([upstream.violations(), upstream.unfit()]).toEqual([[], []])
  })
  const { partner, vouch } = await partnerAt(upstream.url)
  const config = sandboxConfig({}, { metadataUrl: 'http://127.0.0.1:9/none', partner }, readEditions())
  const log = pino({ level: 'silent' })
  const { calls } = createUpstream({
    ...{ partner: config.partner, approvals: config.approvals, tokenService: undefined, vouch, log },
    now: Date.now,
    loopback: true,
    timeoutMs: 2_000,
  })
  const customer = upstream.store.state.customers.find(({ domain }) => domain === 'woodgrove.example')?.id ?? ''
  upstream.act('partner-asks', { customer, source: directPartnerTenant, target: otherPartnerTenant })

  const found = await calls.attempt({ name: 'find-transfer', customer }, { ...ids, visit })

  expect(found).toMatchObject({
    kind: 'answered',
    answer: {
      transfers: [{ status: 'pending' }],
      subscriptions: [
        { name: 'Microsoft 365 E5' },
        { name: 'Woodgrove branches', product: 'AzureSubscription' },
        { name: 'Woodgrove back-up', product: 'AzureSubscription' },
      ],
    },
  })
})
