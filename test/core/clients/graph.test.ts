import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest'
import { createGraph, type Tenant } from '../../../clients/graph.ts'
import { createHttp } from '../../../clients/http.ts'
import type { TenantInfo } from '../../../dialogs/calls.ts'
import { useNock } from '../../support/nock.ts'
import { readContract } from './contract.ts'
import { CALLER, createFakeUpstream } from './upstream.ts'

useNock()

const ORIGIN = 'https://graph.microsoft.com'
const TENANT = 'c0ffee00-1111-4222-8333-444455556666'
const byDomain = (domain: string) =>
  `/v1.0/tenantRelationships/findTenantInformationByDomainName(domainName='${domain}')`
const found = {
  '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#microsoft.graph.tenantInformation',
  tenantId: TENANT,
  displayName: 'Contoso',
  defaultDomainName: 'contoso.com',
  federationBrandName: null,
}
const nobody = {
  error: { code: 'Request_ResourceNotFound', message: 'No tenant has it.', innerError: { 'request-id': 'r' } },
}

let upstream: ReturnType<typeof createFakeUpstream>
const graph = createGraph(createHttp({ baseUrl: ORIGIN, now: Date.now }))

beforeEach(() => {
  upstream = createFakeUpstream(readContract('graph-tenants.openapi.json'), ORIGIN)
})
afterEach(() => upstream.settle())

describe('a tenant', () => {
  it('is found by domain, under its id of the request', async () => {
    upstream.on('GET', byDomain('contoso.com'), { body: found })
    const answer = await graph.findTenantByDomain(CALLER, 'contoso.com')
    expect(answer).toEqual({ kind: 'ok', value: { id: TENANT, name: 'Contoso', domain: 'contoso.com' } })
    expect(upstream.seen[0]?.headers.get('client-request-id')).toBe(CALLER.requestId)
    expectTypeOf<Tenant>().toEqualTypeOf<TenantInfo>()
  })

  it('is found by id', async () => {
    const path = `/v1.0/tenantRelationships/findTenantInformationByTenantId(tenantId='${TENANT}')`
    upstream.on('GET', path, { body: found })
    expect(await graph.findTenantById(CALLER, TENANT)).toMatchObject({ kind: 'ok', value: { id: TENANT } })
  })

  it('without a display name goes by its brand, else by its domain', async () => {
    upstream.on('GET', byDomain('contoso.com'), { body: { ...found, displayName: null, federationBrandName: 'Con' } })
    upstream.on('GET', byDomain('contoso.com'), { body: { ...found, displayName: '' } })
    expect(await graph.findTenantByDomain(CALLER, 'contoso.com')).toMatchObject({ value: { name: 'Con' } })
    expect(await graph.findTenantByDomain(CALLER, 'contoso.com')).toMatchObject({ value: { name: 'contoso.com' } })
  })

  it('without a domain goes by its id', async () => {
    upstream.on('GET', byDomain('contoso.com'), { body: { ...found, defaultDomainName: null } })
    upstream.on('GET', byDomain('contoso.com'), { body: { ...found, displayName: null, defaultDomainName: null } })
    expect(await graph.findTenantByDomain(CALLER, 'contoso.com')).toEqual({
      kind: 'ok',
      value: { id: TENANT, name: 'Contoso', domain: TENANT },
    })
    expect(await graph.findTenantByDomain(CALLER, 'contoso.com')).toMatchObject({ value: { name: TENANT } })
  })

  it('has its id in one spelling, whatever the answer capitalises', async () => {
    upstream.on('GET', byDomain('contoso.com'), { body: { ...found, tenantId: TENANT.toUpperCase() } })
    expect(await graph.findTenantByDomain(CALLER, 'contoso.com')).toMatchObject({ value: { id: TENANT } })
  })

  it('that nobody has is refused as not found', async () => {
    upstream.on('GET', byDomain('nobody.example'), { status: 404, body: nobody })
    expect(await graph.findTenantByDomain(CALLER, 'nobody.example')).toEqual({
      kind: 'refused',
      status: 404,
      code: 'Request_ResourceNotFound',
      fault: 'not-found',
      detail: 'No tenant has it.',
    })
  })

  it('is asked for as typed: quotes and slashes stay inside the literal', async () => {
    upstream.on('GET', byDomain("o''brien%2F..%3Fx%23y.example"), { status: 404, body: nobody })
    expect(await graph.findTenantByDomain(CALLER, "o'brien/..?x#y.example")).toMatchObject({ fault: 'not-found' })
  })

  it('whose answer has lost its id may be anything: unknown, never a guess', async () => {
    upstream.on('GET', byDomain('contoso.com'), { body: { displayName: 'Contoso' }, beyond: 'the id is missing' })
    expect(await graph.findTenantByDomain(CALLER, 'contoso.com')).toMatchObject({ kind: 'unknown' })
  })
})

describe('Graph', () => {
  it('refuses a token that is not good, and one without the permission', async () => {
    const error = (code: string) => ({ error: { code, message: 'no' } })
    upstream.on('GET', byDomain('a.example'), { status: 401, body: error('InvalidAuthenticationToken') })
    upstream.on('GET', byDomain('a.example'), { status: 403, body: error('Authorization_RequestDenied') })
    expect(await graph.findTenantByDomain(CALLER, 'a.example')).toMatchObject({ fault: 'sign-in' })
    expect(await graph.findTenantByDomain(CALLER, 'a.example')).toMatchObject({ fault: 'access-denied' })
  })

  it('says how long to wait', async () => {
    upstream.on('GET', byDomain('a.example'), {
      status: 429,
      headers: { 'Retry-After': '7' },
      body: { error: { code: 'TooManyRequests', message: 'slow down' } },
    })
    expect(await graph.findTenantByDomain(CALLER, 'a.example')).toEqual({ kind: 'throttled', retryAfterMs: 7000 })
  })
})
