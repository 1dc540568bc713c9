import pino from 'pino'
import { expect, it, onTestFinished } from 'vitest'
import type { Settlement } from '../../../bot/effects/settlement.ts'
import { createExportFiles } from '../../../bot/workers/export-file.ts'
import { openDatabase } from '../../../state/engine/database.ts'
import type { ClaimedEffect } from '../../../state/outbox-claims.ts'
import { settingOf } from '../../support/setting.ts'

const now = new Date('2026-11-22T12:00:00.000Z')

const effect = (id: number): ClaimedEffect => ({
  id,
  kind: 'export-offer',
  tenant: 't',
  caseId: undefined,
  conversation: undefined,
  payload: { asked: { format: 'csv' }, conversation: 'a:auditor', locale: 'en' },
  key: `export-offer:${id}`,
  due: now.toISOString(),
  attempts: 1,
  fence: 1,
  faults: 1,
})

async function scene() {
  const database = await openDatabase('sqlite::memory:')
  onTestFinished(() => database.close())
  const settled: [id: number, end: Settlement['end']][] = []
  const settle = async ({ id }: ClaimedEffect, { end }: Settlement) => {
    settled.push([id, end])
  }
  const log = pino({ level: 'silent' })
  return {
    database,
    settled,
    ...createExportFiles({ database, deployment: settingOf(), settle, now: async () => now, log }),
  }
}

it('reads for one export at a time, and has the next one come again soon', async () => {
  const { offer, settled } = await scene()
  await Promise.all([offer(effect(1)), offer(effect(2))])
  expect(settled).toEqual([
    [2, { again: '2026-11-22T12:00:02.000Z' }],
    [1, { state: 'done' }],
  ])
  await offer(effect(2))
  expect(settled.at(-1)).toEqual([2, { state: 'done' }])
})

it('ends an export whose history cannot be read, and is free for the next', async () => {
  const { offer, settled, database } = await scene()
  await database.close()
  await offer(effect(1))
  await offer(effect(2))
  expect(settled).toEqual([
    [1, { state: 'done' }],
    [2, { state: 'done' }],
  ])
})
