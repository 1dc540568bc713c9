import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest'
import { createHttp, type HttpResult } from '../../../clients/http.ts'
import { createPartnerCenter } from '../../../clients/partner-center.ts'
import { NOBODY, type PartnerTransfer, type PartnerTransferItem } from '../../../clients/transfers.ts'
import type { TransferItem as CoreItem, Transfer as CoreTransfer } from '../../../dialogs/calls.ts'
import { transferSchema } from '../../../dialogs/calls.ts'
import { useNock } from '../../support/nock.ts'
import { readContract } from './contract.ts'
import { CALLER, createFakeUpstream, inPascalCase, withByteOrderMark } from './upstream.ts'

useNock()

const ORIGIN = 'https://api.partnercenter.microsoft.com'
const CUSTOMER = 'c0ffee00-1111-4222-8333-444455556666'
const SOURCE = 'aaaaaaaa-1111-4222-8333-444455556666'
const TARGET = 'bbbbbbbb-1111-4222-8333-444455556666'
const TRANSFER = 'dddddddd-1111-4222-8333-444455556666'
const transfersPath = `/v1/customers/${CUSTOMER}/transfers`
const transferPath = `${transfersPath}/${TRANSFER}`

const customer = {
  id: CUSTOMER,
  companyProfile: { tenantId: CUSTOMER, domain: 'contoso.com', companyName: 'Contoso', address: { country: 'DE' } },
  relationshipToPartner: 'reseller',
  attributes: { objectType: 'Customer' },
}
const entity = {
  id: TRANSFER,
  status: 'Active',
  transferType: 5,
  customerTenantId: CUSTOMER,
  sourcePartnerTenantId: SOURCE,
  sourcePartnerName: 'Fabrikam',
  targetPartnerTenantId: TARGET,
  targetPartnerName: 'Northwind',
  createdTime: '2026-03-01T12:00:00.6431386Z',
  expirationTime: '2026-03-31T12:00:00Z',
}
const transfer: PartnerTransfer = {
  id: TRANSFER,
  status: 'pending',
  said: 'Active',
  source: { tenant: SOURCE, name: 'Fabrikam' },
  target: { tenant: TARGET, name: 'Northwind' },
  createdAt: '2026-03-01T12:00:00.643Z',
  expiresAt: '2026-03-31T12:00:00.000Z',
  items: [],
}
const newTransfer = {
  customer: { id: CUSTOMER, name: 'Contoso' },
  source: { id: SOURCE, name: 'Fabrikam' },
  email: 'it@contoso.com',
  productTypes: ['OnlineServicesNCE'],
} as const

const contract = readContract('partner-center.openapi.json')
let upstream: ReturnType<typeof createFakeUpstream>
let partnerCenter: ReturnType<typeof createPartnerCenter>

beforeEach(() => {
  upstream = createFakeUpstream(contract, ORIGIN)
  partnerCenter = createPartnerCenter(createHttp({ baseUrl: ORIGIN, now: Date.now }), {
    transferType: { send: 5, accepted: [3, 5] },
  })
})
afterEach(() => upstream.settle())

const answerOf = <T>(result: HttpResult<T>): T => {
  if (result.kind !== 'ok') throw new Error(`not an answer: ${JSON.stringify(result)}`)
  return result.value
}
/** Reads the only transfer of the customer. */
async function listedTransfer(): Promise<PartnerTransfer> {
  const [only] = answerOf(await partnerCenter.transfers(CALLER, CUSTOMER))
  if (only === undefined) throw new Error('no transfer is listed')
  return only
}
const lastBody = () => upstream.seen.at(-1)?.body
const lastQuery = () => Object.fromEntries(upstream.seen.at(-1)?.url.searchParams ?? [])

