import { Worker } from 'node:worker_threads'

/** Commands and short tests commit less often than this, and the thread costs about 10 MB. */
const COMMITS_BEFORE_THREAD = 100

/** Starts the checkpointer thread once this process has written enough for it to matter. */
export function createCheckpointer(path: string) {
  let commits = 0
  let thread: Worker | undefined
  return {
    countCommit: (): void => {
      commits += 1
      if (commits !== COMMITS_BEFORE_THREAD || path === ':memory:') return
      thread = new Worker(new URL('./checkpointer-thread.ts', import.meta.url), {
        workerData: path,
        // No inherited flags: those of the process size its heap.
        execArgv: [],
        // The thread allocates almost nothing; these limits keep it from reserving memory the bot needs.
        resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16 },
      })
      thread.unref()
    },
    close: async (): Promise<void> => {
      await thread?.terminate()
    },
  }
}
