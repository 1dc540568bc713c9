import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import product from '../../package.json' with { type: 'json' }

const root = resolve(import.meta.dirname, '..', '..')
const documents = execFileSync('git', ['ls-files', '*.md', '.github'], { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n')
  .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }))
const found = (pattern: RegExp) =>
  documents.flatMap(({ file, text }) => [...text.matchAll(pattern)].map(([, name = '']) => ({ file, name })))

it('names only files that exist', () => {
  const named = found(/`((?:\.ci|appPackage|bench|bot|cards|clients|dialogs|docs|sandbox|state|test)\/[\w./-]*[\w/])`/g)
  expect(named.length).toBeGreaterThan(50)
  // Recipes name the files that they add.
  const missing = named.filter(({ file, name }) => file !== 'CONTRIBUTING.md' && !existsSync(join(root, name)))
  expect(missing).toEqual([])
})

it('links only to files that exist', () => {
  const links = found(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g)
  expect(links.length).toBeGreaterThan(50)
  const broken = links.filter(({ file, name }) => !existsSync(join(root, dirname(file), name)))
  expect(broken).toEqual([])
})

it('names only npm scripts that exist', () => {
  const named = found(/npm run (?:-s )?([a-z][\w:]*)/g)
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter(({ name }) => !(name in product.scripts))).toEqual([])
})
