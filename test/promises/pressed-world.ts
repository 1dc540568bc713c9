import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { TestOverrides } from '../../bot/app.ts'
import { partnerAt } from '../../sandbox/partner.ts'
import { directPartnerTenant } from '../../sandbox/upstream/companies.ts'
import { startUpstream } from '../../sandbox/upstream/server.ts'
import { findCase } from '../../state/case-store.ts'
import { openDatabase } from '../../state/engine/database.ts'
import type { Database } from '../../state/engine/transaction.ts'
import { activity, post, pressed, startBot, startConnector } from '../support/bot.ts'
import { type ActionRowSeen, createPreparing, type Ready, rowsOf, until } from '../support/ledger-world.ts'
import { transferTrackIn } from '../support/ready-cases.ts'

/**
 * Starts two replicas on one SQLite file, with a simulated Microsoft that repeats every write and cases that only lack
 * a press. `stop` removes everything.
 */
export async function startPressed(world: TestOverrides = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'multicanal-hold-'))
  const file = join(folder, 'hold.db')
  const url = `sqlite:${file}`
  const upstream = await startUpstream({ settings: { refusesRunning: false, remembersRequestIds: false } })
  const { partner, vouch } = await partnerAt(upstream.url)
  const connector = await startConnector()
  const patience = { checkDelaysMs: [30, 60, 90], pollMs: 3_600_000, upstreamTimeoutMs: 2_000 }
  const start = () => startBot({ DATABASE_URL: url }, { vouch, ...patience, ...world }, partner)
  const bots = [await start(), await start()]
  const database = await openDatabase(url)
  return {
    url,
    folder,
    file,
    upstream,
    connector,
    bots,
    database,
    until,
    prepare: createPreparing(upstream, database, () => new Date().toISOString()),
    /** Presses the button of a case at one of the replicas, like Teams. */
    press: ({ speaker, verb, data }: Ready, replica = 0) =>
      post(bots[replica]?.url ?? '', activity(connector.url, speaker, pressed(verb, data))),
    actions: () => rowsOf<ActionRowSeen>(database, 'actions'),
    effectsOf: ({ key }: Pick<Ready, 'key'>) => upstream.effects().byKey[key] ?? 0,
    /** Runs a statement past the store. */
    tamper: async (statement: string): Promise<void> => {
      const connection = new DatabaseSync(file, { timeout: 5_000 })
      connection.exec(statement)
      connection.close()
    },
    stop: async (): Promise<void> => {
      for (const bot of bots) await bot.stop()
      await database.close()
      await connector.close()
      await upstream.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
export type PressedWorld = Awaited<ReturnType<typeof startPressed>>

/** Returns the pending action of a case's transfer. */
export async function openAction(database: Database, caseId: string) {
  const stored = await database.transaction((tx) => findCase(tx, directPartnerTenant, caseId))
  return stored && transferTrackIn(stored.case).context.pending
}
