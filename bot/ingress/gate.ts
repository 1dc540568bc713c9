import { type Activity, CloudAdapter, type TurnContext } from 'botbuilder'
import {
  type AuthenticateRequestResult,
  AuthenticationError,
  BotFrameworkAuthentication,
  ClaimsIdentity,
  type ConnectorClient,
  type ConnectorFactory,
  type UserTokenClient,
} from 'botframework-connector'
import type { ServiceUrlRule } from '../teams/service-urls.ts'
import type { TokenFault, TokenVerifier, VerifiedToken } from './connector-jwt.ts'
import type { DeskRefresh } from './desk-refresh.ts'
import type { HttpActivityRequest, HttpReply } from './server.ts'

/** Why a request was turned away, and the HTTP status it gets. The reason is counted, never sent back. */
const STATUS = {
  'no-token': 401,
  'malformed-token': 401,
  algorithm: 401,
  'critical-extension': 401,
  'keys-unavailable': 401,
  'unknown-key': 401,
  signature: 401,
  issuer: 401,
  audience: 401,
  lifetime: 401,
  expired: 401,
  'not-yet-valid': 401,
  'not-endorsed': 403,
  'wrong-channel': 403,
  'service-url-differs': 403,
  'service-url-not-allowed': 403,
  'tenant-missing': 403,
  'tenants-disagree': 403,
  'tenant-not-allowed': 403,
  'no-channel': 400,
  'no-service-url': 400,
  'expect-replies': 400,
  'bad-timestamp': 400,
  'bad-activity': 400,
  streaming: 403,
} as const satisfies Record<TokenFault, number> & Record<string, number>

export type RefusalReason = keyof typeof STATUS

/** A request that may not speak. The message says nothing that helps an attacker. */
export class GateRefusal extends AuthenticationError {
  readonly reason: RefusalReason

  constructor(reason: RefusalReason) {
    super('The request was refused.', STATUS[reason])
    this.reason = reason
  }
}

export type GateDeps = {
  readonly mode: 'production' | 'sandbox'
  readonly appId: string
  /** Verifies tokens; see createTokens. */
  readonly tokens: TokenVerifier
  readonly serviceUrls: ServiceUrlRule
  readonly tenants: ReadonlySet<string> | 'any'
  /** Lets requests without any token through when they come from this machine: the sandbox's client has none. */
  readonly anonymousFromLoopback?: boolean
  readonly onRefused: (reason: RefusalReason) => void
}

/**
 * Who may speak: verifies the token, then that channel, service URL and tenant of the activity are ours.
 * Throws at once when sandbox leniency is asked for in production.
 */
export function createGate(deps: GateDeps) {
  if (deps.mode === 'production' && (deps.anonymousFromLoopback || deps.tenants === 'any')) {
    throw new Error('production lets in neither anonymous requests nor every tenant')
  }
  const result = admission(deps.appId)

  async function vouch(authorization: string | undefined, remoteAddress: string | undefined) {
    if (authorization === undefined && deps.anonymousFromLoopback && isLoopback(remoteAddress)) return 'anonymous'
    if (!authorization?.startsWith('Bearer ')) throw new GateRefusal('no-token')
    const verdict = await deps.tokens(authorization.slice('Bearer '.length))
    if ('fault' in verdict) throw new GateRefusal(verdict.fault)
    return verdict.vouched
  }

  /** Lets the activity in or throws a Refusal. `remoteAddress` matters to the sandbox only. */
  async function admit(activity: Activity, authorization: string | undefined, remoteAddress?: string) {
    const vouched = await vouch(authorization, remoteAddress)
    const objection = objectionTo(activity, vouched, deps)
    if (objection !== undefined) throw new GateRefusal(objection)
    return result
  }

  return { admit, onRefused: deps.onRefused }
}

export type Gate = ReturnType<typeof createGate>

/** What is wrong with an activity whose sender is known. The token covers none of it but the service URL. */
function objectionTo(
  activity: Activity,
  vouched: VerifiedToken | 'anonymous',
  deps: GateDeps,
): RefusalReason | undefined {
  const { channelId, serviceUrl } = activity
  if (channelId === undefined) return 'no-channel'
  if (channelId !== 'msteams') return 'wrong-channel'
  if (typeof serviceUrl !== 'string' || serviceUrl === '') return 'no-service-url'
  if (vouched !== 'anonymous' && vouched.serviceUrl !== serviceUrl) return 'service-url-differs'
  if (!deps.serviceUrls(serviceUrl)) return 'service-url-not-allowed'
  if (activity.deliveryMode === 'expectReplies') return 'expect-replies'
  return tenantObjection(activity, deps.tenants)
}

/** A field of the sender that the SDK's type leaves out. */
type Sender = { readonly tenantId?: unknown } | undefined

