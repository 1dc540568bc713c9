import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { startFlags } from './process.ts'
import type { savedTurns } from './saved.ts'
import type { seed } from './seed.ts'

/** The bench folder of another checkout, the newest layout first. */
const folders = ['bench', 'test/bench']

/** Another checkout of this project. It seeds, serves and counts with its own code, as its stored form may differ. */
export interface OtherCheckout {
  /** The short id of its commit, marked if files were changed since. */
  commit: string
  contestant: URL
  startFlags: typeof startFlags
  seed: typeof seed
  savedTurns: typeof savedTurns
}

/** Opens the checkout at a path, which needs its own `node_modules`. Throws if it has no bench. */
export async function openCheckout(path: string): Promise<OtherCheckout> {
  const folder = folders.map((each) => resolve(path, each)).find((each) => existsSync(join(each, 'ours.ts')))
  if (folder === undefined) throw new Error(`${path} has no ${folders.map((each) => `${each}/ours.ts`).join(' or ')}`)
  const urlOf = (file: string) => pathToFileURL(join(folder, file))
  const [{ startFlags }, { seed }, { savedTurns }] = await Promise.all(
    ['process.ts', 'seed.ts', 'saved.ts'].map((file) => import(urlOf(file).href)),
  )
  const describe = ['-C', path, 'describe', '--always', '--dirty', '--exclude', '*']
  const commit = execFileSync('git', describe, { encoding: 'utf8' }).trim()
  return { commit, contestant: urlOf('ours.ts'), startFlags, seed, savedTurns }
}
