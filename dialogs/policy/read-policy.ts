import { z } from 'zod'
import { type Edition, editionSchema, type Policy } from './policy.ts'
import { requireReferences } from './references.ts'

/**
 * Checks the edition files and makes the policy. A new edition is a new file; the code names none. Throws with all
 * faults of all files; `unreadable` are those of files that are no JSON.
 */
export function readPolicy(files: Readonly<Record<string, unknown>>, unreadable: readonly string[] = []): Policy {
  const faults = [...unreadable]
  const editions: [string, Edition][] = []
  for (const [file, content] of Object.entries(files)) {
    const parsed = editionSchema.safeParse(content)
    if (parsed.success) editions.push([parsed.data.edition, parsed.data])
    else faults.push(`${file}: ${z.prettifyError(parsed.error)}`)
  }
  faults.push(...editions.flatMap(([, edition]) => requireReferences(edition)))
  if (editions.length === 0 && faults.length === 0) faults.push('no policy edition found')
  if (faults.length > 0) throw new Error(`The policy cannot be used.\n${faults.join('\n')}`)
  return Object.freeze(Object.fromEntries(editions.sort(([a], [b]) => a.localeCompare(b))))
}
