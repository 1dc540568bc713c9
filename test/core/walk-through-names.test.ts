import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import english from '../../cards/locales/en.json' with { type: 'json' }
import { readWalkThrough } from '../browser/steps.ts'

const root = resolve(import.meta.dirname, '..', '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const pages = readdirSync(join(root, 'sandbox/upstream/page')).map((file) => `sandbox/upstream/page/${file}`)
const shown = [...Object.values(english), ...[...pages, 'sandbox/upstream/companies.ts'].map(read)]
  .join('\n')
  .toLowerCase()
/** Without what a button adds to a title, or a title to a company. */
const bare = (name: string) => name.replace(/^(?:Start: |Litware )/, '').toLowerCase()

it.each([
  ['README.md', 'Win a customer'],
  ['docs/sandbox.md', 'Take over Azure'],
  ['docs/sandbox.md', 'Hand Azure over'],
  ['docs/sandbox.md', 'The story of three desks'],
  ['docs/sandbox.md', 'Two approvers'],
])('%s, %s, names only buttons and fields that exist', (file, section) => {
  const names = readWalkThrough(read(file), section).flatMap((step) =>
    'name' in step ? [step.name] : step.do === 'type' && step.field !== undefined ? [step.field] : [],
  )
  expect(names.length).toBeGreaterThan(5)
  expect(names.filter((name) => !shown.includes(bare(name)))).toEqual([])
})
