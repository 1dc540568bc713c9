import { expect, it } from 'vitest'
import { moveAction, prepareAction } from '../../state/actions.ts'
import { type AuditEntry, auditEntries, type EntryFilter, everyEntry } from '../../state/audit/entries.ts'
import { appendRefusal } from '../../state/audit/history.ts'
import { saveCase } from '../../state/case-store.ts'
import { setDesk } from '../../state/desks.ts'
import { type Opened, onBoth } from './databases.ts'
import { after, answerServices, noon, stored, unique } from './sample-case.ts'

/** Creates a tenant with an entry of every kind. */
async function busyTenant({ db }: Opened) {
  const tenant = unique('tenant')
  const opened = await stored(db, { tenant, conversation: 'a:room' })
  const next = answerServices(opened.case, 'role', 'direct', after(1))
  const id = crypto.randomUUID()
  const caseId = opened.case.id
  const action = {
    id,
    tenant,
    caseId,
    track: 'transfer',
    name: 'create-transfer',
    correlation: 'c',
    createdAt: after(2),
  }
  const desk = { tenant, kind: 'approvals', room: '19:desk:1', conversation: '19:desk:1', by: 'admin', at: after(4) }
  await db.transaction(async (tx) => {
    await saveCase(tx, opened, next.case, next.entry)
    await prepareAction(tx, { ...action, askedBy: 'asker' })
    const prepared = { ...action, askedBy: 'asker', state: 'prepared', sends: 0, looks: 0 } as const
    await moveAction(tx, prepared, { state: 'confirmed', sends: 1, note: 'transfer 7' }, after(3))
    const detail = { tried: 'answer' }
    await appendRefusal(tx, { tenant, room: 'a:room', at: after(5), by: 'intruder', reason: 'not-here', detail })
    await setDesk(tx, { ...desk, kind: 'approvals' })
  })
  return { tenant, caseId, action: id }
}

async function all(entries: AsyncGenerator<AuditEntry>): Promise<AuditEntry[]> {
  const found: AuditEntry[] = []
  for await (const entry of entries) found.push(entry)
  return found
}

onBoth('the history of a tenant', (at) => {
  const read = (tenant: string, filter: EntryFilter = {}) => all(auditEntries(at().db, { tenant, ...filter }))
  const events = async (tenant: string, filter: EntryFilter) => (await read(tenant, filter)).map(({ event }) => event)

  it('contains cases, actions, desks and refusals, each with its tenant, case and room', async () => {
    const { tenant, caseId, action } = await busyTenant(at())
    const entries = await read(tenant)
    const summaries = entries.map(({ type, stream, seq, at: when, by, event }) => [type, stream, seq, when, by, event])
    expect(summaries).toEqual([
      ['case', caseId, 1, noon, 'reseller', 'case.opened'],
      ['case', caseId, 2, after(1), 'reseller', 'question.answered'],
      ['action', action, 1, after(2), 'asker', 'action.prepared'],
      ['action', action, 2, after(3), 'asker', 'action.confirmed'],
      ['desk', `room:${tenant}:19:desk:1`, 1, after(4), 'admin', 'desk.set'],
      ['refusal', `room:${tenant}:a:room`, 1, after(5), 'intruder', 'refused'],
    ])
    expect(entries.every((entry) => entry.tenant === tenant && /^[0-9a-f]{64}$/.test(entry.hash))).toBe(true)
    expect(entries.map((entry) => [entry.case, entry.room])).toEqual([
      ...Array.from({ length: 4 }, () => [caseId, 'a:room']),
      [null, '19:desk:1'],
      [null, 'a:room'],
    ])
    expect(entries[3]?.detail).toEqual({
      tenant,
      case: caseId,
      track: 'transfer',
      name: 'create-transfer',
      correlation: 'c',
      asked: after(2),
      sends: 1,
      looks: 0,
      note: 'transfer 7',
    })
  })

  it('is filtered by period: from its start inclusive to its end exclusive', async () => {
    const { tenant } = await busyTenant(at())
    const period = { since: after(1), until: after(5) }
    const within = ['question.answered', 'action.prepared', 'action.confirmed', 'desk.set']
    expect(await events(tenant, period)).toEqual(within)
    expect(await events(tenant, { since: after(5) })).toEqual(['refused'])
    expect(await events(tenant, { until: noon })).toEqual([])
  })

  it('is filtered by person', async () => {
    const { tenant } = await busyTenant(at())
    expect(await events(tenant, { by: 'reseller' })).toEqual(['case.opened', 'question.answered'])
    expect(await events(tenant, { by: 'asker', since: after(3) })).toEqual(['action.confirmed'])
    expect(await events(tenant, { by: 'intruder' })).toEqual(['refused'])
    expect(await events(tenant, { by: 'nobody' })).toEqual([])
  })

  it('excludes other tenants, and all tenants together contain each entry once', async () => {
    const tenants = [await busyTenant(at()), await busyTenant(at())].map(({ tenant }) => tenant)
    for (const tenant of tenants) expect(await read(tenant)).toHaveLength(6)
    const key = ({ stream, seq }: AuditEntry) => `${stream} ${seq}`
    const every = await all(everyEntry(at().db, {}))
    const { rows } = await at().db.transaction((tx) =>
      tx.execute<{ stream: string; seq: number }>({ name: '', sql: 'select stream, seq from history' }, []),
    )
    expect(every.map(key).toSorted()).toEqual(rows.map(({ stream, seq }) => `${stream} ${seq}`).toSorted())
    const theirs = every.filter(({ tenant }) => tenants.includes(tenant)).map(key)
    expect(theirs.toSorted()).toEqual((await Promise.all(tenants.map((each) => read(each)))).flat().map(key).toSorted())
  })

  it('is complete over many pages of cases', async () => {
    const tenant = unique('tenant')
    const ids: string[] = []
    for (let index = 0; index < 120; index += 1) {
      const person = `person ${index % 7}`
      const { case: caseRecord } = await stored(at().db, { tenant, person, at: index % 2 ? noon : after(index) })
      ids.push(caseRecord.id)
    }
    expect((await read(tenant)).map((entry) => entry.case ?? '').toSorted()).toEqual(ids.toSorted())
    expect(await read(unique('tenant'))).toEqual([])
  })
})
