import { readFileSync } from 'node:fs'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { readError, type UpstreamFault, upstreamFaultOf, wantsSecondFactor } from '../../../clients/errors.ts'
import type { CallFault } from '../../../dialogs/calls.ts'

type Known = { code: string; http: number | null; bot: string; meaning: string }
const known = (
  JSON.parse(
    readFileSync(new URL('../../../sandbox/contracts/partner-center-errors.json', import.meta.url), 'utf8'),
  ) as {
    codes: Known[]
  }
).codes.flatMap((row) => row.code.split('/').map((code) => ({ ...row, code })))

/** By what the contract says a bot does: the kinds it may be. Written from that column, not from the table under test. */
const byAdvice: [advice: RegExp, kinds: UpstreamFault[]][] = [
  [/^interactive sign-in with MFA/, ['second-factor']],
  [/^sign in again/, ['sign-in']],
  [/^use app\+user/, ['user-needed']],
  [/^stop: region/, ['region']],
  [/^stop: .*sign/, ['agreement-missing']],
  [/^offer: request a relationship/, ['no-relationship']],
  [/cloud gate/, ['national-cloud']],
  [/^show the running one/, ['running-transfer']],
  [/^(enable|buy) Azure plan/, ['azure-plan-missing']],
  [/^(refresh state|read again|wait, read again)/, ['stale', 'not-found']],
  [/^ask for the tenant id again/, ['no-such-customer']],
  [/^ask/, ['bad-request', 'no-such-customer']],
  [/^wait$/, ['under-review']],
  [/^(branch: legacy|new transfer without|cancel reservations|remove them|check relationship)/, ['not-eligible']],
  [
    /^(tell the user|programming error|show|retry|wait for renewal|branch: wait|try again after|fix config)/,
    ['not-found', 'bad-request', 'not-eligible', 'refused'],
  ],
  [/^(stop|needs Admin agent)/, ['access-denied', 'not-eligible', 'refused']],
]

describe('a fault', () => {
  it('is of a kind the core has words for, and no kind that only the core can see', () => {
    type OfTheCore = 'approval-lapsed' | 'duplicate' | 'other-tenant' | 'own-tenant'
    expectTypeOf<Exclude<CallFault['kind'], UpstreamFault>>().toEqualTypeOf<OfTheCore>()
    expectTypeOf<UpstreamFault>().toExtend<CallFault['kind']>()
  })

  it.each(known)('of code $code ($meaning) leads where the contract says: $bot', ({ code, http, bot }) => {
    const kinds = byAdvice.find(([advice]) => advice.test(bot))?.[1]
    expect(kinds).toContain(upstreamFaultOf(code, http ?? 400))
  })

  it('that a partner can do something about is told apart from its neighbours of the same status', () => {
    const told = ['20002', '900123', '900124', '900138', '900150', '900329', '2030', '800073']
    expect(told.map((code) => upstreamFaultOf(code, 403))).toEqual([
      'no-relationship',
      'agreement-missing',
      'agreement-missing',
      'national-cloud',
      'access-denied',
      'user-needed',
      'region',
      'under-review',
    ])
  })

  it('without a known code goes by its status', () => {
    const statuses = [400, 401, 403, 404, 405, 409, 412, 417, 422]
    expect(statuses.map((status) => upstreamFaultOf('Request_ResourceNotFound', status))).toEqual([
      'bad-request',
      'sign-in',
      'access-denied',
      'not-found',
      'refused',
      'stale',
      'stale',
      'stale',
      'bad-request',
    ])
    expect(upstreamFaultOf(undefined, 404)).toBe('not-found')
  })

  it('of a code that is the name of something every object has is nothing special', () => {
    expect(['constructor', '__proto__', 'toString'].map((code) => upstreamFaultOf(code, 404))).toEqual(
      Array(3).fill('not-found'),
    )
  })
})

describe('an error body', () => {
  it('is read in each of its three forms, with a code of either type', () => {
    expect(readError({ code: 2000, description: 'not a GUID', source: 'x' })).toEqual({
      code: '2000',
      detail: 'not a GUID',
    })
    expect(readError({ code: '900101', description: 'running' })).toEqual({ code: '900101', detail: 'running' })
    expect(readError({ statusCode: 429, message: 'slow down' })).toEqual({ code: undefined, detail: 'slow down' })
    expect(readError({ error: { code: 'Request_ResourceNotFound', message: 'no such tenant' } })).toEqual({
      code: 'Request_ResourceNotFound',
      detail: 'no such tenant',
    })
  })

  it('that is anything else says nothing', () => {
    for (const body of [
      undefined,
      null,
      7,
      'text',
      [],
      {},
      { code: {}, description: 3 },
      { code: '', description: '' },
    ]) {
      expect(readError(body)).toEqual({ code: undefined, detail: undefined })
    }
  })

  it('is cut to what a card can show, whole letters only, and stays on one line', () => {
    const { detail, code } = readError({ code: '9'.repeat(99), description: `a\r\nb\u0000c ${'x'.repeat(193)}😀😀😀` })
    expect(detail?.startsWith('a b c xx')).toBe(true)
    expect(detail?.length).toBeLessThanOrEqual(200)
    expect(detail?.isWellFormed()).toBe(true)
    expect(code?.length).toBe(40)
  })
})

describe('a second factor', () => {
  it('is wanted where reason or challenge say so, and not where only the token is bad', () => {
    expect(wantsSecondFactor('Unauthorized - MFA required', 'Bearer error="invalid_token"')).toBe(true)
    expect(wantsSecondFactor('Unauthorized', 'Bearer error_description="Multi-factor authentication needed"')).toBe(
      true,
    )
    expect(wantsSecondFactor('Unauthorized', 'Bearer error="invalid_token"')).toBe(false)
    expect(wantsSecondFactor('', null)).toBe(false)
  })
})
