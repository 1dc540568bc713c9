import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import english from '../../cards/locales/en.json' with { type: 'json' }
import { readWalkThrough } from '../browser/steps.ts'

const root = resolve(import.meta.dirname, '..', '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const pages = readdirSync(join(root, 'sandbox/upstream/page')).map((file) => `sandbox/upstream/page/${file}`)
const sources = [...pages, 'sandbox/upstream/companies.ts'].map(read).join('\n')

/** True if a text of the cards begins with the name, or a text of the pages, behind a mark of its source. */
function exists(name: string): boolean {
  const isWhole = (text: string, from: number) => !/^[\p{L}\p{N}]/u.test(text.slice(from + name.length))
  const isOnCard = Object.values(english).some((text) => text.startsWith(name) && isWhole(text, 0))
  return isOnCard || ['>', "'", '} '].some((mark) => sources.includes(`${mark}${name}`))
}

/** Without what a button adds to a title, which begins with a small letter then, or a title to a company. */
const bare = (name: string) =>
  name.replace(/^Start: (.)/, (_, first: string) => first.toUpperCase()).replace(/^Litware /, '')

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
  expect(names.filter((name) => !exists(bare(name)))).toEqual([])
})
