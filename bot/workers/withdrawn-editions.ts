import type { Logger } from 'pino'
import { withdrawnEditions } from '../../dialogs/policy/withdrawn.ts'
import type { HandleWithdrawal } from '../effects/settlement.ts'

interface WithdrawnEditionsDeps {
  move: HandleWithdrawal
  log: Logger
  /** Withdrawn editions, each with the one that replaces it. */
  editions?: Readonly<Record<string, string>>
  againMs?: number
}

const HOUR_MS = 3_600_000

/**
 * Moves stored cases of withdrawn editions to those that replace them: all before the process listens, and once more an
 * hour later, because a process of the earlier release may have opened some during the deployment.
 */
export function createWithdrawnEditions({
  move,
  log,
  editions = withdrawnEditions,
  againMs = HOUR_MS,
}: WithdrawnEditionsDeps) {
  let timer: NodeJS.Timeout | undefined
  let running = true
  let moving: Promise<void> | undefined

  async function moveAll(): Promise<void> {
    for (const [from, edition] of Object.entries(editions)) await moveCases(from, edition)
  }

  async function moveCases(from: string, edition: string): Promise<void> {
    let count = 0
    const unreadable: string[] = []
    for (let after = ''; running; ) {
      const batch = await move({ from, edition, after })
      if (!batch) break
      count += batch.moved
      unreadable.push(...batch.unreadable)
      after = batch.last
    }
    if (count > 0) log.info({ from, edition, cases: count }, 'cases of a withdrawn edition were moved to its successor')
    if (unreadable.length > 0) log.warn({ from, cases: unreadable }, 'cases of a withdrawn edition cannot be read')
  }

  return {
    /** Resolves once no case is left. Throws if the database fails; the next start goes on where this one stopped. */
    start: async (): Promise<void> => {
      await moveAll()
      timer = setTimeout(() => {
        moving = moveAll().catch((error: unknown) =>
          log.error({ err: error }, 'cases of a withdrawn edition could not be moved'),
        )
      }, againMs).unref()
    },
    stop: async (): Promise<void> => {
      running = false
      clearTimeout(timer)
      await moving
    },
  }
}
