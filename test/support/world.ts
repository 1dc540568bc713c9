import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, onTestFinished } from 'vitest'
import type { TestOverrides } from '../../bot/app.ts'
import type { SandboxPartner } from '../../bot/config/partner.ts'
import type { RateLimits } from '../../bot/teams/rate-limits.ts'
import { allCases } from '../../state/case-lists.ts'
import { findCase, historyOf } from '../../state/case-store.ts'
import { openDatabase } from '../../state/engine/database.ts'
import { tenant as defaultTenant, type FakeConnector, type Speaker, startBot, startConnector } from './bot.ts'
import { createChat } from './chat.ts'

export interface WorldOptions {
  partner?: SandboxPartner
  world?: TestOverrides
  /** `as-in-teams` gathers clicks before a card is updated in the chat, and keeps the limits of Teams. */
  pace?: 'at-once' | 'as-in-teams'
}

/** More than the time for which clicks are gathered before a card is updated. */
const AHEAD_OF_UPDATES_MS = 1_000

/** Lets every message leave at once, unlike Teams. */
const noLimits: RateLimits = { take: () => 0, silence: () => {}, size: () => 0 }

/** A bot on a database file, a Connector, and a clock that can be moved. All goes with the test file, or the test that asks. */
export async function startWorld(
  env: Record<string, string> = {},
  until: 'file' | 'test' = 'file',
  { partner, world = {}, pace = 'at-once' }: WorldOptions = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'multicanal-'))
  const url = env.DATABASE_URL ?? `sqlite:${join(folder, 'test.db')}`
  const connector: FakeConnector = await startConnector()
  let ahead = 0
  const now = () => new Date(Date.now() + ahead)
  // An outbox whose clock is ahead sees effects as due early.
  const outboxTime = async () => new Date(now().getTime() + AHEAD_OF_UPDATES_MS)
  const atOnce = { outboxTime, limits: noLimits }
  const bot = await startBot(
    { DATABASE_URL: url, ...env },
    { now, ...(pace === 'at-once' ? atOnce : { outboxTime: async () => now() }), ...world },
    partner,
  )
  const reader = await openDatabase(url)
  const atTheEnd = until === 'test' ? onTestFinished : afterAll
  atTheEnd(async () => {
    await bot.stop()
    await reader.close()
    await connector.close()
    rmSync(folder, { recursive: true, force: true })
  })

  return {
    bot,
    connector,
    url,
    database: reader,
    chat: (speaker: Speaker = {}) => createChat(bot.url, connector, speaker),
    now,
    /** Resolves once nothing is due and nothing is under way. */
    idle: () => bot.idle(),
    /** Moves the clock so that it shows this time, once nothing is under way, and lets the bot see what is due. */
    travelTo: async (time: string) => {
      await bot.idle()
      ahead = Date.parse(time) - Date.now()
      bot.wake()
    },
    /** A stored case. */
    findCase: async (id: string, tenant = defaultTenant) =>
      (await reader.transaction((tx) => findCase(tx, tenant, id)))?.case,
    /** Every stored case with its history. */
    cases: async () => {
      const found = []
      for await (const stored of allCases(reader)) {
        if ('unreadable' in stored) throw new Error(stored.unreadable)
        const { case: caseRecord } = stored
        found.push({
          ...caseRecord,
          history: await reader.transaction((tx) => historyOf(tx, caseRecord.tenant, caseRecord.id)),
        })
      }
      return found
    },
  }
}
export type TestWorld = Awaited<ReturnType<typeof startWorld>>

let people = 0
/** Creates a person in a conversation of their own. */
export function somebody(more: Speaker = {}): Speaker {
  people += 1
  const id = `33333333-3333-4333-8333-${String(people).padStart(12, '0')}`
  return { id, name: `Partner ${people}`, conversation: `a:personal-${people}`, ...more }
}
