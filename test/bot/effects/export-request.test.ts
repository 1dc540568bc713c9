import { expect, it } from 'vitest'
import { isReversed, readExportRequest } from '../../../bot/effects/export-request.ts'

const noon = '2026-11-22T12:00:00.000Z'

it('parses requests in three languages', () => {
  const by = 'AAAAAAAA-0000-4000-8000-000000000001'
  const filter = { since: '2026-01-01T00:00:00.000Z', until: '2026-04-01T00:00:00.000Z', by: by.toLowerCase() }
  for (const typed of [
    `since 2026-01-01 until 2026-03-31 by ${by} csv`,
    `CSV depuis 2026-01-01 jusqu'au 2026-03-31 par ${by}`,
    `csv von ${by} bis 2026-03-31 seit 2026-01-01`,
  ])
    expect(readExportRequest(typed, noon)).toEqual({ format: 'csv', ...filter })
  expect(readExportRequest('', noon)).toEqual({ format: 'jsonl' })
  expect(readExportRequest('json', noon)).toEqual({ format: 'jsonl' })
  for (const typed of ['since', 'since tomorrow', 'by everybody', 'by me', 'since 2026-01-01 since 2026-02-01', 'all'])
    expect(readExportRequest(typed, noon)).toBeUndefined()
})

it('understands yesterday in three languages', () => {
  const since = { format: 'jsonl', since: '2026-11-21T00:00:00.000Z' }
  for (const typed of ['since yesterday', 'depuis hier', 'seit Gestern'])
    expect(readExportRequest(typed, noon)).toEqual(since)
})

it('notices a period that ends before it begins', () => {
  const request = (typed: string) => readExportRequest(typed, noon) ?? { format: 'csv' as const }
  expect(isReversed(request('since 2026-11-28 until 2026-11-01'))).toBe(true)
  expect(isReversed(request('since 2026-11-28 until 2026-11-28'))).toBe(false)
  expect(isReversed(request('since 2026-11-28'))).toBe(false)
})
