import type { TokenProvider } from '../../clients/entra-tokens.ts'
import type { HttpResult, RequestIdentity } from '../../clients/http.ts'
import type { PartnerCenter } from '../../clients/partner-center.ts'
import type { Call, CallAnswer, CallFault } from '../../dialogs/calls.ts'
import { type CallContext, type CallResult, faultAnswer, fromResult, unreachable } from './call-result.ts'
import type { SignIn } from './sign-in.ts'

export interface PersonCallsDeps {
  partnerCenter: PartnerCenter
  tokens: Pick<TokenProvider, 'onBehalfOf'>
  signIn: SignIn
  /** Whether people may be sent to this invitation link. */
  isInvitation: (url: string) => boolean
}

const longestClaims = 2_000

/** What Partner Center answers to people only, with a second factor: asked for as the one who clicked. */
export function createPersonCalls({ partnerCenter, tokens, signIn, isInvitation }: PersonCallsDeps) {
  /** Asks in a person's name; a person whose sign-in does not do is told where to sign in. */
  async function asPerson<T>(
    call: Call['name'],
    { visit, requestId, correlationId }: CallContext,
    { ask, answer }: { ask: (caller: RequestIdentity) => Promise<HttpResult<T>>; answer: (value: T) => CallAnswer },
  ): Promise<CallResult> {
    const person = { tenant: visit.place.tenant, id: visit.sender.id }
    const fault = async (kind: 'sign-in' | 'second-factor', claims?: string): Promise<CallResult> => {
      const link = await signIn.link(visit, claims)
      return faultAnswer(call, kind, {
        ...(link && { link }),
        ...(claims && { claims: claims.slice(0, longestClaims) }),
      })
    }
    const assertion = await signIn.assertionOf(person)
    if (assertion === undefined) return fault('sign-in')
    const issued = await tokens.onBehalfOf('partner-center', assertion)
    if (issued.kind === 'unavailable') return unreachable
    if (issued.kind === 'second-factor') return fault(issued.kind, issued.claims)
    if (issued.kind === 'sign-in') {
      signIn.forget(person, assertion)
      return fault('sign-in')
    }
    const result = await ask({ token: issued.token, requestId, correlationId })
    if (result.kind === 'refused' && (result.fault === 'sign-in' || result.fault === 'second-factor')) {
      return fault(result.fault)
    }
    return fromResult(result, call, answer)
  }

  return {
    /** The link that is sent to customers. One that leads elsewhere is refused, with the host for whoever looks into it. */
    fetchInvitation: (context: CallContext): Promise<CallResult> =>
      asPerson('fetch-invitation', context, {
        ask: (caller) => partnerCenter.invitation(caller),
        answer: ({ url }) =>
          isInvitation(url) ? { call: 'fetch-invitation', url } : { call: 'fetch-invitation', fault: strangeLink(url) },
      }),

    /** Has this reseller signed Microsoft's partner agreement? Without it no invitation for it is of any use. */
    checkAgreement: (reseller: string, context: CallContext): Promise<CallResult> =>
      asPerson('check-agreement', context, {
        ask: (caller) => partnerCenter.agreementStatus(caller, { tenantId: reseller }),
        answer: ({ signed }) => ({ call: 'check-agreement', signed }),
      }),
  }
}

const strangeLink = (url: string): CallFault => ({
  kind: 'refused',
  code: 'link',
  detail: new URL(url).host.slice(0, 200),
})
