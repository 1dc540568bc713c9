import { randomUUID } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { createTokenProvider, type TokenAudience } from '../../clients/entra-tokens.ts'
import { createGraph } from '../../clients/graph.ts'
import { createGroups } from '../../clients/groups.ts'
import { createHttp, type HttpResult, type RequestIdentity } from '../../clients/http.ts'
import { createWebhookRegistration } from '../../clients/webhook-registration.ts'
import type { Policy } from '../../dialogs/policy/policy.ts'
import { overdueRules, REVIEW_DAYS } from '../../dialogs/policy/review.ts'
import { isMigrated } from '../../state/engine/migrations/migrations.ts'
import type { Database } from '../../state/engine/transaction.ts'
import { touch } from '../../state/switches.ts'
import { hasApprovers } from '../config/approvals.ts'
import type { Config } from '../config/config.ts'
import type { DatabaseConfig } from '../config/database.ts'
import { openConfigured } from '../database.ts'
import { createSigningKeys } from '../ingress/signing-keys.ts'
import type { ConnectorToken } from '../teams/connector-token.ts'

/** Result of a check: the fault and its remedy, a warning, or a note. */
export interface Finding {
  check: string
  fault?: string
  warning?: string
  note?: string
}

export interface CheckupDeps {
  config: Config
  /** The bot's own token for the Connector; undefined in the sandbox, which needs none. */
  token: ConnectorToken | undefined
  /** WEBHOOK_URL, if set. */
  webhookUrl: string | undefined
  /** Allows services on this machine in place of Microsoft's, for tests. */
  loopback: boolean
}

/** A larger clock skew delays reminders and makes tokens look expired. */
const MAX_SKEW_MS = 5_000
const TIMEOUT_MS = 15_000

/** Shortens an error to one line that may be printed. */
export function wordsOf(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error)
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : ''
  return `${words}${cause}`.split(/[\r\n]/)[0]?.slice(0, 200) ?? ''
}

/** Describes a failed request. */
function failureOf(result: Exclude<HttpResult<unknown>, { kind: 'ok' }>): string {
  switch (result.kind) {
    case 'refused':
      return `refused with ${[result.status, result.code].filter(Boolean).join(' ')}`
    case 'throttled':
      return 'throttles requests; try again in a minute'
    case 'not-sent':
      return 'cannot be reached: check the network, the proxy and the firewall'
    case 'unknown':
      return `sent no readable response (${wordsOf(result.cause)})`
    default:
      return result satisfies never
  }
}

/** Warns of rules that nobody compared with their pages for long: their answers may have changed at Microsoft. */
export function checkPolicy(policy: Policy, edition: string, today: string): Finding {
  const check = 'policy'
  const overdue = overdueRules(policy, today)
  if (overdue.length === 0) return { check, note: `edition ${edition}` }
  const names = [...new Set(overdue.map((found) => found.edition))].join(', ')
  const what = `${overdue.length} rules of ${names} were not compared with Microsoft’s pages for ${REVIEW_DAYS} days`
  return { check, warning: `${what}: see npm run -s policy -- check` }
}

/** Opens the database as the bot does, writes to it and compares its clock. Leaves it open for later checks. */
export async function checkDatabase(config: DatabaseConfig, findings: Finding[]): Promise<Database | undefined> {
  let database: Database
  try {
    database = await openConfigured(config)
  } catch (error) {
    findings.push({ check: 'database', fault: `${wordsOf(error)}; check DATABASE_URL and that the server runs` })
    return undefined
  }
  try {
    const { now, migrated } = await database.transaction(async (tx) => {
      await touch(tx, tx.at.toISOString())
      return { now: tx.at, migrated: await isMigrated(tx) }
    })
    findings.push({ check: 'database', note: `${database.dialect}, writable` })
    if (database.dialect === 'sqlite') findings.push(checkFileRights(config.databaseUrl().slice('sqlite:'.length)))
    const older = 'does not match this release: start the release it belongs to, or restore a matching copy'
    findings.push({ check: 'migrations', ...(migrated ? {} : { fault: older }) })
    const skew = Math.abs(now.getTime() - Date.now())
    const fault = `is ${Math.round(skew / 1_000)} s off this machine’s: use the same time server for both`
    findings.push({ check: 'database clock', ...(skew > MAX_SKEW_MS && { fault }) })
  } catch (error) {
    findings.push({ check: 'database', fault: `cannot be written: ${wordsOf(error)}; check rights and free space` })
  }
  return database
}

/** Warns of a database file that other users of the machine may open: every case is in it, and in its log. */
function checkFileRights(file: string): Finding {
  const check = 'database file'
  const open = [dirname(resolve(file)), file, `${file}-wal`, `${file}-shm`].filter(
    (path) => process.platform !== 'win32' && existsSync(path) && statSync(path).mode & 0o077,
  )
  return open.length === 0 ? { check } : { check, warning: `open to other users: chmod go= ${open.join(' ')}` }
}

