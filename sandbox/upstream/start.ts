import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { catalogue } from '../../bot/config/catalogue.ts'
import { port } from '../../bot/config/kinds.ts'
import { createSettings } from '../../bot/config/settings.ts'
import { AUTOMATIC_MS } from './actions.ts'
import { startUpstream, type Upstream } from './server.ts'
import type { UpstreamSettingsInput } from './settings.ts'

const PORT_OFFSET = 6

/** Delays that let a person watch the changes. */
const delays: UpstreamSettingsInput = {
  relationshipDelayMs: 2_000,
  transferStartMs: 3_000,
  transferEndMs: 5_000,
  gdapDelayMs: 3_000,
}

/**
 * Returns the state file beside the database, so that both are deleted together. Undefined for a database in memory.
 */
function stateFileFor(databaseUrl: string): string | undefined {
  if (databaseUrl === 'sqlite::memory:') return undefined
  if (databaseUrl.startsWith('sqlite:')) return `${databaseUrl.slice('sqlite:'.length)}.upstream.json`
  if (!URL.canParse(databaseUrl)) return undefined
  const { host, pathname } = new URL(databaseUrl)
  return `data/${encodeURIComponent(`${host}${pathname}`)}.upstream.json`
}

/** Returns port and state file of the simulated services. The bot reports invalid settings. */
export function sandboxUpstreamOptions(env: NodeJS.ProcessEnv): { port: number; file: string | undefined } {
  const settings = createSettings(env)
  const botPort = settings.read('PORT', port(0))
  const file = stateFileFor(settings.secret('DATABASE_URL')?.value ?? catalogue.DATABASE_URL.fallback)
  return { port: botPort === 0 ? 0 : botPort + PORT_OFFSET, file }
}

/** Starts the simulated services on their port, or on a free one if it is taken. `at` overrides the port. */
export async function startSandboxUpstream(env: NodeJS.ProcessEnv, at?: number): Promise<Upstream> {
  const { port: own, file } = sandboxUpstreamOptions(env)
  if (file !== undefined) mkdirSync(dirname(file), { recursive: true })
  const settings = { ...delays, acceptAfterMs: env.SANDBOX_AUTOMATIC === undefined ? null : AUTOMATIC_MS }
  const startOn = (port: number) => startUpstream({ port, settings, ...(file === undefined ? {} : { file }) })
  return startOn(at ?? own).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error
    return startOn(0)
  })
}