describe('an invitation', () => {
  const path = '/v1/customers/relationshiprequests'
  const url = `https://admin.microsoft.com/Adminportal/Home?invType=ResellerRelationship&partnerId=${TARGET}&msppId=0&DAP=false#/BillingAccounts/partner-invitation`

  it('is the link of the service, to the letter', async () => {
    upstream.on('GET', path, { body: { url, attributes: { objectType: 'RelationshipRequest' } } })
    expect(await partnerCenter.invitation(CALLER)).toEqual({ kind: 'ok', value: { url } })
    expect(lastQuery()).toEqual({})
    expect(upstream.seen[0]?.headers.get('ms-requestid')).toBe(CALLER.requestId)
    expect(upstream.seen[0]?.headers.get('ms-correlationid')).toBe(CALLER.correlationId)
  })

  it('names the provider of a joint one, and both roles of a partner in transition', async () => {
    upstream.on('GET', path, { body: { url, attributes: { objectType: 'RelationshipRequest' } } })
    await partnerCenter.invitation(CALLER, { provider: SOURCE })
    expect(lastQuery()).toEqual({ indirectCloudSolutionProviderId: SOURCE })
    upstream.on('GET', path, { body: { url, attributes: { objectType: 'RelationshipRequest' } } })
    await partnerCenter.invitation(CALLER, { isInTransition: true })
    expect(lastQuery()).toEqual({ dualRoleIndirectRelationship: 'true' })
  })

  it('that is no link is not taken for one', async () => {
    for (const wrong of ['javascript:alert(1)', 'mailto:somebody@contoso.example']) {
      upstream.on('GET', path, { body: { url: wrong } })
      expect((await partnerCenter.invitation(CALLER)).kind).toBe('unknown')
    }
    upstream.on('GET', path, { body: { url: 'admin.microsoft.com' }, beyond: 'no URL at all' })
    expect((await partnerCenter.invitation(CALLER)).kind).toBe('unknown')
  })

  it('asked for without a person says so, and without a second factor too', async () => {
    upstream.on('GET', path, { status: 403, body: { code: '900329', description: 'App only is not supported.' } })
    upstream.on('GET', path, { status: 401 })
    upstream.on('GET', path, {
      status: 401,
      headers: { 'WWW-Authenticate': 'Bearer error_description="MFA required"' },
    })
    upstream.on('GET', path, { status: 401, body: { code: 900421, description: 'MFA' }, wire: withByteOrderMark })
    const faults: unknown[] = []
    for (let time = 0; time < 4; time += 1) faults.push(await partnerCenter.invitation(CALLER))
    expect(faults).toMatchObject([
      { kind: 'refused', fault: 'user-needed', code: '900329' },
      { kind: 'refused', fault: 'sign-in' },
      { kind: 'refused', fault: 'second-factor' },
      { kind: 'refused', fault: 'second-factor', code: '900421' },
    ])
  })

  it("asked for too often says when to come back, in the gateway's own form", async () => {
    const body = { statusCode: 429, message: 'Rate limit is exceeded. Try again in 57 seconds.' }
    upstream.on('GET', path, { status: 429, body, headers: { 'Retry-After': '57' } })
    expect(await partnerCenter.invitation(CALLER)).toEqual({ kind: 'throttled', retryAfterMs: 57_000 })
  })
})

