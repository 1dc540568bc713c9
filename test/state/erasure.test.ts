import { expect, it } from 'vitest'
import { refused } from '../../dialogs/result.ts'
import { prepareAction } from '../../state/actions.ts'
import { erasePerson } from '../../state/audit/erasure.ts'
import { appendRefusal } from '../../state/audit/history.ts'
import { verify } from '../../state/audit/verify.ts'
import { findCase, historyOf, saveCase } from '../../state/case-store.ts'
import { saveDelivery } from '../../state/deliveries.ts'
import { saveConversation, savePerson } from '../../state/directory.ts'
import { addEffects, redrive } from '../../state/outbox-store.ts'
import { mayAct, switchActions } from '../../state/switches.ts'
import { rowsOf } from '../support/ledger-world.ts'
import { type Opened, onBoth } from './databases.ts'
import { answerServices, noon, stored, unique } from './sample-case.ts'

const tables = ['cases', 'history', 'outbox', 'deliveries', 'conversations', 'people', 'actions']

/** Creates a person with a case, an action, a refusal, a stored answer and a message. */
async function somebody({ db }: Opened) {
  const id = crypto.randomUUID()
  const name = unique('Name')
  const account = `29:${unique('account')}`
  const tenant = unique('tenant')
  const conversation = unique('a:chat')
  const storedCase = await stored(db, { tenant, person: id, conversation })
  const next = answerServices(storedCase.case, 'role', 'direct')
  await db.transaction(async (tx) => {
    await saveCase(tx, storedCase, next.case, next.entry)
    await savePerson(tx, { tenant, id, name, account }, noon, undefined)
    const reference = { serviceUrl: 'https://s', bot: { id: 'b' }, user: account }
    await saveConversation(tx, { tenant, conversation, kind: 'personal', reference, installed: true }, noon, undefined)
    const ids = { id: crypto.randomUUID(), correlation: crypto.randomUUID() }
    const asked = {
      tenant,
      caseId: storedCase.case.id,
      track: 'transfer',
      name: 'create-transfer',
      askedBy: id,
      createdAt: noon,
    }
    await prepareAction(tx, { ...ids, ...asked })
    const detail = { tried: `typed by ${name}` }
    await appendRefusal(tx, { tenant, room: conversation, at: noon, by: id, reason: 'not-yours', detail })
    await saveDelivery(tx, unique('delivery'), JSON.stringify({ viewer: { names: { [id]: name } } }), noon)
    const payload = { card: { text: `${name} approved` }, summary: '' }
    await addEffects(tx, [{ kind: 'reply', tenant, conversation, payload, key: unique('reply') }])
  })
  return { id, name, account, tenant, caseId: storedCase.case.id }
}

const allOf = async ({ db }: Opened) => JSON.stringify(await Promise.all(tables.map((table) => rowsOf(db, table))))

onBoth('erasing a person', (at) => {
  it('leaves only a pseudonym, and the history still verifies', async () => {
    const gone = await somebody(at())
    const stays = await somebody(at())
    const { db } = at()
    const erased = await erasePerson(db, gone.id)
    if (!erased.ok) throw new Error('a call is under way')
    const done = erased.value
    await db.compact()
    const everything = await allOf(at())
    for (const trace of [gone.id, gone.name, gone.account]) expect(everything).not.toContain(trace)
    for (const trace of [stays.id, stays.name, stays.account]) expect(everything).toContain(trace)
    const remaining = await db.transaction((tx) => findCase(tx, gone.tenant, gone.caseId))
    expect(remaining?.case).toMatchObject({ createdBy: { id: done.pseudonym }, updatedBy: done.pseudonym })
    const history = await db.transaction((tx) => historyOf(tx, gone.tenant, gone.caseId))
    expect(history.map(({ by }) => by)).toEqual([done.pseudonym, done.pseudonym])
    expect(await verify(db)).toMatchObject({ faults: [], erased: done.entries })
  })

  it('keeps the history append-only', async () => {
    const { id, caseId } = await somebody(at())
    await erasePerson(at().db, id)
    await expect(at().tamper(`update history set by = 'other' where stream = '${caseId}'`)).rejects.toThrow(
      'append-only',
    )
    await expect(at().tamper(`delete from history where stream = '${caseId}'`)).rejects.toThrow('append-only')
  })

  it('is refused while a call of the person is under way at Microsoft', async () => {
    const { id, tenant, caseId } = await somebody(at())
    const { db } = at()
    await db.transaction((tx) =>
      addEffects(tx, [{ kind: 'action', tenant, caseId, payload: {}, key: unique('action') }]),
    )
    expect(await erasePerson(db, id)).toEqual(refused([caseId]))
    expect(await allOf(at())).toContain(id)
  })
})

onBoth('the operator', (at) => {
  it('stops actions by the kill switch until it is reset, recorded in the history', async () => {
    const { db } = at()
    const set = (state: 'on' | 'off') => db.transaction((tx) => switchActions(tx, state, noon))
    const may = () => db.transaction((tx) => mayAct(tx))
    expect(await may()).toBe(true)
    await set('off')
    expect(await may()).toBe(false)
    const due = '2099-01-01T00:00:00.000Z'
    await db.transaction((tx) => addEffects(tx, [{ kind: 'action', tenant: 't', payload: {}, key: unique('a'), due }]))
    expect(await set('on')).toBe(1)
    expect(await may()).toBe(true)
    const events = (await rowsOf<{ event: string }>(db, 'history')).map(({ event }) => event)
    expect(events).toEqual(['actions.off', 'actions.on'])
    expect((await verify(db)).faults).toEqual([])
  })

  it('redrives the dead letters of one case only', async () => {
    const { db, tamper } = at()
    const effects = ['MC-000001', 'MC-000002'].map((caseId) => ({
      kind: 'call',
      tenant: 't',
      caseId,
      payload: {},
      key: unique('call'),
    }))
    await db.transaction((tx) => addEffects(tx, effects))
    await tamper("update outbox set state = 'parked', ready = null, faults = 5 where kind = 'call'")
    expect(await db.transaction((tx) => redrive(tx, { caseId: 'MC-000001' }))).toBe(1)
    const rows = await rowsOf<{ case_id: string; state: string; faults: number }>(db, 'outbox')
    const of = (caseId: string) => rows.find((row) => row.case_id === caseId)
    expect(of('MC-000001')).toMatchObject({ state: 'due', faults: 0 })
    expect(of('MC-000002')).toMatchObject({ state: 'parked' })
  })
})
