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
  /** True if people may be sent to this invitation link. */
  isInvitation: (url: string) => boolean
  /** True while our tenant bills directly and is enrolled as an indirect reseller too. */
  isInTransition: boolean
}

const MAX_CLAIMS_LENGTH = 2_000

/** Calls that Partner Center accepts from people with a second factor only: made as the person who clicked. */
export function createPersonCalls({ partnerCenter, tokens, signIn, isInvitation, isInTransition }: PersonCallsDeps) {
  /** Makes a call as the person. Without a usable sign-in, the fault holds the link to sign in. */
  async function asPerson<T>(
    call: Call['name'],
    { visit, requestId, correlationId }: CallContext,
    {
      request,
      answer,
    }: { request: (caller: RequestIdentity) => Promise<HttpResult<T>>; answer: (value: T) => CallAnswer },
  ): Promise<CallResult> {
    const person = { tenant: visit.place.tenant, id: visit.sender.id }
    const fault = async (kind: 'sign-in' | 'second-factor', claims?: string): Promise<CallResult> => {
      const link = await signIn.link(visit, claims)
      return faultAnswer(call, kind, {
        ...(link && { link }),
        ...(claims && { claims: claims.slice(0, MAX_CLAIMS_LENGTH) }),
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
    const result = await request({ token: issued.token, requestId, correlationId })
    if (result.kind === 'refused' && (result.fault === 'sign-in' || result.fault === 'second-factor')) {
      return fault(result.fault)
    }
    return fromResult(result, call, answer)
  }

  return {
    /** Fetches the link for customers. A link to an unknown host is refused, with the host in the fault. */
    fetchInvitation: (provider: string | undefined, context: CallContext): Promise<CallResult> =>
      asPerson('fetch-invitation', context, {
        request: (caller) => partnerCenter.invitation(caller, { provider, isInTransition }),
        answer: ({ url }) =>
          isInvitation(url)
            ? { call: 'fetch-invitation', url }
            : { call: 'fetch-invitation', fault: unknownHostFault(url) },
      }),

    /** Reads whether a reseller has signed Microsoft's partner agreement, which an invitation requires. */
    checkAgreement: (reseller: string, context: CallContext): Promise<CallResult> =>
      asPerson('check-agreement', context, {
        request: (caller) => partnerCenter.agreementStatus(caller, { tenantId: reseller }),
        answer: ({ signed }) => ({ call: 'check-agreement', signed }),
      }),
  }
}

const unknownHostFault = (url: string): CallFault => ({
  kind: 'refused',
  code: 'link',
  detail: new URL(url).host.slice(0, 200),
})
