import { expect, it } from 'vitest'
import { step } from '../../dialogs/step.ts'
import { saveCase } from '../../state/case-store.ts'
import type { Database } from '../../state/engine/transaction.ts'
import { customersBeside } from '../../state/room-customers.ts'
import { policy } from '../support/policy.ts'
import { onBoth } from './databases.ts'
import { after, cancelCase, stored, unique } from './sample-case.ts'

/** Stores a case of a customer; `over` cancels it. */
async function caseOf(
  db: Database,
  {
    tenant,
    conversation,
    named,
    minute = 1,
    over = false,
  }: Record<'tenant' | 'conversation' | 'named', string> & {
    minute?: number
    over?: boolean
  },
): Promise<string> {
  const opened = await stored(db, { tenant, conversation, at: after(minute) })
  const by = { kind: 'person', person: opened.case.createdBy } as const
  const stepped = step(policy, opened.case, { type: 'customer.named', named, at: after(minute), by })
  if (!stepped.ok) throw new Error('the customer is not taken')
  const { case: caseRecord, entry } = stepped.value
  const saved = await db.transaction((tx) => saveCase(tx, opened, caseRecord, entry))
  if (!over) return caseRecord.id
  const ended = cancelCase(saved.case, after(minute))
  await db.transaction((tx) => saveCase(tx, saved, ended.case, ended.entry))
  return caseRecord.id
}

onBoth('the customers beside a case', (at) => {
  it('are those of its room, each once, open cases first and the newest first', async () => {
    const { db } = at()
    const [tenant, conversation] = [unique('tenant'), unique('a:room')]
    const here = { tenant, conversation }
    const { case: own } = await stored(db, { ...here, at: after(0) })
    await caseOf(db, { ...here, named: 'Contoso', minute: 1 })
    await caseOf(db, { ...here, named: 'Fabrikam', minute: 2 })
    await caseOf(db, { ...here, named: 'contoso', minute: 3 })
    await caseOf(db, { ...here, named: 'Tailspin', minute: 4, over: true })
    await caseOf(db, { ...here, conversation: unique('a:other'), named: 'Elsewhere' })
    await caseOf(db, { ...here, tenant: unique('tenant'), named: 'Foreign' })
    const names = (limit: number) => db.transaction((tx) => customersBeside(tx, { tenant, id: own.id, limit }))
    expect(await names(9)).toEqual(['contoso', 'Fabrikam', 'Tailspin'])
    expect(await names(2)).toEqual(['contoso', 'Fabrikam'])
    const beside = { tenant: unique('tenant'), id: own.id, limit: 9 }
    expect(await db.transaction((tx) => customersBeside(tx, beside))).toEqual([])
  })
})