/** Checks every service of Microsoft that the bot needs, by one read each. */
export async function checkMicrosoft({ config, token, webhookUrl, loopback }: CheckupDeps): Promise<Finding[]> {
  const { partner, approvals } = config
  const { identity, authority, audiences: resources, disableInstanceDiscovery } = partner
  const tokens = createTokenProvider({
    partner: identity,
    authority,
    resources,
    now: Date.now,
    disableInstanceDiscovery,
  })
  const timeouts = { total: TIMEOUT_MS }
  const http = (baseUrl: string) => createHttp({ baseUrl, now: Date.now, loopback, timeouts })
  const registration = createWebhookRegistration(http(partner.partnerCenterUrl))
  const groups = createGroups(http(partner.graphUrl))

  async function bot(): Promise<Finding> {
    const check = 'token for the Connector'
    if (!token) return { check, note: 'not needed in the sandbox' }
    const what = 'compare MicrosoftAppId, MicrosoftAppTenantId and the credential with the registration of the bot'
    return token.get().then(
      () => ({ check }),
      (error: unknown) => ({ check, fault: `${wordsOf(error)}; ${what}` }),
    )
  }

  async function keys(): Promise<Finding> {
    const check = 'keys of the Connector'
    if (config.mode === 'sandbox') return { check, note: 'not needed in the sandbox' }
    let failure: unknown
    const { metadataUrl } = config
    const loaded = createSigningKeys({ metadataUrl, now: Date.now, onFailure: (cause) => (failure = cause) })
    if ((await loaded.generation()) !== undefined) return { check }
    const host = new URL(metadataUrl).host
    return { check, fault: `cannot be read (${wordsOf(failure)}): ${host} must be reachable` }
  }

  /** Checks a token of the application, and one read with it. */
  async function service(
    resource: TokenAudience,
    name: string,
    read: (caller: RequestIdentity) => Promise<HttpResult<unknown>>,
  ) {
    const issued = await tokens.app(resource)
    const check = `token for ${name}`
    if (issued.kind !== 'token') {
      const why = issued.kind === 'unavailable' ? wordsOf(issued.cause) : issued.kind
      const what =
        'compare PARTNER_TENANT_ID, PARTNER_CLIENT_ID and the credential with the registration of the partner'
      return [{ check, fault: `${why}; ${what}` }]
    }
    const result = await read(identityWith(issued.token))
    if (result.kind === 'ok') return [{ check }, { check: name }]
    const rights = result.kind === 'refused' ? '; see “What the registrations need” in docs/operations.md' : ''
    return [{ check }, { check: name, fault: `${failureOf(result)}${rights}` }]
  }

  async function webhook(): Promise<Finding> {
    const check = 'webhook'
    const issued = await tokens.app('partner-center')
    if (issued.kind !== 'token') return { check, fault: 'cannot be read without a token for Partner Center' }
    const result = await registration.read(identityWith(issued.token))
    const isNone = result.kind === 'refused' && result.fault === 'not-found'
    if (result.kind !== 'ok' && !isNone) return { check, fault: failureOf(result) }
    const present = result.kind === 'ok' ? result.value.url : undefined
    const register = 'run npm run -s webhooks -- register'
    if (webhookUrl !== undefined && present !== webhookUrl)
      return { check, fault: `events do not go to WEBHOOK_URL: ${register}` }
    return { check, note: present === undefined ? 'none: the bot polls' : `events go to ${present}` }
  }

  async function approvers(): Promise<Finding> {
    const check = 'approvers'
    if (!hasApprovers(approvals)) return { check, fault: 'none: set APPROVERS or APPROVERS_GROUP' }
    if (approvals.group === undefined) return { check, note: 'named one by one' }
    const issued = await tokens.app('graph')
    if (issued.kind !== 'token') return { check, fault: 'the group cannot be read without a token for Graph' }
    const result = await groups.members(identityWith(issued.token), approvals.group)
    if (result.kind !== 'ok')
      return { check, fault: `the group: ${failureOf(result)}; reading its members requires GroupMember.ReadBasic.All` }
    if (result.value.size === 0 && approvals.approvers.size === 0)
      return { check, fault: 'the group is empty: no one can approve' }
    return { check, note: `the group has ${result.value.size} members` }
  }

  const graph = createGraph(http(partner.graphUrl))
  const found = await Promise.all([
    bot(),
    keys(),
    service('partner-center', 'Partner Center', (caller) => registration.events(caller)),
    service('graph', 'Graph', (caller) => graph.findTenantById(caller, identity.tenantId)),
    webhook(),
    approvers(),
  ])
  return found.flat()
}

const identityWith = (token: string): RequestIdentity => ({
  token,
  requestId: randomUUID(),
  correlationId: randomUUID(),
})
