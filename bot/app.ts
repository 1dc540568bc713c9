import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { createCertificates, ISSUER_HOSTS } from '../clients/certificates.ts'
import { createTokenService, type TokenService } from '../clients/token-service.ts'
import { createWebhookVerifier, subjectOf } from '../clients/webhook.ts'
import type { Database, Tx } from '../state/engine/transaction.ts'
import type { Config } from './config/config.ts'
import { readEditions } from './config/editions.ts'
import { openConfigured } from './database.ts'
import { createTokenVerifier } from './ingress/connector-jwt.ts'
import { createDeskRefresh } from './ingress/desk-refresh.ts'
import { createAdapter, createGate } from './ingress/gate.ts'
import { createHandler } from './ingress/handler.ts'
import { createLoginRequest } from './ingress/login-request.ts'
import { createMessageExtension } from './ingress/message-extension.ts'
import { createServer } from './ingress/server.ts'
import { createSigningKeys } from './ingress/signing-keys.ts'
import { createWebhook } from './ingress/webhook.ts'
import type { Calls } from './microsoft/calls.ts'
import type { SignInDeps } from './microsoft/sign-in.ts'
import { createUpstream, isInvitation } from './microsoft/upstream.ts'
import { createHealthServer } from './ops/health.ts'
import { createLog } from './ops/log.ts'
import { createMetrics, type Instruments, withTransactionTimes } from './ops/metrics.ts'
import { observeTurns } from './ops/observe-turns.ts'
import { createReadiness } from './ops/readiness.ts'
import { createConnector } from './teams/connector.ts'
import { createConnectorToken, createCredential } from './teams/connector-token.ts'
import { createRateLimits, type RateLimits } from './teams/rate-limits.ts'
import { exactServiceUrls, loopbackServiceUrls } from './teams/service-urls.ts'
import { type CaseService, createCaseService } from './turn/handle-activity.ts'
import type { Deployment } from './turn/turn.ts'
import { createExportFiles } from './workers/export-file.ts'
import { createLedger } from './workers/ledger.ts'
import { createOutbox, DEFAULT_LEASE_MS, type Outbox } from './workers/outbox.ts'
import { createPolling } from './workers/polling.ts'
import { createProactive } from './workers/proactive.ts'
import { createRetention } from './workers/retention.ts'

/** What the outbox has for finishing, after requests had theirs: all in all less than the 30 s before a kill. */
const finishMs = 8_000

/** What a test may put in the place of the world. */
export interface TestOverrides {
  now?: () => Date
  /** By which due effects are judged; the database's clock when left out. */
  outboxTime?: () => Promise<Date>
  /** May production be spoken to from this machine (signed tokens, a key server on loopback). */
  loopback?: boolean
  log?: Logger
  /** Stands in for the sign-in of a person where the client has none. */
  vouch?: SignInDeps['vouch']
  tokenService?: TokenService
  /** Milliseconds before each look for an action of which nobody knows whether it took effect. */
  checkDelaysMs?: readonly number[]
  pollMs?: number
  /** Milliseconds for which an effect belongs to whoever began it. */
  leaseMs?: number
  /** Milliseconds that Partner Center and Graph may take for an answer. */
  upstreamTimeoutMs?: number
  /** Largest export in bytes. */
  exportBytes?: number
  /** Puts something between the bot and what it asks of Microsoft. */
  calls?: (calls: Calls) => Calls
  /** Puts something between the bot and its database. */
  database?: (database: Database) => Database
  /** Stands in for the limits of Teams. */
  limits?: RateLimits
}

