import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { removals as bodies } from './bodies.ts'
import { removals as forgedTokens } from './forged-tokens.ts'
import { removals as fuzzedActivities } from './fuzzed-activities.ts'
import { removals as keyServer } from './key-server.ts'
import { removals as serviceUrls } from './service-urls.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const all = [forgedTokens, keyServer, serviceUrls, bodies, fuzzedActivities].flat()
const changes = all.flatMap(({ what, changes }) => changes.map((change) => [what, change] as const))

it.each(changes)('what is taken out to see the bot without %s is in the source', (_, { file, from }) => {
  expect(readFileSync(join(root, file), 'utf8')).toContain(from)
})