describe('a customer', () => {
  it('is known by name, domain, relationship and country', async () => {
    upstream.on('GET', `/v1/customers/${CUSTOMER}`, { body: customer })
    expect(answerOf(await partnerCenter.customer(CALLER, CUSTOMER))).toEqual({
      id: CUSTOMER,
      name: 'Contoso',
      domain: 'contoso.com',
      relationship: 'reseller',
      country: 'DE',
    })
  })

  it('is the same in Pascal case and behind a byte order mark', async () => {
    upstream.on('GET', `/v1/customers/${CUSTOMER}`, { body: customer, wire: inPascalCase })
    upstream.on('GET', `/v1/customers/${CUSTOMER}`, { body: customer, wire: withByteOrderMark })
    const [pascal, marked] = [
      await partnerCenter.customer(CALLER, CUSTOMER),
      await partnerCenter.customer(CALLER, CUSTOMER),
    ]
    expect(answerOf(pascal)).toMatchObject({ name: 'Contoso', country: 'DE' })
    expect(marked).toEqual(pascal)
  })

  it('has the country of its tenant before that of its bills', async () => {
    const billingProfile = { defaultAddress: { country: 'AT' } }
    upstream.on('GET', `/v1/customers/${CUSTOMER}`, { body: { ...customer, billingProfile } })
    expect(answerOf(await partnerCenter.customer(CALLER, CUSTOMER)).country).toBe('DE')
    const { address: _, ...companyProfile } = customer.companyProfile
    upstream.on('GET', `/v1/customers/${CUSTOMER}`, { body: { ...customer, companyProfile, billingProfile } })
    expect(answerOf(await partnerCenter.customer(CALLER, CUSTOMER)).country).toBe('AT')
  })

  it('of which little is told is still a customer', async () => {
    upstream.on('GET', `/v1/customers/${CUSTOMER}`, { body: { id: CUSTOMER.toUpperCase() } })
    expect(answerOf(await partnerCenter.customer(CALLER, CUSTOMER))).toEqual({
      id: CUSTOMER,
      name: CUSTOMER,
      domain: '',
      relationship: 'unknown',
      country: undefined,
    })
  })

  it('in a relationship nobody has heard of keeps that word', async () => {
    const body = { ...customer, relationshipToPartner: 'Marketplace_Broker' }
    upstream.on('GET', `/v1/customers/${CUSTOMER}`, { body, beyond: 'the set of relationships is open' })
    expect(answerOf(await partnerCenter.customer(CALLER, CUSTOMER)).relationship).toBe('marketplace_broker')
  })

  it('who is none is told from one that does not exist', async () => {
    const path = `/v1/customers/${CUSTOMER}`
    upstream.on('GET', path, { status: 403, body: { code: 20002, description: 'no relationship' } })
    upstream.on('GET', path, { status: 404, body: { code: '60003', description: 'no tenant' } })
    expect(await partnerCenter.customer(CALLER, CUSTOMER)).toMatchObject({ fault: 'no-relationship', code: '20002' })
    expect(await partnerCenter.customer(CALLER, CUSTOMER)).toMatchObject({ fault: 'no-such-customer' })
  })
})

describe('the partner agreement', () => {
  it('is signed or not, asked by tenant or by partner id', async () => {
    upstream.on('GET', '/v1/compliance/csp/agreementstatus', { body: { isAgreementSigned: true } })
    upstream.on('GET', '/v1/compliance/csp/agreementstatus', { body: { isAgreementSigned: false } })
    expect(answerOf(await partnerCenter.agreementStatus(CALLER, { tenantId: SOURCE }))).toEqual({ signed: true })
    expect(lastQuery()).toEqual({ tenantId: SOURCE })
    expect(answerOf(await partnerCenter.agreementStatus(CALLER, { mpnId: '4711' }))).toEqual({ signed: false })
    expect(lastQuery()).toEqual({ mpnId: '4711' })
  })
})

