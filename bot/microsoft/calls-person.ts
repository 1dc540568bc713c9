import type { TokenProvider } from '../../clients/entra-tokens.ts'
import type { HttpResult, RequestIdentity } from '../../clients/http.ts'
import type { PartnerCenter } from '../../clients/partner-center.ts'
import type { Call, CallAnswer, CallFault, Check } from '../../dialogs/calls.ts'
import { type CallContext, type CallResult, faultAnswer, fromFailure, fromResult, unreachable } from './call-result.ts'
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

/** Link of a reseller with us as its provider; it has a `partnerId` once it is found. */
export interface ResellerLink {
  state: Check
  partnerId?: string
}

const MAX_CLAIMS_LENGTH = 2_000

/** Calls that Partner Center accepts from people with a second factor only: made as the person who clicked. */
export function createPersonCalls({ partnerCenter, tokens, signIn, isInvitation, isInTransition }: PersonCallsDeps) {
  /** Sends a request as the person. Without a usable sign-in, the result is a fault with the link to sign in. */
  async function send<T>(
    call: Call['name'],
    { visit, requestId, correlationId }: CallContext,
    request: (caller: RequestIdentity) => Promise<HttpResult<T>>,
  ): Promise<{ response: HttpResult<T> } | { stopped: CallResult }> {
    const person = { tenant: visit.place.tenant, id: visit.sender.id }
    const fault = async (kind: 'sign-in' | 'second-factor', claims?: string): Promise<CallResult> => {
      const link = await signIn.link(visit, claims)
      return faultAnswer(call, kind, {
        ...(link && { link }),
        ...(claims && { claims: claims.slice(0, MAX_CLAIMS_LENGTH) }),
      })
    }
    const assertion = await signIn.assertionOf(person)
    if (assertion === undefined) return { stopped: await fault('sign-in') }
    const issued = await tokens.onBehalfOf('partner-center', assertion)
    if (issued.kind === 'unavailable') return { stopped: unreachable }
    if (issued.kind === 'second-factor') return { stopped: await fault(issued.kind, issued.claims) }
    if (issued.kind === 'sign-in') {
      signIn.forget(person, assertion)
      return { stopped: await fault('sign-in') }
    }
    const response = await request({ token: issued.token, requestId, correlationId })
    if (response.kind === 'refused' && (response.fault === 'sign-in' || response.fault === 'second-factor')) {
      return { stopped: await fault(response.fault) }
    }
    return { response }
  }

  /** Makes a call as the person. */
  async function asPerson<T>(
    call: Call['name'],
    context: CallContext,
    {
      request,
      answer,
    }: { request: (caller: RequestIdentity) => Promise<HttpResult<T>>; answer: (value: T) => CallAnswer },
  ): Promise<CallResult> {
    const sent = await send(call, context, request)
    return 'stopped' in sent ? sent.stopped : fromResult(sent.response, call, answer)
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

    /** Finds an indirect reseller among ours, or answers the transfer that it is for. */
    findReseller: async (reseller: string, context: CallContext): Promise<ResellerLink | CallResult> => {
      const call = 'check-transfer'
      const sent = await send(call, context, (caller) => partnerCenter.indirectResellers(caller))
      if ('stopped' in sent) return sent.stopped
      const { response } = sent
      if (response.kind === 'throttled') return fromFailure(response, call)
      if (response.kind !== 'ok') return { state: 'unknown' }
      const { resellers, isComplete } = response.value
      const found = resellers.find(({ id }) => id === reseller.toLowerCase())
      if (!found) return { state: isComplete ? 'no' : 'unknown' }
      if (!found.isActive) return { state: 'no' }
      return found.partnerId === undefined ? { state: 'unknown' } : { state: 'yes', partnerId: found.partnerId }
    },

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
