import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHttp, type HttpResult } from '../../../clients/http.ts'
import { createPartnerCenter } from '../../../clients/partner-center.ts'
import { createWebhookRegistration } from '../../../clients/webhook-registration.ts'
import { useNock } from '../../support/nock.ts'
import { readContract } from './contract.ts'
import { CALLER, createFakeUpstream } from './upstream.ts'

useNock()

const ORIGIN = 'https://api.partnercenter.microsoft.com'
const CUSTOMER = 'c0ffee00-1111-4222-8333-444455556666'
const SOURCE = 'aaaaaaaa-1111-4222-8333-444455556666'
const TARGET = 'bbbbbbbb-1111-4222-8333-444455556666'
const TRANSFER = 'dddddddd-1111-4222-8333-444455556666'
const transfersPath = `/v1/customers/${CUSTOMER}/transfers`
const subscriptionsPath = `/v1/customers/${CUSTOMER}/subscriptions`

const http = () => createHttp({ baseUrl: ORIGIN, now: Date.now })
const contract = readContract('partner-center.openapi.json')
let upstream: ReturnType<typeof createFakeUpstream>
let partnerCenter: ReturnType<typeof createPartnerCenter>

beforeEach(() => {
  upstream = createFakeUpstream(contract, ORIGIN)
  partnerCenter = createPartnerCenter(http(), { transferType: { send: 5, accepted: [3, 5] } })
})
afterEach(() => upstream.settle())

const answerOf = <T>(result: HttpResult<T>): T => {
  if (result.kind !== 'ok') throw new Error(`not an answer: ${JSON.stringify(result)}`)
  return result.value
}

const sound = { id: TRANSFER, status: 'Pending', transferType: 5, sourcePartnerTenantId: SOURCE }
const beyond = 'seen in production'

describe('a list of transfers', () => {
  it.each([
    ['a status that is missing', { status: null }, { status: 'other' }],
    ['a status that is a number', { status: 3 }, { status: 'other', said: '3' }],
    ['a time that is a number', { createdTime: 20260301 }, { status: 'pending' }],
    [
      'a line whose error is an object',
      {
        lineItems: [
          { id: 0, subscriptionId: 'S1', status: 'Failed', transferError: { code: 900103, description: 'No' } },
        ],
      },
      { items: [{ subscription: 'S1', status: 'failed', error: '900103: No' }] },
    ],
    [
      'a line whose status is a number',
      { lineItems: [{ id: 0, subscriptionId: 'S1', status: 4 }] },
      { items: [{ subscription: 'S1', status: 'open' }] },
    ],
  ])('survives %s', async (_name, odd, expected) => {
    upstream.on('GET', transfersPath, { body: [{ ...sound, ...odd }], beyond })
    expect(answerOf(await partnerCenter.transfers(CALLER, CUSTOMER))).toMatchObject([expected])
  })

  it('keeps its readable elements beside one that is not', async () => {
    upstream.on('GET', transfersPath, { body: [{ id: 7 }, sound], beyond })
    expect(answerOf(await partnerCenter.transfers(CALLER, CUSTOMER))).toMatchObject([{ id: TRANSFER }])
  })

  it('leaves out a transfer of 2020, which has no type', async () => {
    const { transferType: _type, ...untyped } = sound
    const body = [
      { ...untyped, createdTime: '2020-05-04T10:00:00Z' },
      { ...untyped, id: SOURCE, createdTime: '2026-05-04T10:00:00Z' },
    ]
    upstream.on('GET', transfersPath, { body })
    expect(answerOf(await partnerCenter.transfers(CALLER, CUSTOMER)).map(({ id }) => id)).toEqual([SOURCE])
  })
})

describe('a transfer that is cancelled', () => {
  it('is cancelled also if the service answers without a body', async () => {
    upstream.on('PATCH', `${transfersPath}/${TRANSFER}`, { status: 204, beyond })
    const cancelled = await partnerCenter.cancelTransfer(CALLER, {
      customer: { id: CUSTOMER, name: 'Contoso' },
      transfer: TRANSFER,
      source: SOURCE,
      target: TARGET,
    })
    expect(answerOf(cancelled)).toMatchObject({ id: TRANSFER, status: 'cancelled' })
  })
})

describe('a transfer that is requested for a reseller', () => {
  const request = {
    customer: { id: CUSTOMER, name: 'Contoso' },
    source: { id: SOURCE, name: 'Fabrikam' },
    email: 'it@contoso.com',
    productTypes: ['OnlineServicesNCE'],
  }

  it('names the reseller as partner of record', async () => {
    upstream.on('POST', transfersPath, { status: 201, body: sound })
    answerOf(await partnerCenter.createTransfer(CALLER, { ...request, partnerOnRecord: '4847383' }))
    expect(upstream.seen.at(-1)?.body).toHaveProperty('partnerOnRecord', '4847383')
  })

  it('names nobody without one', async () => {
    upstream.on('POST', transfersPath, { status: 201, body: sound })
    answerOf(await partnerCenter.createTransfer(CALLER, request))
    expect(upstream.seen.at(-1)?.body).not.toHaveProperty('partnerOnRecord')
  })
})

describe('subscriptions', () => {
  const plan = {
    id: 'plan1',
    offerId: 'DZH318Z0BPS6:0001:DZH318Z0BPML',
    productType: { id: 'Azure' },
    status: 'active',
  }

  it('survive one without a status', async () => {
    upstream.on('GET', subscriptionsPath, { body: { items: [{ ...plan, status: null }, plan] }, beyond })
    expect(answerOf(await partnerCenter.subscriptions(CALLER, CUSTOMER))).toMatchObject([
      { status: '' },
      { status: 'active', isAzurePlan: true },
    ])
  })

  it('of Azure are read inside their plan', async () => {
    const body = {
      totalCount: 2,
      items: [{ id: 'E1', friendlyName: 'Prod', status: 'Active', subscriptionId: 'plan1' }, { id: 'E2' }],
    }
    upstream.on('GET', `${subscriptionsPath}/plan1/azureEntitlements`, { body })
    expect(answerOf(await partnerCenter.azureEntitlements(CALLER, CUSTOMER, 'plan1'))).toEqual([
      { id: 'E1', name: 'Prod', status: 'active' },
      { id: 'E2', name: 'E2', status: 'active' },
    ])
  })
})

describe('a test of the webhook', () => {
  it.each([
    ['completed', true],
    ['failed', true],
    ['pending', false],
  ])('whose event is %s is over: %s', async (status, done) => {
    const id = 'e1aa3f3f-3d4e-4b6c-8a1d-0d2f6a1f0009'
    upstream.on('GET', `/webhooks/v1/registration/validationEvents/${id}`, { body: { status, results: null }, beyond })
    const registration = createWebhookRegistration(http())
    expect(answerOf(await registration.delivery(CALLER, id)).done).toBe(done)
  })
})
