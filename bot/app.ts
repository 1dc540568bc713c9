import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { createCertificates, ISSUER_HOSTS } from '../clients/certificates.ts'
import { createTokenService, type TokenService } from '../clients/token-service.ts'
import { createWebhookVerifier } from '../clients/webhook.ts'
import type { Database, Tx } from '../state/engine/transaction.ts'
import type { Config } from './config/config.ts'
import { readEditions } from './config/editions.ts'
import { openConfigured } from './database.ts'
import type { Deployment } from './deployment.ts'
import { createAdapter } from './ingress/adapter.ts'
import { createTokenVerifier } from './ingress/connector-jwt.ts'
import { createDeskRefresh } from './ingress/desk-refresh.ts'
import { createGate } from './ingress/gate.ts'
import { createHandler } from './ingress/handler.ts'
import { createLoginRequest } from './ingress/login-request.ts'
import { createMessageExtension } from './ingress/message-extension.ts'
import { createServer } from './ingress/server.ts'
import { createSigningKeys } from './ingress/signing-keys.ts'
import { auditOfNotice, createWebhook, resourceOfNotice } from './ingress/webhook.ts'
import type { Calls } from './microsoft/calls.ts'
import type { SignInDeps } from './microsoft/sign-in.ts'
import { createUpstream, isInvitation } from './microsoft/upstream.ts'
import { createHealthServer } from './ops/health.ts'
import { createLog } from './ops/log.ts'
import { createMetrics, withTransactionTimes } from './ops/metrics.ts'
import { observeTurns } from './ops/observe-turns.ts'
import { createReadiness } from './ops/readiness.ts'
import { createConnector } from './teams/connector.ts'
import { type ConnectorToken, createConnectorToken, createCredential } from './teams/connector-token.ts'
import { createRateLimits, type RateLimits } from './teams/rate-limits.ts'
import { exactServiceUrls, loopbackServiceUrls } from './teams/service-urls.ts'
import { createActivityHandler } from './turn/handle-activity.ts'
import { createCaseNewsHandler } from './turn/handle-case-news.ts'
import { createPeerRelay, type PeerRelayDeps } from './turn/peers.ts'
import type { TurnDeps } from './turn/turn.ts'
import { createExportFiles } from './workers/export-file.ts'
import { createLedger } from './workers/ledger.ts'
import { createOutbox, DEFAULT_LEASE_MS, type Outbox } from './workers/outbox.ts'
import { createPolling } from './workers/polling.ts'
import { createProactive } from './workers/proactive.ts'
import { createRetention } from './workers/retention.ts'
import { createWithdrawnEditions } from './workers/withdrawn-editions.ts'

/** Outbox drain time on shutdown. Requests drain first; together they stay under the 30 s that orchestrators give. */
const OUTBOX_DRAIN_MS = 8_000

/** Replacements for tests, benches and the sandbox. Production passes none. */
export interface TestOverrides {
  // Time.
  now?: () => Date
  /** The time by which effects are due; the database's clock by default. */
  outboxTime?: () => Promise<Date>

  // Surroundings of the process.
  /** True lets a production bot talk to this machine in place of Teams and Microsoft. */
  loopback?: boolean
  log?: Logger
  /** Stands in for the sign-in of a person where the client has none. */
  vouch?: SignInDeps['vouch']
  tokenService?: TokenService
  /** Replaces the rate limits of Teams. */
  limits?: RateLimits

  // Wrappers, for faults.
  /** Wraps the calls to Microsoft. */
  calls?: (calls: Calls) => Calls
  database?: (database: Database) => Database

  // Intervals and limits.
  /** Milliseconds before each check of an action with an unknown outcome. */
  checkDelaysMs?: readonly number[]
  pollMs?: number
  /** Milliseconds for which an effect belongs to the worker that claimed it. */
  leaseMs?: number
  /** Milliseconds that Partner Center and Graph have for an answer. */
  upstreamTimeoutMs?: number
  /** Milliseconds that the outbox has to drain when the bot stops. */
  drainMs?: number
  /** Largest export in bytes. */
  exportBytes?: number
}

