import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..', '..')
const sources = execFileSync('git', ['ls-files', '*.ts'], { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n')
  .filter((file) => !/\.(test|d|proof)\.ts$/.test(file))
const declared = /^export (?:declare )?(?:async )?(?:const|let|function\*?|type|interface|class) (\w+)/gm

it('gives each exported name one meaning in the whole project', () => {
  const exported = sources.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(declared)].map(([, name = '']) => ({ name, file })),
  )
  expect(exported.length).toBeGreaterThan(1_000)
  const twice = [...Map.groupBy(exported, ({ name }) => name)]
    .map(([name, places]) => ({ name, files: [...new Set(places.map(({ file }) => file))] }))
    .filter(({ files }) => files.length > 1)
    .map(({ name, files }) => `${name}: ${files.join(', ')}`)
  expect(twice).toEqual([])
})
