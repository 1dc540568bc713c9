import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { DEFAULT_LEASE_MS } from '../../bot/workers/outbox.ts'
import { verify } from '../../state/audit/verify.ts'
import { findCase } from '../../state/case-store.ts'
import { openDatabase } from '../../state/engine/database.ts'
import { activity, post, pressed, startConnector, tenant, textOf } from '../support/bot.ts'
import { startBotProcess } from '../support/bot-process.ts'
import { createChat } from '../support/chat.ts'
import { createEmptyDatabase } from '../support/postgres.ts'
import { somebody } from '../support/world.ts'

const nextYear = new Date().getUTCFullYear() + 1
/** Clicks of a partner from the first question to a finished term. */
const clicks: [verb: string, args: Record<string, unknown>, inputs?: Record<string, unknown>][] = [
  ['answer', { question: 'role', value: 'direct' }],
  ['answer', { question: 'service', value: 'licence' }],
  ['answer', { question: 'licence-source', value: 'csp-partner' }],
  ['answer', { question: 'commerce', value: 'new-commerce' }],
  ['answer', { question: 'term-end', value: undefined }, { value: `${nextYear}-12-31` }],
  ['start', { track: 'term' }],
  ['tick', { step: 'cancelled-early' }],
]

async function databaseOf(kind: string): Promise<string> {
  if (kind === 'PostgreSQL') {
    const { url, drop } = await createEmptyDatabase(inject('postgres'))
    onTestFinished(drop)
    return url
  }
  const folder = mkdtempSync(join(tmpdir(), 'multicanal-crash-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return `sqlite:${join(folder, 'crash.db')}`
}

describe.each(['SQLite', 'PostgreSQL'])('killed between any two clicks on %s', (kind) => {
  it('resumes the dialog, and ignores a repeated click', { timeout: 240_000 }, async () => {
    const connector = await startConnector()
    const url = await databaseOf(kind)
    const bot = await startBotProcess({ DATABASE_URL: url, LOG_LEVEL: 'fatal' })
    onTestFinished(async () => {
      await bot.kill()
      await connector.close()
    })
    const who = somebody()
    const chat = createChat(bot.url, connector, who)
    await chat.say('hello')
    for (const [verb, args, inputs] of clicks) {
      await bot.kill()
      await bot.start()
      const press = activity(connector.url, who, pressed(verb, { ...chat.button(verb, args).data, ...inputs }))
      const first = await post(bot.url, press)
      await bot.kill()
      await bot.start()
      expect(await post(bot.url, press)).toEqual(first)
      chat.look(first.body?.value as Record<string, unknown>)
    }
    await bot.kill()
    const db = await openDatabase(url)
    const id = chat.caseId()
    const stored = await db.transaction((tx) => findCase(tx, tenant, id))
    expect(stored?.case).toMatchObject({
      revision: clicks.length,
      tracks: [{ kind: 'term', state: 'cancelled-early' }],
    })
    expect(await verify(db)).toMatchObject({ faults: [] })
    await db.close()
  })

  it('delivers an accepted reply although the bot died before sending it', { timeout: 240_000 }, async () => {
    const connector = await startConnector()
    const url = await databaseOf(kind)
    const bot = await startBotProcess({ DATABASE_URL: url, LOG_LEVEL: 'fatal' })
    onTestFinished(async () => {
      await bot.kill()
      await connector.close()
    })
    const who = somebody()
    connector.fail({ status: 429, headers: { 'retry-after': '3' } })
    expect((await post(bot.url, activity(connector.url, who, { type: 'message', text: 'hello' }))).status).toBe(200)
    await bot.kill()
    expect(connector.sent).toHaveLength(0)
    await bot.start()
    // The killed process may have held the message: it is free again when its lease ends.
    await connector.until(1, DEFAULT_LEASE_MS + 30_000)
    expect(textOf(connector.sent[0]?.body.attachments?.[0]?.content)).toContain('CSP programme')
    await bot.kill()
    const db = await openDatabase(url)
    expect((await verify(db)).faults).toEqual([])
    await db.close()
  })
})
