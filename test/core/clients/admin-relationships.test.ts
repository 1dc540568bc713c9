import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  createAdminRelationships,
  customerApprovalLink,
  type GdapRelationship,
} from '../../../clients/admin-relationships.ts'
import { createHttp } from '../../../clients/http.ts'
import { useNock } from '../../support/nock.ts'
import { readContract } from './contract.ts'
import { CALLER, createFakeUpstream } from './upstream.ts'

useNock()

const ORIGIN = 'https://graph.microsoft.com'
const root = '/v1.0/tenantRelationships/delegatedAdminRelationships'
const CUSTOMER = 'c0ffee00-1111-4222-8333-444455556666'
const ID = '5d027261-d21f-4aa9-b7db-7fa1f56fb163-8777b240-c6f0-4469-9e98-a3205431b836'
const GROUP = '99999999-1111-4222-8333-444455556666'
const READER = '88d8e3e3-8f55-4a1e-953a-9b9898b8876b'
const HELPDESK = '729827e3-9c14-49f7-bb1b-9608f156bbb8'
const NAME = 'MC-7K3QXA helpdesk'
const ETAG = 'W/"JyIwMzAwZTM0ZS0wMDAwLTAyMDAtMDAwMC02MTRjZjI1YzAwMDAiJw=="'

const entity = {
  '@odata.type': '#microsoft.graph.delegatedAdminRelationship',
  '@odata.etag': ETAG,
  id: ID,
  displayName: NAME,
  duration: 'P30D',
  customer: { tenantId: CUSTOMER, displayName: 'Contoso' },
  accessDetails: { unifiedRoles: [{ roleDefinitionId: READER }, { roleDefinitionId: HELPDESK }] },
  status: 'created',
  autoExtendDuration: 'PT0S',
  createdDateTime: '2026-02-10T11:24:42.3148266Z',
  lastModifiedDateTime: '2026-02-10T11:24:42.3148266Z',
  activatedDateTime: null,
  endDateTime: null,
}
const relationship: GdapRelationship = {
  id: ID,
  name: NAME,
  status: 'created',
  etag: ETAG,
  customer: { id: CUSTOMER, name: 'Contoso' },
  roles: [READER, HELPDESK],
}
/** A relationship that a provider made for us stands in the same list. */
const fromProvider = {
  ...entity,
  '@odata.type': '#microsoft.graph.resellerDelegatedAdminRelationship',
  id: '4b227261-d21f-4aa9-b7db-7fa1f56fb163-8777b240-c6f0-4469-9e98-a3205431b836',
  displayName: 'Fabrikam admin relationship',
  customer: null,
  isPartnerConsentPending: true,
  indirectProviderTenantId: CUSTOMER,
}
const error = (code: string, message = 'no') => ({ error: { code, message, innerError: { 'request-id': 'r' } } })

let upstream: ReturnType<typeof createFakeUpstream>
let relationships: ReturnType<typeof createAdminRelationships>
beforeEach(() => {
  upstream = createFakeUpstream(readContract('graph-gdap.openapi.json'), ORIGIN)
  relationships = createAdminRelationships(createHttp({ baseUrl: ORIGIN, now: Date.now }))
})
afterEach(() => upstream.settle())
const lastQuery = () => Object.fromEntries(upstream.seen.at(-1)?.url.searchParams ?? [])

describe('a new relationship', () => {
  const asked = {
    name: NAME,
    customer: { id: CUSTOMER, name: 'Contoso' },
    roles: [READER, HELPDESK],
    days: 30,
    autoExtend: false,
  }

  it('is made with exactly these roles, for these days, for this customer', async () => {
    upstream.on('POST', root, { status: 201, body: entity, headers: { Location: `${ORIGIN}${root}/${ID}` } })
    expect(await relationships.create(CALLER, asked)).toEqual({ kind: 'ok', value: relationship })
    expect(upstream.seen[0]?.body).toEqual({
      displayName: NAME,
      duration: 'P30D',
      autoExtendDuration: 'PT0S',
      customer: { tenantId: CUSTOMER, displayName: 'Contoso' },
      accessDetails: { unifiedRoles: [{ roleDefinitionId: READER }, { roleDefinitionId: HELPDESK }] },
    })
    expect(upstream.seen[0]?.headers.get('client-request-id')).toBe(CALLER.requestId)
    expect(upstream.seen[0]?.headers.has('ms-requestid')).toBe(false)
  })

  it('extends itself only when that is asked for', async () => {
    upstream.on('POST', root, { status: 201, body: entity })
    await relationships.create(CALLER, { ...asked, autoExtend: true, days: 730 })
    expect(upstream.seen[0]?.body).toMatchObject({ duration: 'P730D', autoExtendDuration: 'P180D' })
  })

  it('by a name that is taken is refused in the words of Graph', async () => {
    upstream.on('POST', root, { status: 409, body: error('Conflict', 'The name is taken.') })
    expect(await relationships.create(CALLER, asked)).toEqual({
      kind: 'refused',
      status: 409,
      code: 'Conflict',
      fault: 'stale',
      detail: 'The name is taken.',
    })
  })

  it('whose answer cannot be read may have been made', async () => {
    upstream.on('POST', root, { status: 201, body: { displayName: NAME }, beyond: 'the id is missing' })
    expect(await relationships.create(CALLER, asked)).toMatchObject({ kind: 'unknown' })
  })

  it('that is asked for too fast says when to come back', async () => {
    upstream.on('POST', root, { status: 429, headers: { 'Retry-After': '10' }, body: error('TooManyRequests') })
    expect(await relationships.create(CALLER, asked)).toEqual({ kind: 'throttled', retryAfterMs: 10_000 })
  })
})

