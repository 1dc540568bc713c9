import { expect, it } from 'vitest'
import { readExportRequest } from '../../../bot/effects/export-request.ts'

it('parses requests in three languages', () => {
  const by = 'AAAAAAAA-0000-4000-8000-000000000001'
  const filter = { since: '2026-01-01T00:00:00.000Z', until: '2026-04-01T00:00:00.000Z', by: by.toLowerCase() }
  for (const typed of [
    `since 2026-01-01 until 2026-03-31 by ${by} csv`,
    `CSV depuis 2026-01-01 jusqu'au 2026-03-31 par ${by}`,
    `csv von ${by} bis 2026-03-31 seit 2026-01-01`,
  ])
    expect(readExportRequest(typed)).toEqual({ format: 'csv', ...filter })
  expect(readExportRequest('')).toEqual({ format: 'jsonl' })
  expect(readExportRequest('json')).toEqual({ format: 'jsonl' })
  for (const typed of ['since', 'since tomorrow', 'by everybody', 'by me', 'since 2026-01-01 since 2026-02-01', 'all'])
    expect(readExportRequest(typed)).toBeUndefined()
})
