import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import type { CallResult } from '../../bot/microsoft/call-result.ts'
import { createLedger } from '../../bot/workers/ledger.ts'
import { directPartnerTenant } from '../../sandbox/upstream/companies.ts'
import { historyOf } from '../../state/case-store.ts'
import type { Database, Tx } from '../../state/engine/transaction.ts'
import { activity, post, pressed } from '../support/bot.ts'
import { startBotProcess } from '../support/bot-process.ts'
import { createChat } from '../support/chat.ts'
import { action, asleep, beginLedgerScene, changesSent, claimed, onCreate, park } from '../support/ledger-scene.ts'
import { until } from '../support/ledger-world.ts'
import { createEmptyDatabase } from '../support/postgres.ts'

const databases = ['SQLite', 'PostgreSQL'] as const

async function urlOf(kind: (typeof databases)[number]): Promise<string> {
  if (kind === 'PostgreSQL') {
    const { url, drop } = await createEmptyDatabase(inject('postgres'))
    onTestFinished(drop)
    return url
  }
  const folder = mkdtempSync(join(tmpdir(), 'multicanal-ledger-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return `sqlite:${join(folder, 'ledger.db')}`
}

describe.each(databases)('on %s', (kind) => {
  it('the next process finds an action sent before the kill, and does not send it again', {
    timeout: 60_000,
  }, async () => {
    const url = await urlOf(kind)
    const world = await beginLedgerScene({ url })
    const { upstream, ready, database, connector } = world
    await world.bot.stop()
    const process = await startBotProcess({ DATABASE_URL: url, LOG_LEVEL: 'error', SANDBOX_UPSTREAM: upstream.url })
    onTestFinished(process.kill)
    upstream.faults.set([{ on: onCreate, kind: 'effect-then-hang', times: 1 }])
    await post(process.url, activity(connector.url, ready.speaker, pressed(ready.verb, ready.data)))
    await until('it took effect', () => world.effectsOf(ready) === 1)
    await process.kill()
    expect(await action(world)).toMatchObject({ state: 'sending', sends: 1 })
    const leaseEnds = { name: 'test-lease', sql: "update outbox set ready = '2026-01-01T00:00:00.000Z'" }
    await database.transaction((tx) => tx.execute(leaseEnds, []))
    await process.start()
    await createChat(process.url, connector, ready.speaker).see(/days left/)
    expect(await action(world)).toMatchObject({ state: 'confirmed', sends: 1 })
    expect([changesSent(world), world.effectsOf(ready)]).toEqual([1, 1])
  })

  it('an action that is not found waits for a person, who can send it again under the same id', async () => {
    const scene = await beginLedgerScene({ url: await urlOf(kind) })
    const { ready, chat, upstream } = scene
    await park(scene)
    expect((await action(scene))?.state).toBe('unknown')
    const entries = await scene.database.transaction((tx) => historyOf(tx, directPartnerTenant, ready.caseId))
    expect(entries.map(({ event }) => event)).not.toContain('call.delayed')
    expect((await scene.outbox()).filter((row) => row.kind === 'action')).toMatchObject([{ state: 'unknown' }])
    expect(chat.buttons().map(({ title }) => title)).toEqual(
      expect.arrayContaining(['Yes, it’s done', 'No, try again']),
    )
    expect([changesSent(scene), scene.effectsOf(ready)]).toEqual([1, 0])
    await chat.press('tick', { step: 'call-again' })
    await chat.see(/days left/)
    const done = await action(scene)
    expect(done).toMatchObject({ state: 'confirmed', sends: 2 })
    expect(upstream.effects().byRequest).toEqual({ [done?.id ?? '']: 1 })
    expect([changesSent(scene), scene.effectsOf(ready)]).toEqual([2, 1])
  })
})

it('only one of two replicas with the same action sends it, on PostgreSQL', async () => {
  const { database, ready, now } = await beginLedgerScene({
    url: await urlOf('PostgreSQL'),
    world: { outboxTime: asleep },
  })
  const effect = await claimed(database, ready, now())
  let sends = 0
  const attempt = async (): Promise<CallResult> => {
    sends += 1
    return { kind: 'unknown', cause: undefined }
  }
  const ledger = createLedger({
    database: { ...database, transaction: meeting(database, 2) },
    now: async () => now(),
    settle: async () => {},
    calls: {
      attempt,
      checkEffect: async () => ({ kind: 'not-there' }),
      observe: async () => ({ kind: 'again', why: 'busy' }),
      companyOf: async () => undefined,
      adminOfAudit: async () => undefined,
    },
    log: pino({ level: 'silent' }),
  })
  await Promise.all([ledger(effect), ledger(effect)])
  expect(sends).toBe(1)
})

/** Transactions of which none writes before all have read. */
function meeting(database: Database, count: number): Database['transaction'] {
  let missing = count
  let go = () => {}
  const met = new Promise<void>((resolve) => {
    go = resolve
  })
  return (work) =>
    database.transaction(async (tx) => {
      let hasMet = false
      const execute: Tx['execute'] = async (statement, parameters) => {
        if (!hasMet && /^update/i.test(statement.sql)) {
          hasMet = true
          missing -= 1
          if (missing === 0) go()
          await met
        }
        return tx.execute(statement, parameters)
      }
      return work({ ...tx, execute })
    })
}