describe('finding a relationship by its name', () => {
  const filter = (name: string) => `displayName eq '${name}'`

  it('takes one call where Graph filters, and takes nothing but that name to the letter', async () => {
    upstream.on('GET', root, {
      body: { value: [{ ...entity, displayName: NAME.toLowerCase() }, fromProvider, entity] },
    })
    expect(await relationships.find(CALLER, NAME)).toEqual({ kind: 'ok', value: relationship })
    expect(lastQuery()).toEqual({ $filter: filter(NAME), $top: '200' })
    upstream.on('GET', root, { body: { value: [fromProvider] } })
    expect(await relationships.find(CALLER, "o'brien")).toEqual({ kind: 'ok', value: undefined })
    expect(lastQuery().$filter).toBe(filter("o''brien"))
  })

  it('reads the whole list where Graph refuses the filter', async () => {
    const next = `${ORIGIN}${root}?$top=200&$skipToken=page%202`
    upstream.on('GET', root, { status: 400, body: error('BadRequest', 'The filter is not supported.') })
    upstream.on('GET', root, { body: { value: [fromProvider], '@odata.nextLink': next } })
    upstream.on('GET', root, { body: { value: [entity] } })
    expect(await relationships.find(CALLER, NAME)).toEqual({ kind: 'ok', value: relationship })
    expect(lastQuery()).toEqual({ $top: '200', $skipToken: 'page 2' })
  })

  it('reads the whole list where Graph does not implement the filter', async () => {
    upstream.on('GET', root, { status: 501, body: error('notImplemented') })
    upstream.on('GET', root, { body: { value: [fromProvider, entity] } })
    expect(await relationships.find(CALLER, NAME)).toEqual({ kind: 'ok', value: relationship })
  })

  it.each([{}, { tenantId: '' }, { tenantId: null }])(
    'survives a relationship whose customer is %j',
    async (customer) => {
      upstream.on('GET', root, { body: { value: [{ ...fromProvider, customer }, entity] }, beyond: 'made elsewhere' })
      expect(await relationships.find(CALLER, NAME)).toEqual({ kind: 'ok', value: relationship })
    },
  )

  it('follows the link to the next page to the letter', async () => {
    const query = '$top=200&$skipToken=W3si+RI/A+B==%2B'
    upstream.on('GET', root, { body: { value: [fromProvider], '@odata.nextLink': `${ORIGIN}${root}?${query}` } })
    upstream.on('GET', root, { body: { value: [entity] } })
    expect(await relationships.find(CALLER, NAME)).toEqual({ kind: 'ok', value: relationship })
    expect(upstream.seen.at(-1)?.url.search).toBe(`?${query}`)
  })

  it('never sends the token where a next page is said to be', async () => {
    upstream.on('GET', root, { body: { value: [], '@odata.nextLink': 'https://evil.example/steal?$skipToken=2' } })
    upstream.on('GET', root, { body: { value: [] } })
    expect(await relationships.find(CALLER, NAME)).toEqual({ kind: 'ok', value: undefined })
    expect(upstream.seen.map(({ url }) => url.origin)).toEqual([ORIGIN, ORIGIN])
  })

  it('has no answer when a page is missing: what was not seen may be there', async () => {
    const next = `${ORIGIN}${root}?$skipToken=2`
    upstream.on('GET', root, { body: { value: [fromProvider], '@odata.nextLink': next } })
    upstream.on('GET', root, { status: 500, body: error('InternalServerError') })
    expect(await relationships.find(CALLER, NAME)).toMatchObject({ kind: 'unknown' })
    upstream.on('GET', root, { body: { value: [], '@odata.nextLink': 'next' }, beyond: 'a link that is none' })
    expect(await relationships.find(CALLER, NAME)).toMatchObject({ kind: 'unknown' })
  })

  it('gives up on a list without end', async () => {
    const body = { value: [], '@odata.nextLink': `${ORIGIN}${root}?$skipToken=again` }
    for (let page = 0; page < 50; page += 1) upstream.on('GET', root, { body })
    expect(await relationships.find(CALLER, NAME)).toMatchObject({ kind: 'unknown' })
  })
})