/** Builds the whole bot from its configuration. Nothing listens before `start`. */
export async function createBot(config: Config, overrides: TestOverrides = {}) {
  const isSandbox = config.mode === 'sandbox'
  const isProduction = config.mode === 'production'
  const mayUseLoopback = isSandbox || overrides.loopback === true
  const now = overrides.now ?? (() => new Date())
  const millis = () => now().getTime()
  const { leaseMs = DEFAULT_LEASE_MS } = overrides

  // 1. Log, metrics and the database.
  const log = overrides.log ?? createLog(config.logLevel)
  const metrics = createMetrics({ database: () => database, leaseMs })
  const { count } = metrics
  const opened = await open(config)
  const database = withTransactionTimes(overrides.database?.(opened) ?? opened, count.transaction)
  const transactionTime = overrides.now ?? ((tx: Tx) => tx.at)
  const outboxTime = overrides.outboxTime ?? (() => database.transaction(async (tx) => tx.at))

  // 2. Teams and Microsoft, as far as the bot calls them.
  const serviceUrls = isProduction && !mayUseLoopback ? exactServiceUrls(config.serviceHosts) : loopbackServiceUrls
  const token = isProduction
    ? createConnectorToken({ credential: () => createCredential(config), scope: config.botScope, now: millis })
    : undefined
  const connector = createConnector({ serviceUrls, now: millis, onResult: count.sent, ...(token && { token }) })
  const limits = overrides.limits ?? createRateLimits(millis)
  const upstream = createUpstream({
    partner: config.partner,
    approvals: config.approvals,
    tokenService: overrides.tokenService ?? tokenServiceOf(config, token),
    vouch: overrides.vouch,
    now: millis,
    log,
    loopback: mayUseLoopback,
    timeoutMs: overrides.upstreamTimeoutMs,
    onAttempt: count.requestFinished,
  })
  const { signIn, approvers } = upstream
  const calls = overrides.calls?.(upstream.calls) ?? upstream.calls

  // 3. Turns: one event, one transaction.
  const deployment: Deployment = {
    policy: readEditions(),
    edition: config.policyEdition,
    cloud: config.cloud,
    defaultLocale: config.defaultLocale,
    sandbox: isSandbox,
    closeAfterDays: config.closeAfterDays,
    partner: {
      tenant: config.partner.identity.tenantId,
      admins: config.admins,
      auditors: config.auditors,
      approvalsRequired: config.approvals.required,
      approvers: approvers.asked,
    },
  }
  // Turns wake the outbox and effects lead to turns: the one loop in the wiring.
  const turns: TurnDeps & Pick<PeerRelayDeps, 'companyOf'> = {
    database,
    deployment,
    now: transactionTime,
    wake: () => outbox.wake(),
    companyOf: (tenant) => calls.companyOf(tenant, { requestId: randomUUID(), correlationId: randomUUID() }),
  }
  const activities = observeTurns(createActivityHandler(turns), count, log)
  const caseNews = createCaseNewsHandler(turns)
  const relayToPeer = createPeerRelay(turns)

  // 4. Workers: what a turn wrote to the outbox, and everything with a timer.
  const settling = { database, now: outboxTime, settle: caseNews.completeEffect }
  const pollMs = overrides.pollMs ?? config.partner.pollMinutes * 60_000
  const polling = createPolling({
    ...settling,
    see: caseNews.handleResourceSeen,
    calls,
    pollMs,
    // A stored link may be from the time before the transition.
    sharesLinks: !config.partner.isInTransition,
    partner: deployment.partner.tenant,
  })
  const { mayAct } = config
  const act = createLedger({ ...settling, calls, log, mayAct, checkDelaysMs: overrides.checkDelaysMs })
  const exports = createExportFiles({ ...settling, deployment, log, most: overrides.exportBytes })
  const outbox: Outbox = createOutbox({
    database,
    now: outboxTime,
    send: createProactive({ database, deployment, connector, limits, now }),
    perform: {
      wake: caseNews.handleTimer,
      call: polling.ask,
      action: act,
      poll: polling.poll,
      tell: relayToPeer,
      'export-offer': exports.offer,
      'export-upload': exports.upload,
    },
    log,
    leaseMs,
  })
  const retention = createRetention({ database, now: outboxTime, days: config.retentionDays, log })
  const withdrawnEditions = createWithdrawnEditions({ move: caseNews.handleWithdrawal, log })

  // 5. Ingress: from an HTTP request to a turn.
  const keys = createSigningKeys({
    metadataUrl: config.metadataUrl,
    now: millis,
    onFailure: (cause) => log.error({ err: cause }, 'signing keys cannot be read'),
  })
  const gate = createGate({
    mode: config.mode,
    verifyToken: createTokenVerifier({ keys, issuer: config.tokenIssuer, appId: config.appId, now: millis }),
    serviceUrls,
    tenants: config.allowedTenants,
    anonymousFromLoopback: isSandbox,
  })
  const adapter = createAdapter({
    appId: config.appId,
    gate,
    answerRefresh: createDeskRefresh({ database, deployment, approvers, now: transactionTime }),
    onRefused: (reason) => {
      count.refused('gate', reason)
      log.warn({ reason }, 'request refused')
    },
  })
  const handler = createHandler({
    handleActivity: activities.handleActivity,
    deployment,
    signIn,
    requestLogin: createLoginRequest({ signIn, deployment, database }),
    extension: createMessageExtension({
      database,
      deployment,
      now,
      isInvitation: (url) => isInvitation(url, mayUseLoopback),
    }),
    approvers,
  })
  const { hosts, roots: trustedRoots } = config.partner.webhook
  const certificates = createCertificates({
    hosts,
    issuerHosts: ISSUER_HOSTS,
    trustedRoots,
    loopback: isSandbox,
    now: millis,
  })
  const webhook = createWebhook({
    verify: createWebhookVerifier({ certificates, now: millis }),
    onNotice: async (notice) => {
      const audit = auditOfNotice(notice)
      const ids = { requestId: randomUUID(), correlationId: randomUUID() }
      const resource = audit === undefined ? resourceOfNotice(notice) : await calls.adminOfAudit(audit, ids)
      if (resource) await caseNews.handleWebhook(notice.id, resource)
    },
    onIgnored: (event) => log.info({ event }, 'ignored Partner Center event'),
    onRefused: (reason, host) => {
      count.refused('webhook', reason)
      log.warn({ reason, host }, 'refused Partner Center event')
    },
  })
  const server = createServer({
    handler: (request, reply) => adapter.answer(request, reply, handler),
    webhook,
    onAnswered: count.answered,
    onError: (error) => activities.isLogged(error) || log.error({ err: error }, 'request failed'),
  })

  // 6. The operator's port.
  const health = createHealthServer({
    notReady: createReadiness({ database, keys, needsKeys: isProduction }),
    metrics,
  })

  return {
    /** Starts listening and working. Returns the ports, which matter if 0 was asked for. */
    start: async (): Promise<{ port: number; operatorPort: number }> => {
      await withdrawnEditions.start()
      const port = await server.listen(config.port, config.host)
      const operatorPort = await health.listen(config.operatorPort)
      outbox.wake()
      retention.start()
      void approvers.look()
      // Not ready until the signing keys are loaded: without them no caller can be authenticated.
      if (isProduction) void keys.generation()
      log.info({ port, operatorPort, mode: config.mode, edition: deployment.edition }, 'listening')
      return { port, operatorPort }
    },
    /**
     * Reports not ready for `noticeMs`, so that balancers see it, then stops accepting requests. Work in progress
     * finishes or is released for other processes; the database closes last.
     */
    stop: async (noticeMs = 0): Promise<void> => {
      health.drain()
      server.drain()
      await sleep(noticeMs)
      await server.close()
      await outbox.stop(overrides.drainMs ?? OUTBOX_DRAIN_MS)
      await retention.stop()
      await withdrawnEditions.stop()
      await health.close()
      await database.close()
    },
    /** Makes the outbox look for due effects now; for tests that move the clock. */
    wake: () => outbox.wake(),
    /** Resolves once nothing is due and nothing is under way; for tests. */
    idle: () => outbox.idle(),
  }
}
export type Bot = Awaited<ReturnType<typeof createBot>>

/** The sandbox has no token service. */
const tokenServiceOf = (config: Config, token: ConnectorToken | undefined): TokenService | undefined =>
  config.mode === 'production' && token
    ? createTokenService({ token, appId: config.appId, baseUrl: config.tokenServiceUrl })
    : undefined

/** Opens the database; creates the folder of a SQLite file. */
async function open(config: Config) {
  const url = config.databaseUrl()
  const file = url.startsWith('sqlite:') ? url.slice('sqlite:'.length) : undefined
  if (file !== undefined && file !== ':memory:') mkdirSync(dirname(file), { recursive: true })
  return openConfigured(config)
}
