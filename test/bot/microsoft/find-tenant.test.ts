import { describe, expect, it } from 'vitest'
import { createCalls } from '../../../bot/microsoft/calls.ts'

const ours = 'bbbbbbbb-0000-4000-8000-000000000001'
const customer = 'c0000000-0000-4000-8000-000000000001'
const tenant = { id: customer, name: 'Contoso', domain: 'contoso.example' }

/** Looks the customer up, of whom Partner Center knows this. */
async function findTenant(
  known: { relationship: string; country?: string } | undefined,
  country: string | undefined,
  fault = 'no-such-customer',
) {
  const unknown = { kind: 'refused', status: 404, fault, code: undefined, detail: undefined }
  const deps = {
    partnerCenter: { customer: async () => (known ? { kind: 'ok', value: { ...tenant, ...known } } : unknown) },
    graph: { findTenantByDomain: async () => ({ kind: 'ok', value: tenant }) },
    tokens: { app: async () => ({ kind: 'token', token: 'app' }) },
    partner: { tenant: ours, country },
    admin: {},
    onNoToken: () => {},
  } as unknown as Parameters<typeof createCalls>[0]
  const context = { requestId: 'r', correlationId: 'c', visit: { place: { tenant: ours } } }
  return createCalls(deps).attempt(
    { name: 'find-tenant', who: 'customer', text: tenant.domain },
    context as unknown as Parameters<ReturnType<typeof createCalls>['attempt']>[1],
  )
}

describe('a customer that is looked up', () => {
  it.each([
    ['in our region', 'AT', 'yes'],
    ['outside our region', 'US', 'no'],
    ['in a region that may be another', 'GB', 'unknown'],
  ] as const)('is %s', async (_name, country, region) => {
    const answer = { call: 'find-tenant', tenant, isCustomer: false, region }
    expect(await findTenant({ relationship: 'none', country }, 'DE')).toEqual({ kind: 'answered', answer })
  })

  it('has an unknown region while its country is hidden from us', async () => {
    const answer = { call: 'find-tenant', tenant, isCustomer: false, region: 'unknown' }
    expect(await findTenant(undefined, 'DE')).toEqual({ kind: 'answered', answer })
  })

  it('is found although we may read no customers, as an indirect reseller', async () => {
    const answer = { call: 'find-tenant', tenant, isCustomer: false, isClosed: true }
    expect(await findTenant(undefined, 'DE', 'access-denied')).toEqual({ kind: 'answered', answer })
  })
})