describe('subscriptions', () => {
  const path = `/v1/customers/${CUSTOMER}/subscriptions`
  it('are told by name, product and state; an Azure plan is known by its offer', async () => {
    const items = [
      {
        id: 's1',
        offerId: 'CFQ7TTC0LH18:0001:CFQ7TTC0KXFC',
        offerName: 'Business Basic',
        friendlyName: 'Berlin',
        productType: { id: 'OnlineServicesNCE' },
        status: 'active',
        quantity: 25,
        billingType: 'license',
      },
      {
        id: 's2',
        offerId: 'DZH318Z0BPS6:0001:DZH318Z0BML6',
        offerName: 'Azure-Plan',
        status: 'active',
        quantity: 1,
        billingType: 'usage',
      },
    ]
    upstream.on('GET', path, { body: { totalCount: 2, items } })
    expect(answerOf(await partnerCenter.subscriptions(CALLER, CUSTOMER))).toEqual([
      { id: 's1', name: 'Berlin', product: 'OnlineServicesNCE', status: 'active', isAzurePlan: false, quantity: 25 },
      { id: 's2', name: 'Azure-Plan', product: '', status: 'active', isAzurePlan: true },
    ])
  })

  it('in a state of tomorrow are told with it', async () => {
    const body = { items: [{ id: 's1', status: 'hibernating', billingType: 'benefit' }] }
    upstream.on('GET', path, { body, beyond: 'the sets are open' })
    expect(answerOf(await partnerCenter.subscriptions(CALLER, CUSTOMER))).toMatchObject([{ status: 'hibernating' }])
  })
})

