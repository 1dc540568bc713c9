import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { startFlags, startProcess } from '../../../bench/process.ts'
import { activity, type Speaker } from '../../support/bot.ts'
import { fullEnv } from '../../support/env.ts'
import { SERVICE_URL, startIdentity, TENANT } from '../../support/identity.ts'
import type { SourceChange, TargetStart } from './attacked-bot.ts'
import { startInternet } from './internet.ts'

/** Response of the bot; status 0 if the connection ended without one. */
export interface TargetAnswer {
  readonly status: number
  readonly text: string
  /** Milliseconds. */
  readonly took: number
}

/** Request with raw headers, name and value in turn. The content type is JSON unless given. */
export interface RawActivity {
  readonly headers?: readonly string[]
  readonly body: string | Buffer
}

export interface TargetOptions {
  /** Source changes that disable a safeguard. */
  readonly changes?: readonly SourceChange[] | undefined
  readonly haste?: number
}

/** Tables in which an accepted activity leaves rows. */
const traces = ['deliveries', 'conversations', 'people', 'cases', 'history', 'outbox'] as const

/**
 * Starts the production bot as a process, with a database file, a key service and an internet on loopback. Only these
 * three count as evidence, not the bot's own word.
 */
async function startTarget({ changes = [], haste = 1 }: TargetOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'multicanal-hold-'))
  const file = join(folder, 'hold.db')
  const clock = { ahead: 0 }
  const identity = await startIdentity({ now: () => Date.now() + clock.ahead })
  const internet = await startInternet()
  const flags = [...startFlags, '--expose-gc', '--no-warnings']
  const bot = await startProcess(new URL('./attacked-bot.ts', import.meta.url).href, flags)
  const env = { ...fullEnv, DATABASE_URL: `sqlite:${file}`, HOST: '127.0.0.1', ADMINS: targetAdmin }
  const { metadataUrl } = identity
  const keyService = Number(new URL(metadataUrl).port)
  const given: TargetStart = { env, metadataUrl, internet: internet.port, keyService, changes, haste }
  const close = async () => {
    await bot.stop()
    agent.destroy()
    await Promise.all([identity.close(), internet.close()])
    rmSync(folder, { recursive: true, force: true })
  }
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const port = await bot.ask<number>('start', given).catch(async (error: unknown) => {
    await close()
    throw error
  })
  const database = new DatabaseSync(file, { readOnly: true })
  const count = (table: string, where = '', ...values: string[]) =>
    Number((database.prepare(`select count(*) as total from ${table} ${where}`).get(...values) as Total).total)

  return {
    port,
    databaseUrl: env.DATABASE_URL,
    identity,
    internet,
    /** Posts to `/api/messages`. */
    send: ({ headers = [], body }: RawActivity): Promise<TargetAnswer> => {
      const type = headers.includes('Content-Type') ? [] : ['Content-Type', 'application/json']
      return shoot({ port, agent, headers: ['Host', 'bot', ...type, ...headers], body })
    },
    /** Posts an activity with a good token, like Teams. */
    say: (what: object, token = identity.mint()): Promise<TargetAnswer> => {
      const headers = ['Host', 'bot', 'Content-Type', 'application/json', ...bearer(token)]
      return shoot({ port, agent, headers, body: JSON.stringify(what) })
    },
    /** Counts the rows of everything that an accepted activity leaves behind. */
    rows: (): Record<string, number> => Object.fromEntries(traces.map((table) => [table, count(table)])),
    /** True if the conversation is stored. */
    knows: (conversation: string): boolean => count('conversations', 'where conversation = ?', conversation) > 0,
    /** Sets the clocks of bot and key service ahead of this machine's. */
    travel: async (ms: number): Promise<void> => {
      clock.ahead = ms
      await bot.ask('travel', ms)
    },
    wake: () => bot.ask('wake'),
    /** Resident memory of the bot in bytes. Rejects if its process has ended, like `told`. */
    memory: () => bot.ask<number>('memory'),
    /** Number of log lines by their text. */
    told: () => bot.ask<Record<string, number>>('told'),
    close: async (): Promise<void> => {
      database.close()
      await close()
    },
  }
}
export type Target = Awaited<ReturnType<typeof startTarget>>

/** Timeout of a response, in milliseconds. */
const patience = 15_000

type Total = { total: number }

/** Object id of an administrator. */
export const targetAdmin = '99999999-0000-4000-8000-00000000000b'

/** Returns the header of a token. */
export const bearer = (token: string): string[] => ['Authorization', `Bearer ${token}`]

let people = 0

/** Creates a person of the allowed tenant, in a personal chat. */
export function newPartner(): Required<Pick<Speaker, 'id' | 'name' | 'conversation' | 'tenant'>> {
  people += 1
  const id = `44444444-4444-4444-8444-${String(people).padStart(12, '0')}`
  return { id, name: `Partner ${people}`, conversation: `a:partner-${people}`, tenant: TENANT }
}

/** Builds the activity of a message or action, as Teams sends it to the production bot. */
export const activityFrom = (speaker: Speaker, what: Record<string, unknown> = { type: 'message', text: 'hello' }) =>
  activity(SERVICE_URL, speaker, what)

/** Runs `use` with a started bot and cleans up. */
export async function withTarget<T>(options: TargetOptions, use: (target: Target) => Promise<T>): Promise<T> {
  const target = await startTarget(options)
  try {
    return await use(target)
  } finally {
    await target.close()
  }
}

type Aimed = { port: number; agent: Agent; headers: string[]; body: string | Buffer }

function shoot({ port, agent, headers, body }: Aimed): Promise<TargetAnswer> {
  const began = performance.now()
  const bytes = Buffer.from(body)
  const all = headers.includes('Transfer-Encoding') ? headers : [...headers, 'Content-Length', String(bytes.length)]
  return new Promise((resolve) => {
    const done = (status: number, text: string) => resolve({ status, text, took: performance.now() - began })
    const options = { agent, host: '127.0.0.1', port, method: 'POST', path: '/api/messages', headers: all }
    const outgoing = request(options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => done(response.statusCode ?? 0, Buffer.concat(chunks).toString()))
      response.on('error', (error) => done(0, error.message))
    })
    outgoing.on('error', (error) => done(0, error.message))
    outgoing.setTimeout(patience, () => outgoing.destroy(new Error(`no answer in ${patience} ms`)))
    outgoing.end(bytes)
  })
}
