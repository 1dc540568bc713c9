import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Policy } from '../../dialogs/policy/policy.ts'
import { readPolicy } from '../../dialogs/policy/read-policy.ts'

const folder = join(import.meta.dirname, '..', '..', 'dialogs', 'policy')

/** Every edition file of the folder, checked. A new edition is a new file there. Throws with all faults at once. */
export function readEditions(): Policy {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return readPolicy(
    Object.fromEntries(names.map((name) => [name, JSON.parse(readFileSync(join(folder, name), 'utf8')) as unknown])),
  )
}
