import { randomUUID } from 'node:crypto'
import { createTokenProvider, type TokenAudience } from '../../clients/entra-tokens.ts'
import { createGraph } from '../../clients/graph.ts'
import { createGroups } from '../../clients/groups.ts'
import { createHttp, type HttpResult, type RequestIdentity } from '../../clients/http.ts'
import { createWebhookRegistration } from '../../clients/webhook-registration.ts'
import { isMigrated } from '../../state/engine/migrations/migrations.ts'
import type { Database } from '../../state/engine/transaction.ts'
import { touch } from '../../state/switches.ts'
import { hasApprovers } from '../config/approvals.ts'
import type { Config } from '../config/config.ts'
import type { DatabaseConfig } from '../config/database.ts'
import { openConfigured } from '../database.ts'
import { createSigningKeys } from '../ingress/signing-keys.ts'
import type { ConnectorToken } from '../teams/connector-token.ts'

/** What was looked at, and what is wrong with it and what to do; without a fault, what is worth saying. */
export interface Finding {
  check: string
  fault?: string
  note?: string
}

export interface CheckupDeps {
  config: Config
  /** The bot's own token for the Connector; undefined in the sandbox, which needs none. */
  token: ConnectorToken | undefined
  /** WEBHOOK_URL, where one is set. */
  webhookUrl: string | undefined
  /** Lets this machine stand in for Microsoft. */
  loopback: boolean
}

/** A clock that is further off makes reminders late and tokens look expired. */
const mostSkewMs = 5_000
const timeoutMs = 15_000

/** Words of an error that may be shown: its first line, and no more of it than fits one. */
export function wordsOf(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error)
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : ''
  return `${words}${cause}`.split(/[\r\n]/)[0]?.slice(0, 200) ?? ''
}

/** Why there is no answer, in words. */
function whyNot(result: Exclude<HttpResult<unknown>, { kind: 'ok' }>): string {
  switch (result.kind) {
    case 'refused':
      return `refused with ${[result.status, result.code].filter(Boolean).join(' ')}`
    case 'throttled':
      return 'asks to wait; try again in a minute'
    case 'not-sent':
      return 'cannot be reached: look at the network, its proxy and its firewall'
    case 'unknown':
      return `gave no answer that can be read (${wordsOf(result.cause)})`
    default:
      return result satisfies never
  }
}

/** The database: opened as the bot does, written to, its clock compared. It stays open for what comes after. */
export async function checkDatabase(config: DatabaseConfig, findings: Finding[]): Promise<Database | undefined> {
  let database: Database
  try {
    database = await openConfigured(config)
  } catch (error) {
    findings.push({ check: 'database', fault: `${wordsOf(error)}; look at DATABASE_URL and whether the server runs` })
    return undefined
  }
  try {
    const { now, migrated } = await database.transaction(async (tx) => {
      await touch(tx, tx.at.toISOString())
      return { now: tx.at, migrated: await isMigrated(tx) }
    })
    findings.push({ check: 'database', note: `${database.dialect}, can be written` })
    const older = 'is older than this release: start the release that it belongs to, or restore a newer copy'
    findings.push({ check: 'migrations', ...(migrated ? {} : { fault: older }) })
    const skew = Math.abs(now.getTime() - Date.now())
    const fault = `is ${Math.round(skew / 1_000)} s off this machine’s: set both by the same time server`
    findings.push({ check: 'database clock', ...(skew > mostSkewMs && { fault }) })
  } catch (error) {
    findings.push({ check: 'database', fault: `cannot be written: ${wordsOf(error)}; look at rights and free space` })
  }
  return database
}

/** Everything the bot needs of Microsoft, each asked once, by reads that change nothing. */
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
  const timeouts = { total: timeoutMs }
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
    return { check, fault: `cannot be read (${wordsOf(failure)}): ${host} has to be reachable from here` }
  }

  /** A token of the application, and one read with it. */
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
    const result = await read(askingWith(issued.token))
    if (result.kind === 'ok') return [{ check }, { check: name }]
    const rights = result.kind === 'refused' ? '; see “What the registrations need” in docs/operations.md' : ''
    return [{ check }, { check: name, fault: `${whyNot(result)}${rights}` }]
  }

  async function webhook(): Promise<Finding> {
    const check = 'webhook'
    const issued = await tokens.app('partner-center')
    if (issued.kind !== 'token') return { check, fault: 'cannot be read without a token for Partner Center' }
    const result = await registration.read(askingWith(issued.token))
    const isNone = result.kind === 'refused' && result.fault === 'not-found'
    if (result.kind !== 'ok' && !isNone) return { check, fault: whyNot(result) }
    const present = result.kind === 'ok' ? result.value.url : undefined
    const register = 'run npm run -s webhooks -- register'
    if (webhookUrl !== undefined && present !== webhookUrl)
      return { check, fault: `events do not go to WEBHOOK_URL: ${register}` }
    return { check, note: present === undefined ? 'none: the bot asks by itself' : `events go to ${present}` }
  }

  async function approvers(): Promise<Finding> {
    const check = 'approvers'
    if (!hasApprovers(approvals)) return { check, fault: 'there are none: set APPROVERS or APPROVERS_GROUP' }
    if (approvals.group === undefined) return { check, note: 'named one by one' }
    const issued = await tokens.app('graph')
    if (issued.kind !== 'token') return { check, fault: 'the group cannot be read without a token for Graph' }
    const result = await groups.members(askingWith(issued.token), approvals.group)
    if (result.kind !== 'ok') return { check, fault: `the group: ${whyNot(result)}; it needs GroupMember.Read.All` }
    if (result.value.size === 0 && approvals.approvers.size === 0)
      return { check, fault: 'the group is empty: nobody can approve' }
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

const askingWith = (token: string): RequestIdentity => ({ token, requestId: randomUUID(), correlationId: randomUUID() })