describe('a relationship', () => {
  it('is read with the etag by which it can be changed', async () => {
    upstream.on('GET', `${root}/${ID}`, { body: entity })
    expect(await relationships.get(CALLER, ID)).toEqual({ kind: 'ok', value: relationship })
  })

  it('of which little is told is still one, and a status nobody has heard of stays as it is', async () => {
    const { customer: _c, '@odata.etag': _e, ...bare } = entity
    upstream.on('GET', `${root}/${ID}`, { body: { ...bare, status: 'onHold' }, beyond: 'the set of statuses is open' })
    const value = { ...relationship, status: 'onHold', etag: undefined, customer: undefined }
    expect(await relationships.get(CALLER, ID)).toEqual({ kind: 'ok', value })
  })

  it('is locked for approval', async () => {
    const body = { id: GROUP, action: 'lockForApproval', status: 'created' }
    upstream.on('POST', `${root}/${ID}/requests`, { status: 201, body })
    expect(await relationships.lock(CALLER, ID)).toEqual({ kind: 'ok', value: { status: 'created' } })
    expect(upstream.seen[0]?.body).toEqual({ action: 'lockForApproval' })
  })

  it('is removed only as it was read', async () => {
    upstream.on('DELETE', `${root}/${ID}`, { status: 204 })
    expect(await relationships.remove(CALLER, { id: ID, etag: ETAG })).toEqual({ kind: 'ok', value: undefined })
    expect(upstream.seen[0]?.headers.get('if-match')).toBe(ETAG)
    upstream.on('DELETE', `${root}/${ID}`, { status: 412, body: error('PreconditionFailed') })
    expect(await relationships.remove(CALLER, { id: ID, etag: ETAG })).toMatchObject({ fault: 'stale' })
  })

  it('of another tenant, or gone, is not found', async () => {
    upstream.on('GET', `${root}/${ID}`, { status: 404, body: error('NotFound') })
    expect(await relationships.get(CALLER, ID)).toMatchObject({ kind: 'refused', fault: 'not-found' })
  })

  it('cannot be left by an id that climbs', async () => {
    await expect(relationships.get(CALLER, '..')).rejects.toThrow('not plain')
  })
})

describe('access', () => {
  const path = `${root}/${ID}/accessAssignments`
  const assignment = {
    '@odata.etag': ETAG,
    id: READER,
    status: 'pending',
    accessContainer: { accessContainerId: GROUP, accessContainerType: 'securityGroup' },
    accessDetails: { unifiedRoles: [{ roleDefinitionId: HELPDESK }] },
  }
  const value = { id: READER, status: 'pending', group: GROUP, roles: [HELPDESK] }

  it('is given to a security group with these roles', async () => {
    upstream.on('POST', path, { status: 201, body: assignment })
    expect(await relationships.assign(CALLER, { id: ID, group: GROUP, roles: [HELPDESK] })).toEqual({
      kind: 'ok',
      value,
    })
    expect(upstream.seen[0]?.body).toEqual({
      accessContainer: { accessContainerId: GROUP, accessContainerType: 'securityGroup' },
      accessDetails: { unifiedRoles: [{ roleDefinitionId: HELPDESK }] },
    })
  })

  it('is listed to the last page', async () => {
    const next = `${ORIGIN}${path}?$skipToken=2`
    upstream.on('GET', path, { body: { value: [assignment], '@odata.nextLink': next } })
    upstream.on('GET', path, { body: { value: [{ ...assignment, status: 'active' }] } })
    const listed = await relationships.assignments(CALLER, ID)
    expect(listed).toEqual({ kind: 'ok', value: [value, { ...value, status: 'active' }] })
  })

  it('without the permission says so', async () => {
    upstream.on('GET', path, { status: 403, body: error('Authorization_RequestDenied') })
    expect(await relationships.assignments(CALLER, ID)).toMatchObject({ fault: 'access-denied' })
  })
})

it('the link for the customer names the relationship in the admin center of the cloud', () => {
  expect(customerApprovalLink('https://admin.microsoft.com', ID)).toBe(
    `https://admin.microsoft.com/AdminPortal/Home#/partners/invitation/granularAdminRelationships/${ID}`,
  )
  expect(customerApprovalLink('https://portal.office365.us', 'a/?b')).toMatch(
    /^https:\/\/portal.office365.us\/.+\/a%2F%3Fb$/,
  )
})