/** Builds the whole bot from its configuration. Nothing listens before `start`. */
export async function createBot(config: Config, world: TestOverrides = {}) {
  const now = world.now ?? (() => new Date())
  const millis = () => now().getTime()
  const log = world.log ?? createLog(config.logLevel)
  const isSandbox = config.mode === 'sandbox'
  const setting: Deployment = {
    policy: readEditions(),
    edition: config.policyEdition,
    cloud: config.cloud,
    defaultLocale: config.defaultLocale,
    sandbox: isSandbox,
    partner: {
      tenant: config.partner.identity.tenantId,
      admins: config.admins,
      auditors: config.auditors,
      approvalsRequired: config.approvals.required,
      approvers: () => approvers.asked(),
    },
  }
  const serviceUrls =
    config.mode === 'production' && !world.loopback ? exactServiceUrls(config.serviceHosts) : loopbackServiceUrls
  const { leaseMs = DEFAULT_LEASE_MS } = world
  const metrics = createMetrics({ database: () => database, leaseMs })
  const { count } = metrics
  const opened = await open(config)
  const database = withTransactionTimes(world.database?.(opened) ?? opened, count.transaction)
  const token =
    config.mode === 'production'
      ? createConnectorToken({ credential: () => createCredential(config), now: millis })
      : undefined
  const connector = createConnector({ serviceUrls, now: millis, onResult: count.sent, ...(token && { token }) })
  const limits = world.limits ?? createRateLimits(millis)
  const {
    calls: direct,
    signIn,
    approvers,
  } = createUpstream({
    partner: config.partner,
    approvals: config.approvals,
    tokenService: world.tokenService ?? (token && createTokenService({ token, appId: config.appId })),
    vouch: world.vouch,
    now: millis,
    log,
    loopback: isSandbox || world.loopback === true,
    timeoutMs: world.upstreamTimeoutMs,
    onAttempt: count.asked,
  })
  const calls = world.calls?.(direct) ?? direct

  const companyOf = (tenant: string) =>
    calls.companyOf(tenant, { requestId: randomUUID(), correlationId: randomUUID() })

  const clock = world.now ?? ((tx: Tx) => tx.at)
  const door = createCaseService({ database, setting, now: clock, wake: () => outbox.wake() })
  const time = world.outboxTime ?? (() => database.transaction(async (tx) => tx.at))
  const { completeEffect: settle, handleResourceSeen: see } = door
  const pollMs = world.pollMs ?? config.partner.pollMinutes * 60_000
  const { ask, poll } = createPolling({ database, now: time, settle, see, calls, pollMs })
  const { mayAct } = config
  const act = createLedger({ database, now: time, settle, calls, log, mayAct, checkDelaysMs: world.checkDelaysMs })
  const retention = createRetention({ database, now: time, days: config.retentionDays, log })
  const exports = createExportFiles({ database, setting, settle, now: time, log, most: world.exportBytes })
  const outbox: Outbox = createOutbox({
    database,
    now: time,
    send: createProactive({ database, setting, connector, limits, now }),
    perform: {
      wake: door.handleTimer,
      call: ask,
      action: act,
      poll,
      tell: (effect) => door.relayToPeer(effect, companyOf),
      'export-offer': exports.offer,
      'export-upload': exports.upload,
    },
    log,
    leaseMs,
  })

  const keys = createSigningKeys({
    metadataUrl: config.metadataUrl,
    now: millis,
    onFailure: (cause) => log.error({ err: cause }, 'the keys of the Connector cannot be read'),
  })
  const gate = createGate({
    mode: config.mode,
    appId: config.appId,
    tokens: createTokenVerifier({ keys, appId: config.appId, now: millis }),
    serviceUrls,
    tenants: config.allowedTenants,
    anonymousFromLoopback: isSandbox,
    onRefused: (reason) => {
      count.refused('gate', reason)
      log.warn({ reason }, 'a request was refused')
    },
  })
  const adapter = createAdapter(gate, createDeskRefresh({ database, setting, approvers, now: clock }))
  const signInFirst = createLoginRequest({ signIn, setting, database })
  const isLink = (url: string) => isInvitation(url, isSandbox || world.loopback === true)
  const extension = createMessageExtension({ database, setting, now, isInvitation: isLink })
  const turns = observeTurns(door, count, log)
  const logic = createHandler({ door: turns, setting, signIn, signInFirst, extension, approvers })
  const server = createServer({
    handler: (request, reply) => adapter.answer(request, reply, logic),
    webhook: webhookOf(config, door, millis, { log, count }),
    onAnswered: count.answered,
    onError: (error) => turns.isLogged(error) || log.error({ err: error }, 'a request failed'),
  })
  const needsKeys = config.mode === 'production'
  const operator = createHealthServer({ notReady: createReadiness({ database, keys, needsKeys }), metrics })

  return {
    /** Listens and begins to do what is due. Returns the ports, which matter where 0 was asked for. */
    start: async (): Promise<{ port: number; operatorPort: number }> => {
      const port = await server.listen(config.port, config.host)
      const operatorPort = await operator.listen(config.operatorPort)
      outbox.wake()
      retention.start()
      void approvers.look()
      // Ready is only who can tell friend from foe.
      if (needsKeys) void keys.generation()
      log.info({ port, operatorPort, mode: config.mode, edition: setting.edition }, 'listening')
      return { port, operatorPort }
    },
    /**
     * Says that it is not ready, gives balancers `noticeMs` to see that, stops accepting, lets what is under way finish or
     * hands it back, and lets go of the database.
     */
    stop: async (noticeMs = 0): Promise<void> => {
      operator.drain()
      server.drain()
      await sleep(noticeMs)
      await server.close()
      await outbox.stop(finishMs)
      await retention.stop()
      await operator.close()
      await database.close()
    },
    /** Makes the outbox look now; for tests that move the clock. */
    wake: () => outbox.wake(),
  }
}
export type Bot = Awaited<ReturnType<typeof createBot>>

/** Opens the database; the folder of a file is made where it is missing. */
async function open(config: Config) {
  const url = config.databaseUrl()
  const file = url.startsWith('sqlite:') ? url.slice('sqlite:'.length) : undefined
  if (file !== undefined && file !== ':memory:') mkdirSync(dirname(file), { recursive: true })
  return openConfigured(config)
}

/** What Partner Center posts: signed, taken note of once, and then looked into. */
function webhookOf(
  { partner, mode }: Config,
  door: CaseService,
  now: () => number,
  { log, count }: { log: Logger; count: Instruments },
) {
  const { hosts, roots: trustedRoots } = partner.webhook
  const loopback = mode === 'sandbox'
  const certificates = createCertificates({ hosts, issuerHosts: ISSUER_HOSTS, trustedRoots, loopback, now })
  return createWebhook({
    verify: createWebhookVerifier({ certificates, now }),
    onNotice: ({ id, event, customer }) => {
      const subject = subjectOf(event)
      if (customer === undefined || subject === undefined || subject === 'test') return Promise.resolve()
      return door.handleWebhook(id, subject === 'transfer' ? `transfers/${customer}` : `relationship/${customer}`)
    },
    onIgnored: (event) => log.info({ event }, 'ignored Partner Center event'),
    onRefused: (reason, host) => {
      count.refused('webhook', reason)
      log.warn({ reason, host }, 'refused Partner Center event')
    },
  })
}
