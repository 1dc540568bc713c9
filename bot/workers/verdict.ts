import type { ClaimedEffect } from '../../state/outbox-claims.ts'
import { backoffMs } from './backoff.ts'
import type { ProactiveResult } from './proactive.ts'

const mostAttempts = 20
/** One conversation in a hundred is not found for a while though it is there. */
const goneAgainMs = [60_000, 600_000]

/** What follows from a send: it is over, it is tried again, or it waits for a person. */
export type SendVerdict =
  | { end: 'done' }
  | { end: 'parked' | 'unknown'; note: string }
  | { again: number }
  | { handBack: number }

/** Judges a send by the table of what the Connector's answers mean. A message is repeated once at the most if it may have arrived. */
export function judgeSend(effect: Pick<ClaimedEffect, 'kind' | 'attempts'>, sent: ProactiveResult): SendVerdict {
  const { attempts } = effect
  const giveUp = attempts >= mostAttempts
  switch (sent.kind) {
    case 'confirmed':
      return { end: 'done' }
    case 'pointless':
      return { end: 'parked', note: sent.why }
    case 'refused':
      if (isGone(sent) && attempts <= goneAgainMs.length) return { again: goneAgainMs[attempts - 1] ?? 0 }
      return { end: 'parked', note: `${isClosed(sent) ? 'closed: ' : ''}${sent.status} ${sent.code ?? ''}`.trim() }
    case 'not-yet':
      return { handBack: sent.waitMs }
    case 'throttled':
      return giveUp
        ? { end: 'parked', note: 'throttled' }
        : { again: Math.max(sent.retryAfterMs ?? 0, backoffMs(attempts)) }
    case 'conflict':
    case 'not-sent':
      return giveUp ? { end: 'parked', note: sent.kind } : { again: backoffMs(attempts) }
    case 'unknown': {
      // An update may be repeated at will. A message that came twice is a nuisance, one that never came is a loss.
      const limit = effect.kind === 'update' ? mostAttempts : 2
      return attempts >= limit ? { end: 'unknown', note: 'may have arrived' } : { again: backoffMs(attempts + 2) }
    }
    default:
      return sent satisfies never
  }
}

type Refused = Extract<ProactiveResult, { kind: 'refused' }>

const isGone = ({ status, code }: Refused): boolean => status === 404 && code !== 'ActivityNotFoundInConversation'

/** The bot was taken out, is blocked, or there is nobody any more: nothing can be sent until somebody there is heard. */
export const isClosed = (refused: Refused): boolean => isGone(refused) || closing.has(refused.code ?? '')
const closing = new Set([
  'BotNotInConversationRoster',
  'BotDisabledByAdmin',
  'ConversationBlockedByUser',
  'MessageWritesBlocked',
])
