import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { bodyRemovals } from './bodies.ts'
import { forgedTokenRemovals } from './forged-tokens.ts'
import { fuzzRemovals } from './fuzzed-activities.ts'
import { keyServerRemovals } from './key-server.ts'
import { serviceUrlRemovals } from './service-urls.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const all = [forgedTokenRemovals, keyServerRemovals, serviceUrlRemovals, bodyRemovals, fuzzRemovals].flat()
const changes = all.flatMap(({ what, changes }) => changes.map((change) => [what, change] as const))

it.each(changes)('what is taken out to see the bot without %s is in the source', (_, { file, from }) => {
  expect(readFileSync(join(root, file), 'utf8')).toContain(from)
})
