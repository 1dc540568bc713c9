import { describe, expect, it } from 'vitest'
import { type Exchange, readContract } from './contract.ts'

const contract = readContract('partner-center.openapi.json')
const ID = 'c0ffee00-1111-4222-8333-444455556666'
const BASE = 'https://api.partnercenter.microsoft.com'

type Request = { method?: string; path?: string; headers?: Record<string, string>; body?: unknown }
const requestBreaches = ({ method = 'GET', path = '/v1/customers', headers = {}, body }: Request) => {
  const exchange: Exchange = {
    request: {
      method,
      url: new URL(path, BASE),
      headers: new Headers({
        authorization: 'Bearer t',
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...headers,
      }),
      body: body === undefined ? '' : JSON.stringify(body),
    },
    answer: { status: 200, headers: new Headers(), body: undefined },
  }
  return contract.breaches(exchange).request
}
const answerBreaches = (path: string, status: number, body: unknown, headers: Record<string, string> = {}) => {
  const request = { method: 'GET', url: new URL(path, BASE), headers: new Headers(), body: '' }
  return contract.breaches({ request, answer: { status, headers: new Headers(headers), body } }).answer
}
const create = { sourcePartnerTenantId: ID, sourcePartnerName: 'n', customerEmailId: 'e', transferType: 5 }

describe('the contract', () => {
  it('lets good requests and answers pass', () => {
    expect(requestBreaches({ path: '/v1/customers?size=0&seekOperation=Next' })).toEqual([])
    expect(requestBreaches({ path: '/v1/customers/relationshiprequests?dualRoleIndirectRelationship=true' })).toEqual(
      [],
    )
    expect(requestBreaches({ method: 'POST', path: `/v1/customers/${ID}/transfers`, body: create })).toEqual([])
    expect(answerBreaches('/v1/customers', 200, { items: [{ id: ID, more: 1 }] })).toEqual([])
    expect(answerBreaches('/v1/customers', 401, undefined)).toEqual([])
  })

  const badRequests: [what: string, request: Request][] = [
    ['a host that is not its own', { path: 'https://graph.microsoft.com/v1/customers' }],
    ['a path it does not have', { path: '/v1/custommers' }],
    ['a method it does not have there', { method: 'DELETE', path: '/v1/customers' }],
    ['an id that is none', { path: '/v1/customers/7' }],
    ['a query parameter it does not name', { path: '/v1/customers?top=5' }],
    ['a parameter of the wrong type', { path: '/v1/customers?size=many' }],
    ['a parameter outside its set', { path: '/v1/customers?seekOperation=next' }],
    ['a missing parameter', { path: '/v1/relationships' }],
    ['a header it does not name', { headers: { 'x-mine': '1' } }],
    ['a request id that is none', { headers: { 'MS-RequestId': '7' } }],
    ['nobody signed in', { headers: { authorization: '' } }],
    ['a body where there is none', { body: {} }],
    [
      'a body that lacks something',
      { method: 'POST', path: `/v1/customers/${ID}/transfers`, body: { transferType: 5 } },
    ],
    ['a body that says more', { method: 'POST', path: `/v1/customers/${ID}/transfers`, body: { ...create, x: 1 } }],
    [
      'a body not said to be JSON',
      {
        method: 'POST',
        path: `/v1/customers/${ID}/transfers`,
        body: create,
        headers: { 'content-type': 'text/plain' },
      },
    ],
    [
      'a change that is none of the three',
      {
        method: 'PATCH',
        path: `/v1/customers/${ID}/transfers/${ID}`,
        body: { id: ID, status: 'Pause' },
      },
    ],
  ]
  it.each(badRequests)('catches in a request: %s', (_, request) => {
    expect(requestBreaches(request)).not.toEqual([])
  })

  const badAnswers: [what: string, path: string, status: number, body: unknown][] = [
    ['a missing property', '/v1/customers', 200, {}],
    ['a wrong value deep inside', '/v1/customers', 200, { items: [{ id: ID, relationshipToPartner: 'friend' }] }],
    ['an envelope where an array belongs', `/v1/customers/${ID}/transfers`, 200, { items: [] }],
    ['a status it does not have', '/v1/customers', 204, undefined],
    ['a wait without its time', '/v1/customers', 429, { statusCode: 429, message: 'm' }],
    ['an error of another form', '/v1/customers', 404, { error: 'x' }],
  ]
  it.each(badAnswers)('catches in an answer: %s', (_, path, status, body) => {
    expect(answerBreaches(path, status, body)).not.toEqual([])
  })
})
