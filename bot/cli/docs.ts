import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configurationPage, envExample } from '../config/reference.ts'

const root = join(import.meta.dirname, '..', '..')

/** Files that are generated from the code, by path from the root. */
export const generatedFiles = { 'docs/configuration.md': configurationPage, '.env.example': envExample }

if (import.meta.main) {
  for (const [path, render] of Object.entries(generatedFiles)) writeFileSync(join(root, path), render())
}