function tenantObjection(activity: Activity, allowed: GateDeps['tenants']): RefusalReason | undefined {
  const place = lowered(activity.conversation?.tenantId)
  const team = lowered(activity.channelData?.tenant?.id)
  if (place === undefined && team === undefined) return 'tenant-missing'
  if (place !== undefined && team !== undefined && place !== team) return 'tenants-disagree'
  const isAllowed = (tenant: unknown) => allowed === 'any' || (typeof tenant === 'string' && allowed.has(tenant))
  // A guest or a member of a shared channel may come from another tenant than the conversation: that one counts too.
  const sender = lowered((activity.from as Sender)?.tenantId)
  return isAllowed(place ?? team) && (sender === undefined || isAllowed(sender)) ? undefined : 'tenant-not-allowed'
}

const lowered = (tenant: unknown): unknown =>
  typeof tenant === 'string' ? tenant.toLowerCase() : (tenant ?? undefined)

const isLoopback = (address: string | undefined) =>
  address === '127.0.0.1' || address === '::1' || address === '::ffff:127.0.0.1'

/** One answer for every admitted request: the SDK wants an identity and a client factory, the bot needs neither. */
function admission(appId: string): AuthenticateRequestResult {
  const claimsIdentity = new ClaimsIdentity([{ type: 'aud', value: appId }], true)
  return { audience: 'https://api.botframework.com', claimsIdentity, connectorFactory: noConnectors }
}

/** Turns never send: what must leave is an effect of the case. The SDK still wants a client object in each turn. */
function refusingClient<T extends object>(): T {
  const get = (_: object, property: string | symbol) => {
    // Promises look for a `then` on what they resolve with.
    if (property === 'then') return undefined
    throw new Error('a turn does not call the Connector: write an effect instead')
  }
  return new Proxy({}, { get }) as T
}

const connectorClient = Promise.resolve(refusingClient<ConnectorClient>())
const userTokenClient = Promise.resolve(refusingClient<UserTokenClient>())
const noConnectors: ConnectorFactory = { create: () => connectorClient }

/** The gate in the shape the SDK asks for. All its other doors (streaming, skills, other bots) stay shut. */
class GateAuthentication extends BotFrameworkAuthentication {
  readonly #gate: Gate

  constructor(gate: Gate) {
    super()
    this.#gate = gate
  }

  override authenticateRequest(activity: Activity, authorization: string) {
    return this.#gate.admit(activity, authorization || undefined)
  }

  override async authenticateStreamingRequest(): Promise<AuthenticateRequestResult> {
    throw new GateRefusal('streaming')
  }

  override createConnectorFactory() {
    return noConnectors
  }

  override createUserTokenClient() {
    return userTokenClient
  }
}

/** The SDK's adapter behind the gate. */
class GatedAdapter extends CloudAdapter {
  readonly #gate: Gate
  readonly #refresh: DeskRefresh

  constructor(gate: Gate, refresh: DeskRefresh) {
    super(new GateAuthentication(gate))
    this.#gate = gate
    this.#refresh = refresh
  }

  /**
   * Runs one turn and answers the request. Stands in for `process`, which prints every refusal with its stack and
   * sends the text of any exception back. A refusal is answered here; any other error is the caller's.
   */
  async answer(
    request: HttpActivityRequest,
    reply: HttpReply,
    logic: (context: TurnContext) => Promise<void>,
  ): Promise<void> {
    try {
      const activity = request.body as unknown as Activity
      const admitted = await this.#gate.admit(activity, request.headers.authorization, request.remoteAddress)
      if (!readDates(activity)) throw new GateRefusal('bad-timestamp')
      const refreshed = await this.#refresh(activity)
      const response =
        refreshed === undefined
          ? await this.processActivity(admitted, activity, logic)
          : { status: 200, body: refreshed }
      reply.status(response?.status ?? 200)
      reply.send(response?.body)
    } catch (error) {
      if (!(error instanceof GateRefusal)) throw error
      this.#gate.onRefused(error.reason)
      reply.status(error.statusCode)
    }
    reply.end()
  }
}

export type Adapter = GatedAdapter

/** The adapter through which every turn of the bot runs; what clients only look at is answered before there is one. */
export const createAdapter = (gate: Gate, refresh: DeskRefresh): Adapter => new GatedAdapter(gate, refresh)

/** Turns the activity's times into dates as the SDK does, and says whether they are any. */
function readDates(activity: Activity): boolean {
  for (const name of ['timestamp', 'localTimestamp', 'expiration'] as const) {
    const written: unknown = activity[name]
    if (written === undefined || written === null) continue
    const date = new Date(typeof written === 'string' ? written : Number.NaN)
    if (Number.isNaN(date.getTime())) return false
    activity[name] = date
  }
  return true
}
