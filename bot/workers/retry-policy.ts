import type { ClaimedEffect } from '../../state/outbox-claims.ts'
import type { ProactiveResult } from './proactive.ts'

const MAX_BACKOFF_MS = 10 * 60_000

/** Back-off in milliseconds: one second, doubled at each attempt, at most ten minutes, with 25 % jitter. */
export const backoffMs = (attempts: number, random = Math.random()): number =>
  Math.min(MAX_BACKOFF_MS, 1_000 * 2 ** Math.min(attempts - 1, 20)) * (0.75 + random / 2)

const MAX_ATTEMPTS = 20
/** Delays before retrying a conversation that is not found: one in a hundred exists all the same. */
const NOT_FOUND_RETRIES_MS = [60_000, 600_000]

/** Consequence of a send: it is over, is retried after some milliseconds, or is dead-lettered. */
export type SendVerdict =
  | { end: 'done' }
  | { end: 'parked' | 'unknown'; note: string }
  | { again: number }
  | { handBack: number }

/** Maps the result of a send to its consequence. A message that may have arrived is sent once more at most. */
export function judgeSend(effect: Pick<ClaimedEffect, 'kind' | 'attempts'>, sent: ProactiveResult): SendVerdict {
  const { attempts } = effect
  const isExhausted = attempts >= MAX_ATTEMPTS
  switch (sent.kind) {
    case 'confirmed':
      return { end: 'done' }
    case 'pointless':
      return { end: 'parked', note: sent.why }
    case 'refused':
      // The person has deleted the message.
      if (effect.kind === 'update' && sent.code === 'ActivityNotFoundInConversation') return { end: 'done' }
      if (isGone(sent) && attempts <= NOT_FOUND_RETRIES_MS.length)
        return { again: NOT_FOUND_RETRIES_MS[attempts - 1] ?? 0 }
      return { end: 'parked', note: `${isClosed(sent) ? 'closed: ' : ''}${sent.status} ${sent.code ?? ''}`.trim() }
    case 'not-yet':
      return { handBack: sent.waitMs }
    case 'throttled':
      return isExhausted
        ? { end: 'parked', note: 'throttled' }
        : { again: Math.max(sent.retryAfterMs ?? 0, backoffMs(attempts)) }
    case 'conflict':
    case 'not-sent':
      return isExhausted ? { end: 'parked', note: sent.kind } : { again: backoffMs(attempts) }
    case 'unknown': {
      // Updates can be repeated freely. A message that arrives twice is a nuisance; a lost one is worse.
      const limit = effect.kind === 'update' ? MAX_ATTEMPTS : 2
      return attempts >= limit ? { end: 'unknown', note: 'may have arrived' } : { again: backoffMs(attempts + 2) }
    }
    default:
      return sent satisfies never
  }
}

type Refused = Extract<ProactiveResult, { kind: 'refused' }>

const isGone = ({ status, code }: Refused): boolean => status === 404 && code !== 'ActivityNotFoundInConversation'

/** True if the bot was removed or blocked there: nothing can be sent until the conversation speaks again. */
export const isClosed = (refused: Refused): boolean => isGone(refused) || CLOSED_CODES.has(refused.code ?? '')
const CLOSED_CODES = new Set([
  'BotNotInConversationRoster',
  'BotDisabledByAdmin',
  'ConversationBlockedByUser',
  'MessageWritesBlocked',
])
