import { describe, expect, it } from 'vitest'
import { createPersonCalls, type PersonCallsDeps } from '../../../bot/microsoft/calls-person.ts'

const provider = 'bbbbbbbb-0000-4000-8000-000000000009'
const reseller = 'c0000000-0000-4000-8000-000000000002'
const url = 'https://admin.microsoft.com/invitation'

/** Calls as a person who is signed in; `asked` are the parameters of each invitation. */
function callsWith({ isInTransition = false, resellers = [] as unknown[], isComplete = true } = {}) {
  const asked: unknown[] = []
  const deps = {
    partnerCenter: {
      invitation: async (_caller: unknown, parameters: unknown) => {
        asked.push(parameters)
        return { kind: 'ok', value: { url } }
      },
      indirectResellers: async () => ({ kind: 'ok', value: { resellers, isComplete } }),
    },
    tokens: { onBehalfOf: async () => ({ kind: 'token', token: 'person' }) },
    signIn: { assertionOf: async () => 'person' },
    isInvitation: () => true,
    isInTransition,
  } as unknown as PersonCallsDeps
  return { asked, ...createPersonCalls(deps) }
}
const context = { requestId: 'r', correlationId: 'c', visit: { place: {}, sender: {} } } as unknown as Parameters<
  ReturnType<typeof createPersonCalls>['fetchInvitation']
>[1]

describe('an invitation that is fetched as a person', () => {
  it.each([
    [provider, true],
    [undefined, false],
  ])('names the provider %s, and a partner in transition: %s', async (jointly, isInTransition) => {
    const { asked, fetchInvitation } = callsWith({ isInTransition })
    expect(await fetchInvitation(jointly, context)).toMatchObject({ answer: { url } })
    expect(asked).toEqual([{ provider: jointly, isInTransition }])
  })
})

describe('a reseller that is looked up', () => {
  const linked = { id: reseller, partnerId: '4847383', isActive: true }

  it.each([
    ['linked with us', [linked], true, { state: 'yes', partnerId: '4847383' }],
    ['linked no more', [{ ...linked, isActive: false }], true, { state: 'no' }],
    ['not in the list', [], true, { state: 'no' }],
    ['perhaps on a later page', [], false, { state: 'unknown' }],
  ])('is %s', async (_name, resellers, isComplete, expected) => {
    const { findReseller } = callsWith({ resellers, isComplete })
    expect(await findReseller(reseller, context)).toEqual(expected)
  })
})
