import type { TokenAudience as Audience, TokenProvider } from '../../clients/entra-tokens.ts'
import type { HttpResult, RequestIdentity } from '../../clients/http.ts'
import type { Call, CallAnswer, CallFault, Sighting } from '../../dialogs/calls.ts'
import type { CallIds } from '../effects/effects.ts'
import type { Origin } from '../teams/activity.ts'

/** The same with who asked, and where. */
export interface CallContext extends CallIds {
  visit: Origin
}

/** It did not work yet and nothing was done. */
export type RetryLater = { kind: 'again'; why: 'busy' | 'unreachable'; afterMs?: number | undefined }
/** What one attempt came to. */
export type CallResult =
  | { kind: 'answered'; answer: CallAnswer }
  | RetryLater
  /** Only of a write: nobody knows whether it took effect. */
  | { kind: 'unknown'; cause: unknown }
export type SightingResult = { kind: 'seen'; sighting: Sighting } | RetryLater
/** What a look for the effect of a write showed. Where things ended otherwise than was asked, that is there but no effect. */
export type EffectCheck = { kind: 'there'; answer: CallAnswer; isEffect: boolean } | { kind: 'not-there' } | RetryLater

export const unreachable: RetryLater = { kind: 'again', why: 'unreachable' }

export type FailedRequest = Exclude<HttpResult<unknown>, { kind: 'ok' }>
type Refused = Extract<FailedRequest, { kind: 'refused' }>
const faultOf = ({ fault, code, detail }: Refused): CallFault => ({
  kind: fault,
  ...(code === undefined ? {} : { code: code.slice(0, 40) }),
  ...(detail === undefined ? {} : { detail }),
})

/** What follows when a look shows nothing, for whatever reason: one looks again. */
export const retryLater = (result: FailedRequest): RetryLater =>
  result.kind === 'throttled' ? { kind: 'again', why: 'busy', afterMs: result.retryAfterMs } : unreachable

/** A customer whom we do not sell to is told by a refusal. */
export const isUnknownCustomer = (result: HttpResult<unknown>): boolean =>
  result.kind === 'refused' && (result.fault === 'no-relationship' || result.fault === 'no-such-customer')

/** What follows from anything but success. What nobody knows is simply asked again, as long as it changes nothing. */
export const fromFailure = (result: FailedRequest, call: Call['name']): CallResult =>
  result.kind === 'refused' ? { kind: 'answered', answer: { call, fault: faultOf(result) } } : retryLater(result)

/** The same for a write: what nobody knows must not be repeated. */
export const fromFailedWrite = (result: FailedRequest, call: Call['name']): CallResult =>
  result.kind === 'unknown' ? result : fromFailure(result, call)

export const faultAnswer = (
  call: Call['name'],
  kind: CallFault['kind'],
  more: Omit<CallFault, 'kind'> = {},
): CallResult => ({
  kind: 'answered',
  answer: { call, fault: { kind, ...more } },
})

export function fromResult<T>(result: HttpResult<T>, call: Call['name'], answer: (value: T) => CallAnswer): CallResult {
  return result.kind === 'ok' ? { kind: 'answered', answer: answer(result.value) } : fromFailure(result, call)
}

/**
 * Does something with the application's own token. `onNoToken` is told when Entra gives none: nothing that a person in the
 * chat can do.
 */
export function createAsApplication(tokens: Pick<TokenProvider, 'app'>, onNoToken: (cause: unknown) => void) {
  return async <T>(
    audience: Audience,
    { requestId, correlationId }: CallIds,
    work: (caller: RequestIdentity) => Promise<HttpResult<T>>,
  ): Promise<HttpResult<T>> => {
    const issued = await tokens.app(audience)
    if (issued.kind !== 'token') {
      const cause = issued.kind === 'unavailable' ? issued.cause : new Error(issued.kind)
      onNoToken(cause)
      return { kind: 'not-sent', cause }
    }
    return work({ token: issued.token, requestId, correlationId })
  }
}
export type AsApplication = ReturnType<typeof createAsApplication>
