import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Policy } from '../../dialogs/policy/policy.ts'
import { readPolicy } from '../../dialogs/policy/read-policy.ts'

const policyFolder = join(import.meta.dirname, '..', '..', 'dialogs', 'policy')

/** Every edition file of the folder, checked. A new edition is a new file there. Throws with all faults at once. */
export function readEditions(folder = policyFolder): Policy {
  const files: Record<string, unknown> = {}
  const unreadable: string[] = []
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.json'))) {
    try {
      files[name] = JSON.parse(readFileSync(join(folder, name), 'utf8'))
    } catch (error) {
      unreadable.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return readPolicy(files, unreadable)
}
