import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createGroups } from '../../../clients/groups.ts'
import { createHttp } from '../../../clients/http.ts'
import { useNock } from '../../support/nock.ts'
import { readContract } from './contract.ts'
import { CALLER, createFakeUpstream } from './upstream.ts'

useNock()

const ORIGIN = 'https://graph.microsoft.com'
const root = '/v1.0/groups'
const ID = '99999999-1111-4222-8333-444455556666'
const OTHER = '99999999-1111-4222-8333-444455556667'
const PERSON = 'bbbbbbbb-1111-4222-8333-444455556666'
const entity = { id: ID, displayName: 'Approvers', securityEnabled: true }
const group = { id: ID, name: 'Approvers' }
const error = (code: string) => ({ error: { code, message: 'no' } })

let upstream: ReturnType<typeof createFakeUpstream>
let groups: ReturnType<typeof createGroups>
beforeEach(() => {
  upstream = createFakeUpstream(readContract('graph-groups.openapi.json'), ORIGIN)
  groups = createGroups(createHttp({ baseUrl: ORIGIN, now: Date.now }))
})
afterEach(() => upstream.settle())
const lastQuery = () => Object.fromEntries(upstream.seen.at(-1)?.url.searchParams ?? [])

describe('a group', () => {
  it('is read by its id', async () => {
    upstream.on('GET', `${root}/${ID}`, { body: entity })
    expect(await groups.get(CALLER, ID)).toEqual({ kind: 'ok', value: group })
    expect(lastQuery()).toEqual({ $select: 'id,displayName,securityEnabled' })
    expect(upstream.seen[0]?.headers.get('client-request-id')).toBe(CALLER.requestId)
  })

  it('is found by its id or by its exact name, and there may be several of one name', async () => {
    upstream.on('GET', `${root}/${ID}`, { body: { ...entity, id: ID.toUpperCase() } })
    expect(await groups.find(CALLER, ID)).toEqual({ kind: 'ok', value: [group] })
    upstream.on('GET', root, { body: { value: [entity, { ...entity, id: OTHER }] } })
    expect(await groups.find(CALLER, "Approvers' night shift")).toEqual({
      kind: 'ok',
      value: [group, { ...group, id: OTHER }],
    })
    expect(lastQuery().$filter).toBe("displayName eq 'Approvers'' night shift'")
  })

  it('that carries no rights is not found: delegated administration goes to security groups only', async () => {
    upstream.on('GET', `${root}/${ID}`, { body: { ...entity, securityEnabled: false } })
    expect(await groups.find(CALLER, ID)).toEqual({ kind: 'ok', value: [] })
    upstream.on('GET', root, { body: { value: [{ ...entity, securityEnabled: null }] } })
    expect(await groups.find(CALLER, 'Approvers')).toEqual({ kind: 'ok', value: [] })
  })

  it('that does not exist is refused as not found', async () => {
    upstream.on('GET', `${root}/${ID}`, { status: 404, body: error('Request_ResourceNotFound') })
    expect(await groups.find(CALLER, ID)).toMatchObject({ kind: 'refused', fault: 'not-found' })
  })
})

describe('the members of a group', () => {
  const path = `${root}/${ID}/transitiveMembers`
  const member = (id: string) => ({ '@odata.type': '#microsoft.graph.user', id })

  it('are all of them, page by page, in one spelling, and read from no index that lags behind', async () => {
    const next = `${ORIGIN}${path}?$select=id&$top=999&$skiptoken=RFNwdAIAAQ`
    upstream.on('GET', path, { body: { value: [member(PERSON.toUpperCase())], '@odata.nextLink': next } })
    upstream.on('GET', path, { body: { value: [member(OTHER)] } })
    expect(await groups.members(CALLER, ID)).toEqual({ kind: 'ok', value: new Set([PERSON, OTHER]) })
    expect(lastQuery()).toEqual({ $select: 'id', $top: '999', $skiptoken: 'RFNwdAIAAQ' })
    expect(upstream.seen.some(({ headers }) => headers.has('consistencylevel'))).toBe(false)
  })

  it('are unknown when one page cannot be read', async () => {
    const next = `${ORIGIN}${path}?$skiptoken=2`
    upstream.on('GET', path, { body: { value: [member(PERSON)], '@odata.nextLink': next } })
    upstream.on('GET', path, { status: 429, headers: { 'Retry-After': '3' }, body: error('TooManyRequests') })
    expect(await groups.members(CALLER, ID)).toEqual({ kind: 'throttled', retryAfterMs: 3_000 })
  })

  it('without the permission are refused, not empty', async () => {
    upstream.on('GET', path, { status: 403, body: error('Authorization_RequestDenied') })
    expect(await groups.members(CALLER, ID)).toMatchObject({ kind: 'refused', fault: 'access-denied' })
  })
})
