import type { TokenAudience as Audience, TokenProvider } from '../../clients/entra-tokens.ts'
import type { HttpResult, RequestIdentity } from '../../clients/http.ts'
import type { Call, CallAnswer, CallFault, Sighting } from '../../dialogs/calls.ts'
import type { CallIds } from '../effects/effects.ts'
import type { Origin } from '../teams/activity.ts'

/** Ids of a call, with the person and place it comes from. */
export interface CallContext extends CallIds {
  visit: Origin
}

/** The call had no effect and can be retried. */
export type RetryLater = { kind: 'again'; why: 'busy' | 'unreachable'; afterMs?: number | undefined }
/** Result of one attempt. */
export type CallResult =
  | { kind: 'answered'; answer: CallAnswer }
  | RetryLater
  /** Writes only: the write may have taken effect. */
  | { kind: 'unknown'; cause: unknown }
export type SightingResult = { kind: 'seen'; sighting: Sighting } | RetryLater
/** Result of a check for a write's effect. `isEffect` is false if things ended otherwise than requested. */
export type EffectCheck = { kind: 'there'; answer: CallAnswer; isEffect: boolean } | { kind: 'not-there' } | RetryLater

export const unreachable: RetryLater = { kind: 'again', why: 'unreachable' }

export type FailedRequest = Exclude<HttpResult<unknown>, { kind: 'ok' }>
type Refused = Extract<FailedRequest, { kind: 'refused' }>
const faultOf = ({ fault, code, detail }: Refused): CallFault => ({
  kind: fault,
  ...(code === undefined ? {} : { code: code.slice(0, 40) }),
  ...(detail === undefined ? {} : { detail }),
})

/** Maps a failed read to a retry. */
export const retryLater = (result: FailedRequest): RetryLater =>
  result.kind === 'throttled' ? { kind: 'again', why: 'busy', afterMs: result.retryAfterMs } : unreachable

/** True if the refusal means that this is not our customer. */
export const isUnknownCustomer = (result: HttpResult<unknown>): boolean =>
  result.kind === 'refused' && (result.fault === 'no-relationship' || result.fault === 'no-such-customer')

/** Maps a failed call to its result. Unknown outcomes of read-only calls are retried. */
export const fromFailure = (result: FailedRequest, call: Call['name']): CallResult =>
  result.kind === 'refused' ? { kind: 'answered', answer: { call, fault: faultOf(result) } } : retryLater(result)

/** Maps a failed write to its result. Unknown outcomes must not be repeated. */
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

/** Runs requests with the application's own token. `onNoToken` is called when Entra issues none, which no user can mend. */
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
