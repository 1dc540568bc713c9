const isFull = process.env.PROPERTY_RUNS === 'full'

/** Number of runs for a property test: `full` of them with PROPERTY_RUNS=full (`npm run test:all`), else a share. */
export const propertyRuns = (full: number, share = 0.1): number => (isFull ? full : Math.ceil(full * share))

/** Every n-th situation is checked where a test goes through all there are; with PROPERTY_RUNS=full each of them. */
export const PROPERTY_STRIDE = isFull ? 1 : 10