describe('a transfer', () => {
  it('has the shape the core stores', async () => {
    expectTypeOf<PartnerTransfer>().toEqualTypeOf<CoreTransfer>()
    expectTypeOf<PartnerTransferItem>().toEqualTypeOf<CoreItem>()
    upstream.on('GET', transfersPath, { body: [entity] })
    const read = await listedTransfer()
    expect(read).toEqual(transfer)
    expect(transferSchema.parse(read)).toEqual(read)
  })

  it('is listed in a bare array', async () => {
    upstream.on('GET', transfersPath, { body: [entity] })
    upstream.on('GET', transfersPath, { body: [] })
    expect(answerOf(await partnerCenter.transfers(CALLER, CUSTOMER))).toEqual([transfer])
    expect(answerOf(await partnerCenter.transfers(CALLER, CUSTOMER))).toEqual([])
  })

  it('in a list with an envelope is beyond us: unknown, not an empty list', async () => {
    upstream.on('GET', transfersPath, { body: { items: [entity] }, beyond: 'transfers come in a bare array' })
    expect((await partnerCenter.transfers(CALLER, CUSTOMER)).kind).toBe('unknown')
  })

  const words: [said: string, status: PartnerTransfer['status']][] = [
    ['Active', 'pending'],
    ['pending', 'pending'],
    ['InProgress', 'in-progress'],
    ['in_progress', 'in-progress'],
    ['Complete', 'completed'],
    ['COMPLETED', 'completed'],
    ['PartiallyComplete', 'partially-completed'],
    ['partially_completed', 'partially-completed'],
    ['Reject', 'rejected'],
    ['Declined', 'rejected'],
    ['Cancel', 'cancelled'],
    ['Canceled', 'cancelled'],
    ['Cancelled', 'cancelled'],
    ['Expired', 'expired'],
    ['Failed', 'failed'],
    ['Incomplete', 'other'],
    ['Paused', 'other'],
    ['', 'other'],
  ]
  it.each(words)('that the service calls "%s" is %s', async (said, status) => {
    upstream.on('GET', transfersPath, { body: [{ ...entity, status: said }] })
    expect(await listedTransfer()).toMatchObject({ said, status })
  })

  it('tells of each item how it ended', async () => {
    const lineItems = [
      {
        id: 1,
        subscriptionId: 's1',
        friendlyName: 'Berlin',
        productType: 'OnlineServicesNCE',
        status: 'Complete',
        quantity: 25,
      },
      { id: 2, subscriptionId: 's2', offerId: 'offer', status: 'Failed', transferError: 'x'.repeat(300) },
      { id: 3, subscriptionId: 's3', transferError: 'no word but this', quantity: 0 },
      { id: '4', status: 'Sleeping' },
    ]
    upstream.on('GET', transfersPath, { body: [{ ...entity, status: 'PartiallyComplete', lineItems }] })
    const read = await listedTransfer()
    expect(read.items).toEqual([
      { subscription: 's1', name: 'Berlin', product: 'OnlineServicesNCE', status: 'completed', quantity: 25 },
      { subscription: 's2', name: 'offer', product: '', status: 'failed', error: 'x'.repeat(200) },
      { subscription: 's3', name: 's3', product: '', status: 'failed', error: 'no word but this' },
      { subscription: '4', name: '4', product: '', status: 'open' },
    ])
    expect(transferSchema.safeParse(read).success).toBe(true)
  })

  it('in words and of a product of tomorrow is still read, and can be stored', async () => {
    const lineItems = [{ subscriptionId: 's1', productType: 'QuantumNCE', status: 'x' }]
    const body = { ...entity, status: 'y'.repeat(99), transferType: 'NewCommerce', lineItems }
    upstream.on('GET', transfersPath, { body: [body], beyond: 'the sets are open' })
    const read = await listedTransfer()
    expect(read).toMatchObject({
      status: 'other',
      said: 'y'.repeat(40),
      items: [{ product: 'QuantumNCE', status: 'open' }],
    })
    expect(transferSchema.safeParse(read).success).toBe(true)
  })

  it('of which only id and status are told has a source that is nobody', async () => {
    upstream.on('GET', transfersPath, { body: [{ id: TRANSFER, status: 'Active', expirationTime: null }] })
    const read = await listedTransfer()
    expect(read).toEqual({
      id: TRANSFER,
      status: 'pending',
      said: 'Active',
      source: { tenant: NOBODY, name: '' },
      target: { name: '' },
      items: [],
    })
    expect(transferSchema.safeParse(read).success).toBe(true)
  })

  it('has times in UTC; the year 1 and words that are no time are none', async () => {
    const times = { createdTime: '2026-03-01T12:00:00.1234567', expirationTime: '0001-01-01T00:00:00' }
    upstream.on('GET', transfersPath, { body: [{ ...entity, ...times }], beyond: 'a time without a zone' })
    upstream.on('GET', transfersPath, {
      body: [{ ...entity, createdTime: '2026-03-01T12:00:00+02:00', expirationTime: 'soon' }],
      beyond: 'no time',
    })
    const first = await listedTransfer()
    const second = await listedTransfer()
    expect([first.createdAt, first.expiresAt]).toEqual(['2026-03-01T12:00:00.123Z', undefined])
    expect([second.createdAt, second.expiresAt]).toEqual(['2026-03-01T10:00:00.000Z', undefined])
  })

  it('of the older generation on the same path is left out of the list; one whose type is a name is not', async () => {
    const types = [3, '5', 1, '2', undefined]
    const body = types.map((transferType, index) => ({
      ...entity,
      id: entity.id.replace('d', `${index}`),
      transferType,
    }))
    upstream.on('GET', transfersPath, { body, beyond: 'numbers of the older generation' })
    upstream.on('GET', transfersPath, { body: [{ ...entity, transferType: 'NewCommerce' }], beyond: 'a type by name' })
    const ids = answerOf(await partnerCenter.transfers(CALLER, CUSTOMER)).map(({ id }) => id[0])
    expect(ids).toEqual(['0', '1', '4'])
    expect(answerOf(await partnerCenter.transfers(CALLER, CUSTOMER)).length).toBe(1)
  })
})

