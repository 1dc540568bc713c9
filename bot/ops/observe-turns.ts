import type { Logger } from 'pino'
import { UnavailableError } from '../../state/engine/transaction.ts'
import { correlationOf } from '../effects/correlation.ts'
import type { HandleActivity } from '../turn/handle-activity.ts'
import type { Instruments } from './metrics.ts'

/** Wraps the handler of activities: counts and times each turn, and logs it. Successful turns are logged at debug level. */
export function observeTurns(handle: HandleActivity, count: Instruments, log: Logger) {
  const logged = new WeakSet<object>()
  const handleActivity: HandleActivity = async (incoming) => {
    const began = performance.now()
    const end = (outcome: Parameters<Instruments['turn']>[1], err?: unknown) => {
      const ms = performance.now() - began
      const turn = incoming.request.kind
      count.turn(turn, outcome, ms)
      if (outcome === 'failed')
        log.error({ correlationId: correlationOf(incoming.delivery), turn, ms, err }, 'turn failed')
      else if (log.isLevelEnabled('debug'))
        log.debug({ correlationId: correlationOf(incoming.delivery), turn, ms, outcome }, 'turn handled')
    }
    try {
      const answer = await handle(incoming)
      end('done')
      return answer
    } catch (error) {
      end(error instanceof UnavailableError ? 'unavailable' : 'failed', error)
      if (typeof error === 'object' && error !== null) logged.add(error)
      throw error
    }
  }
  return {
    handleActivity,
    /** True if a turn failed with this error and has been logged. */
    isLogged: (error: unknown): boolean => typeof error === 'object' && error !== null && logged.has(error),
  }
}
