import { expect, it } from 'vitest'
import { step } from '../../dialogs/step.ts'
import { countApprovalRequests, listApprovalRequests } from '../../state/approval-requests.ts'
import { type StoredCase, saveCase } from '../../state/case-store.ts'
import { openDatabase } from '../../state/engine/database.ts'
import type { Database } from '../../state/engine/transaction.ts'
import { storeAwaiting } from '../support/awaiting-approval.ts'
import { policy } from '../support/policy.ts'
import { onBoth } from './databases.ts'
import { after, stored, unique } from './sample-case.ts'

const customer = { id: 'c0000000-0000-4000-8000-000000000003', name: 'Contoso', domain: 'contoso.example' }

const waiting = (db: Database, tenant: string, minutes: number, conversation = unique('a:room')) =>
  db.transaction((tx) => storeAwaiting(tx, { by: { tenant, id: 'agent' }, conversation, at: after(minutes), customer }))

const list = (db: Database, tenant: string, page = 0, size = 10) =>
  db.transaction((tx) => listApprovalRequests(tx, { tenant, page, size }))

async function listed(db: Database, tenant: string, page?: number, size?: number) {
  const { cases, total } = await list(db, tenant, page, size)
  return { ids: cases.map(({ id }) => id), total }
}

/** Ends the wait of a case in one of the possible ways. */
async function ended(
  db: Database,
  before: StoredCase,
  how: 'approval.given' | 'approval.denied' | 'approval.withdrawn',
) {
  const authority = { isApprover: true, required: 1, reason: 'not needed' }
  const who = how === 'approval.withdrawn' ? 'agent' : 'manager'
  const by = { kind: 'person', person: { tenant: before.case.tenant, id: who } } as const
  const stepped = step(policy, before.case, { type: how, ...authority, at: after(100), by })
  if (!stepped.ok) throw new Error(`${how} is refused: ${stepped.reason}`)
  return db.transaction((tx) => saveCase(tx, before, stepped.value.case, stepped.value.entry))
}

onBoth('requests that wait for an approval', (at) => {
  it('are listed from all rooms of the tenant, oldest first, page by page', async () => {
    const { db } = at()
    const tenant = unique('tenant')
    const second = await waiting(db, tenant, 20)
    const third = await waiting(db, tenant, 30)
    const first = await waiting(db, tenant, 10)
    await stored(db, { tenant })
    await waiting(db, unique('another'), 5)
    const ids = [first, second, third].map(({ case: { id } }) => id)
    expect(await listed(db, tenant)).toEqual({ ids, total: 3 })
    expect(await listed(db, tenant, 1, 2)).toEqual({ ids: ids.slice(2), total: 3 })
    expect(await db.transaction((tx) => countApprovalRequests(tx, tenant))).toBe(3)
    expect((await list(db, tenant)).cases[0]).toEqual(first.case)
  })

  it.each(['approval.given', 'approval.denied', 'approval.withdrawn'] as const)(
    'wait no longer after %s',
    async (how) => {
      const { db } = at()
      const tenant = unique('tenant')
      const request = await waiting(db, tenant, 10)
      const other = await waiting(db, tenant, 20)
      await ended(db, request, how)
      expect(await listed(db, tenant)).toEqual({ ids: [other.case.id], total: 1 })
    },
  )

  it('are found by an index that holds nothing else', async () => {
    const { db, dialect } = at()
    const select = 'select id from cases where tenant = ? and asked_at is not null order by asked_at, id limit 6'
    if (dialect === 'postgres') return
    const explain = { name: '', sql: `explain query plan ${select}` }
    const plan = await db.transaction(async (tx) => (await tx.execute<{ detail: string }>(explain, ['t'])).rows)
    expect(plan.map(({ detail }) => detail)).toEqual([
      'SEARCH cases USING COVERING INDEX cases_awaiting_approval (tenant=? AND asked_at>?)',
    ])
  })

  it('of an earlier release are found after the update', async () => {
    const { db, url, tamper } = at()
    const tenant = unique('tenant')
    const request = await waiting(db, tenant, 10)
    const over = await ended(db, await waiting(db, tenant, 20), 'approval.denied')
    await tamper('drop index cases_awaiting_approval')
    await tamper('alter table cases drop column asked_at')
    await tamper("delete from kysely_migration where name >= '0009'")
    const updated = await openDatabase(url)
    expect(await listed(updated, tenant)).toEqual({ ids: [request.case.id], total: 1 })
    expect(over.case.id).not.toBe(request.case.id)
    await updated.close()
  })
})
