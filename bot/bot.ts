import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import pino, { type Logger } from 'pino'
import { openDatabase } from '../state/database.ts'
import type { Config } from './config.ts'
import { type Connector, createConnector } from './connector.ts'
import { createConnectorToken, createCredential } from './connector-token.ts'
import { createDoor } from './door.ts'
import { readEditions } from './editions.ts'
import { exactServiceUrls, loopbackServiceUrls } from './egress.ts'
import { createAdapter, createGate } from './gate.ts'
import { createHandler } from './handler.ts'
import { createKeys } from './keys.ts'
import { createOperator } from './operator.ts'
import { createOutbox, type Outbox } from './outbox.ts'
import { createProactive } from './proactive.ts'
import { createServer } from './server.ts'
import { createThreadLimits } from './thread-limits.ts'
import { createTokens } from './tokens.ts'
import type { Setting } from './turn.ts'

/** Only fields of this list are ever logged; text that people wrote and headers are in none of them. */
export function createLog(level: Config['logLevel']): Logger {
  const err = (error: unknown) =>
    error instanceof Error
      ? { name: error.name, message: error.message, stack: error.stack }
      : { message: String(error) }
  return pino({ level, base: null, serializers: { err } })
}

/** What a test may put in the place of the world. */
export interface World {
  now?: () => Date
  /** By which due effects are judged; the database's clock when left out. */
  outboxTime?: () => Promise<Date>
  /** May production be spoken to from this machine (signed tokens, a key server on loopback). */
  loopback?: boolean
  log?: Logger
}

/** Builds the whole bot from its configuration. Nothing listens before `start`. */
export async function createBot(config: Config, world: World = {}) {
  const now = world.now ?? (() => new Date())
  const millis = () => now().getTime()
  const log = world.log ?? createLog(config.logLevel)
  const isSandbox = config.mode === 'sandbox'
  const setting: Setting = {
    policy: readEditions(),
    edition: config.policyEdition,
    cloud: config.cloud,
    defaultLocale: config.defaultLocale,
    sandbox: isSandbox,
  }
  const serviceUrls =
    config.mode === 'production' && !world.loopback ? exactServiceUrls(config.serviceHosts) : loopbackServiceUrls
  const database = await open(config.databaseUrl())
  const connector = connectorOf(config, serviceUrls, millis)
  const limits = createThreadLimits(millis)

  const door = createDoor({ database, setting, now, wake: () => outbox.wake() })
  const send = createProactive({ database, setting, connector, limits, now })
  const time = world.outboxTime ?? (() => database.transaction((tx) => database.now(tx)))
  const outbox: Outbox = createOutbox({ database, now: time, send, fire: door.fire, log })

  const keys = createKeys({
    metadataUrl: config.metadataUrl,
    now: millis,
    onFailure: (cause) => log.error({ err: cause }, 'the keys of the Connector cannot be read'),
  })
  const gate = createGate({
    mode: config.mode,
    appId: config.appId,
    tokens: createTokens({ keys, appId: config.appId, now: millis }),
    serviceUrls,
    tenants: config.allowedTenants,
    anonymousFromLoopback: isSandbox,
    onRefused: (reason) => log.warn({ reason }, 'a request was refused'),
  })
  const adapter = createAdapter(gate)
  const logic = createHandler(door, setting.policy)
  const server = createServer({
    handler: (request, reply) => adapter.answer(request, reply, logic),
    onError: (error) => log.error({ err: error }, 'a turn failed'),
  })
  const operator = createOperator({ isReady: () => database.transaction((tx) => database.now(tx)).then(() => true) })

  return {
    /** Listens and begins to do what is due. Returns the ports, which matter where 0 was asked for. */
    start: async (): Promise<{ port: number; operatorPort: number }> => {
      const port = await server.listen(config.port, config.host)
      const operatorPort = await operator.listen(config.operatorPort)
      outbox.wake()
      log.info({ port, operatorPort, mode: config.mode, edition: setting.edition }, 'listening')
      return { port, operatorPort }
    },
    /** Stops accepting, lets what is under way finish, and lets go of the database. */
    stop: async (): Promise<void> => {
      await server.close()
      await outbox.stop()
      await operator.close()
      await database.close()
    },
    /** Makes the outbox look now; for tests that move the clock. */
    wake: () => outbox.wake(),
  }
}
export type Bot = Awaited<ReturnType<typeof createBot>>

/** Opens the database; the folder of a file is made where it is missing. */
async function open(url: string) {
  const file = url.startsWith('sqlite:') ? url.slice('sqlite:'.length) : undefined
  if (file !== undefined && file !== ':memory:') mkdirSync(dirname(file), { recursive: true })
  return openDatabase(url)
}

function connectorOf(config: Config, serviceUrls: ReturnType<typeof exactServiceUrls>, now: () => number): Connector {
  if (config.mode === 'sandbox') return createConnector({ serviceUrls, now })
  const token = createConnectorToken({ credential: createCredential(config), now })
  return createConnector({ serviceUrls, token, now })
}
