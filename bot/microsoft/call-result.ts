import type { Resource as Audience, Tokens } from '../../clients/entra-tokens.ts'
import type { Asking, Result } from '../../clients/http.ts'
import type { Call, CallAnswer, Fault, Sighting } from '../../dialogs/calls.ts'
import type { Visit } from './sign-in.ts'

/** Under which ids something is asked for. */
export interface Ids {
  requestId: string
  correlationId: string
}

/** The same with who asked, and where. */
export interface Asked extends Ids {
  visit: Visit
}

/** It did not work yet and nothing was done. */
export type Again = { kind: 'again'; why: 'busy' | 'unreachable'; afterMs?: number | undefined }
/** What one attempt came to. */
export type Attempt =
  | { kind: 'answered'; answer: CallAnswer }
  | Again
  /** Only of a write: nobody knows whether it took effect. */
  | { kind: 'unknown'; cause: unknown }
export type Seen = { kind: 'seen'; sighting: Sighting } | Again
/** What a look for the effect of a write showed. Where things ended otherwise than was asked, that is there but no effect. */
export type Found = { kind: 'there'; answer: CallAnswer; isEffect: boolean } | { kind: 'not-there' } | Again

export const unreachable: Again = { kind: 'again', why: 'unreachable' }

export type Failed = Exclude<Result<unknown>, { kind: 'ok' }>
type Refused = Extract<Failed, { kind: 'refused' }>
const faultOf = ({ fault, code, detail }: Refused): Fault => ({
  kind: fault,
  ...(code === undefined ? {} : { code: code.slice(0, 40) }),
  ...(detail === undefined ? {} : { detail }),
})

/** What follows when a look shows nothing, for whatever reason: one looks again. */
export const notSeen = (result: Failed): Again =>
  result.kind === 'throttled' ? { kind: 'again', why: 'busy', afterMs: result.retryAfterMs } : unreachable

/** A customer whom we do not sell to is told by a refusal. */
export const isStranger = (result: Result<unknown>): boolean =>
  result.kind === 'refused' && (result.fault === 'no-relationship' || result.fault === 'no-such-customer')

/** What follows from anything but success. What nobody knows is simply asked again, as long as it changes nothing. */
export const failed = (result: Failed, call: Call['name']): Attempt =>
  result.kind === 'refused' ? { kind: 'answered', answer: { call, fault: faultOf(result) } } : notSeen(result)

/** The same for a write: what nobody knows must not be repeated. */
export const failedWrite = (result: Failed, call: Call['name']): Attempt =>
  result.kind === 'unknown' ? result : failed(result, call)

export const faultAnswer = (call: Call['name'], kind: Fault['kind'], more: Omit<Fault, 'kind'> = {}): Attempt => ({
  kind: 'answered',
  answer: { call, fault: { kind, ...more } },
})

export function answered<T>(result: Result<T>, call: Call['name'], answer: (value: T) => CallAnswer): Attempt {
  return result.kind === 'ok' ? { kind: 'answered', answer: answer(result.value) } : failed(result, call)
}

/**
 * Does something with the application's own token. `onNoToken` is told when Entra gives none: nothing that a person in the
 * chat can do.
 */
export function createAsApplication(tokens: Pick<Tokens, 'app'>, onNoToken: (cause: unknown) => void) {
  return async <T>(
    audience: Audience,
    { requestId, correlationId }: Ids,
    work: (asking: Asking) => Promise<Result<T>>,
  ): Promise<Result<T>> => {
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
