import type { Logger } from 'pino'
import { UnavailableError } from '../../state/engine/transaction.ts'
import { correlationOf } from '../effects/correlation.ts'
import type { IncomingActivity } from '../teams/activity.ts'
import type { CaseService } from '../turn/handle-activity.ts'
import type { Instruments } from './metrics.ts'

/** The door with each turn counted, timed and told of: what failed with its cause, everything else for debugging only. */
export function observeTurns(door: Pick<CaseService, 'handleActivity'>, count: Instruments, log: Logger) {
  const told = new WeakSet<object>()
  const handleActivity: CaseService['handleActivity'] = async (inbound: IncomingActivity) => {
    const began = performance.now()
    const end = (outcome: Parameters<Instruments['turn']>[1], err?: unknown) => {
      const ms = performance.now() - began
      const turn = inbound.request.kind
      count.turn(turn, outcome, ms)
      if (outcome === 'failed')
        log.error({ correlationId: correlationOf(inbound.delivery), turn, ms, err }, 'a turn failed')
      else if (log.isLevelEnabled('debug'))
        log.debug({ correlationId: correlationOf(inbound.delivery), turn, ms, outcome }, 'a turn')
    }
    try {
      const answer = await door.handleActivity(inbound)
      end('done')
      return answer
    } catch (error) {
      end(error instanceof UnavailableError ? 'unavailable' : 'failed', error)
      if (typeof error === 'object' && error !== null) told.add(error)
      throw error
    }
  }
  return {
    handleActivity,
    /** Was it a turn that failed with this, and has the log been told? */
    isTold: (error: unknown): boolean => typeof error === 'object' && error !== null && told.has(error),
  }
}
