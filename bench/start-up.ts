import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startIdentity } from '../test/support/identity.ts'
import { startFlags, startProcess } from './process.ts'
import { median, print, rounded, table } from './report.ts'
import { seed } from './seed.ts'
import { appId } from './world.ts'

const rounds = 9

/** Returns the milliseconds from process start until `start` is done. */
async function timeOf(file: string, options: { flags?: readonly string[]; place?: object; cache?: string }) {
  const begun = performance.now()
  const started = await startProcess(
    file,
    options.flags ?? [],
    options.cache ? { NODE_COMPILE_CACHE: options.cache } : {},
  )
  await started.ask('start', options.place)
  const took = performance.now() - begun
  await started.stop()
  return took
}

/** Compares the start of the bot with the bare import of botbuilder. */
export async function startUpBench(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'multicanal-bench-'))
  const identity = await startIdentity({ appId })
  try {
    const database = join(folder, 'bench.db')
    await seed(database, { cases: 1_000, untouchedEach: 1 })
    const place = { metadataUrl: identity.metadataUrl, database: `sqlite:${database}` }
    const cache = join(folder, 'compiled')
    const flags = startFlags
    // The first start fills the compile cache. bot/main.ts enables the same cache.
    const first = await timeOf('./ours.ts', { flags, place, cache })
    const times: Record<'bare' | 'ours' | 'uncached', number[]> = { bare: [], ours: [], uncached: [] }
    for (let round = 0; round < rounds; round += 1) {
      times.bare.push(await timeOf('./bare.ts', {}))
      times.ours.push(await timeOf('./ours.ts', { flags, place, cache }))
      times.uncached.push(await timeOf('./ours.ts', { flags, place }))
    }
    const [bare, ours, uncached] = [times.bare, times.ours, times.uncached].map((all) => rounded(median(all), 0))
    print(
      table([
        [`medians of ${rounds} starts`, 'ms'],
        ['bare import of botbuilder', bare ?? 0],
        ['Multicanal, listening', ours ?? 0],
        ['Multicanal, listening, with nothing compiled before', uncached ?? 0],
      ]),
    )
    const ratio = rounded((ours ?? 0) / (bare ?? 1))
    print(`ratio ${ratio} (goal below 2)`)
    print(JSON.stringify({ bench: 'start-up', bare, ours, uncached, first: rounded(first, 0), ratio }))
  } finally {
    await identity.close()
    await rm(folder, { recursive: true, force: true })
  }
}