describe('a transfer is changed', () => {
  it('by asking for it as the new partner', async () => {
    upstream.on('POST', transfersPath, { status: 201, body: entity })
    expect(answerOf(await partnerCenter.createTransfer(CALLER, newTransfer))).toEqual(transfer)
    expect(lastBody()).toEqual({
      sourcePartnerTenantId: SOURCE,
      sourcePartnerName: 'Fabrikam',
      customerEmailId: 'it@contoso.com',
      customerName: 'Contoso',
      targetProductTypes: ['OnlineServicesNCE'],
      transferType: 5,
    })
  })

  it('by asking with another number, where that is configured, and for what else is named', async () => {
    const http = createHttp({ baseUrl: ORIGIN, now: Date.now })
    const other = createPartnerCenter(http, { transferType: { send: 3, accepted: [3] } })
    upstream.on('POST', transfersPath, { status: 201, body: entity })
    await other.createTransfer(CALLER, { ...newTransfer, productTypes: ['AzureSubscription', 'AzureReservation'] })
    expect(lastBody()).toMatchObject({
      transferType: 3,
      targetProductTypes: ['AzureSubscription', 'AzureReservation'],
    })
  })

  it('and what the answer leaves out is as it was asked', async () => {
    upstream.on('POST', transfersPath, { status: 201, body: { id: TRANSFER, status: 'Active' } })
    const { source } = answerOf(await partnerCenter.createTransfer(CALLER, newTransfer))
    expect(source).toEqual({ tenant: SOURCE, name: 'Fabrikam' })
  })

  it('by accepting it with its items as the current partner', async () => {
    upstream.on('PATCH', transferPath, { body: { ...entity, status: 'InProgress' } })
    const items = [{ subscription: 's1', product: 'OnlineServicesNCE' }]
    const read = answerOf(await partnerCenter.acceptTransfer(CALLER, { customer: CUSTOMER, transfer: TRANSFER, items }))
    expect(read.status).toBe('in-progress')
    expect(lastBody()).toEqual({
      id: TRANSFER,
      lineItems: [{ subscriptionId: 's1', productType: 'OnlineServicesNCE' }],
    })
  })

  it('by declining it as the current partner', async () => {
    upstream.on('PATCH', transferPath, { body: { ...entity, status: 'Reject' } })
    const read = answerOf(await partnerCenter.declineTransfer(CALLER, { customer: CUSTOMER, transfer: TRANSFER }))
    expect(read.status).toBe('rejected')
    expect(lastBody()).toEqual({ id: TRANSFER, status: 'reject' })
  })

  it('by taking it back as the new partner', async () => {
    upstream.on('PATCH', transferPath, { body: { ...entity, status: 'Cancel' } })
    const what = { customer: newTransfer.customer, transfer: TRANSFER, source: SOURCE, target: TARGET }
    expect(answerOf(await partnerCenter.cancelTransfer(CALLER, what)).status).toBe('cancelled')
    expect(lastBody()).toEqual({
      id: TRANSFER,
      status: 'Cancel',
      targetPartnerTenantId: TARGET,
      sourcePartnerTenantId: SOURCE,
      customerName: 'Contoso',
    })
  })

  it('under the same request id each time it is repeated', async () => {
    upstream.on('POST', transfersPath, { status: 500, body: { code: '800003', description: 'fault' } })
    upstream.on('POST', transfersPath, { status: 201, body: entity })
    expect((await partnerCenter.createTransfer(CALLER, newTransfer)).kind).toBe('unknown')
    expect((await partnerCenter.createTransfer(CALLER, newTransfer)).kind).toBe('ok')
    expect(upstream.seen.map(({ headers }) => headers.get('ms-requestid'))).toEqual(Array(2).fill(CALLER.requestId))
  })

  it('or not, and why', async () => {
    const refusals = [
      [409, 900101, 'running-transfer'],
      [400, '900133', 'azure-plan-missing'],
      [403, '900138', 'national-cloud'],
      [400, '900131', 'not-eligible'],
      [403, 2030, 'region'],
    ] as const
    for (const [status, code, fault] of refusals) {
      upstream.on('POST', transfersPath, { status, body: { code, description: 'words of the service' } })
      expect(await partnerCenter.createTransfer(CALLER, newTransfer)).toEqual({
        kind: 'refused',
        status,
        code: String(code),
        fault,
        detail: 'words of the service',
      })
    }
  })

  it('never under an id that leads elsewhere', async () => {
    const decline = partnerCenter.declineTransfer(CALLER, { customer: CUSTOMER, transfer: '..' })
    await expect(decline).rejects.toThrow('not plain')
  })
})
