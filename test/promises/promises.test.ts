import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { promises } from './promises.ts'

it('every promise has a test file of its name', () => {
  const tested = readdirSync(import.meta.dirname).flatMap((file) => /^(.+)\.test\.ts$/.exec(file)?.[1] ?? [])
  expect(tested.filter((name) => name !== 'promises').toSorted()).toEqual(promises.map(({ name }) => name).toSorted())
})
