import { type Activity, CloudAdapter, type TurnContext } from 'botbuilder'
import {
  type AuthenticateRequestResult,
  BotFrameworkAuthentication,
  ClaimsIdentity,
  type ConnectorClient,
  type ConnectorFactory,
  type UserTokenClient,
} from 'botframework-connector'
import { type Gate, REFUSAL_STATUS, type RefusalReason } from './gate.ts'
import type { HttpActivityRequest, HttpReply } from './server.ts'

/** A request that is refused. Its message tells a caller nothing. */
export class GateRefusal extends Error {
  override readonly name = 'GateRefusal'
  readonly reason: RefusalReason
  readonly statusCode: number

  constructor(reason: RefusalReason) {
    super('The request was refused.')
    this.reason = reason
    this.statusCode = REFUSAL_STATUS[reason]
  }
}

export interface AdapterDeps {
  readonly appId: string
  readonly gate: Gate
  /** Answers activities that need no turn, as bytes of JSON; undefined for every other activity. */
  readonly answerRefresh: (activity: Activity) => Promise<Uint8Array | undefined>
  readonly onRefused: (reason: RefusalReason) => void
}

/** Stands in for the SDK's client of the Connector: a turn must not send, it writes effects. */
function refusingClient<T extends object>(): T {
  const get = (_: object, property: string | symbol) => {
    // Promises look for a `then` on the value they resolve with.
    if (property === 'then') return undefined
    throw new Error('a turn does not call the Connector: write an effect instead')
  }
  return new Proxy({}, { get }) as T
}

const connectorClient = Promise.resolve(refusingClient<ConnectorClient>())
const userTokenClient = Promise.resolve(refusingClient<UserTokenClient>())
const noConnectors: ConnectorFactory = { create: () => connectorClient }

/** The identity and client factory that the SDK expects of each admitted request. The bot uses neither. */
function admissionOf(appId: string): AuthenticateRequestResult {
  const claimsIdentity = new ClaimsIdentity([{ type: 'aud', value: appId }], true)
  return { audience: 'https://api.botframework.com', claimsIdentity, connectorFactory: noConnectors }
}

/** The gate in the shape that the SDK asks for. Its other entrances (streaming, skills, other bots) stay closed. */
class GateAuthentication extends BotFrameworkAuthentication {
  readonly #gate: Gate
  readonly #admission: AuthenticateRequestResult

  constructor(gate: Gate, admission: AuthenticateRequestResult) {
    super()
    this.#gate = gate
    this.#admission = admission
  }

  override async authenticateRequest(activity: Activity, authorization: string) {
    const admitted = await this.#gate.admit(activity, authorization || undefined)
    if (!admitted.ok) throw new GateRefusal(admitted.reason)
    return this.#admission
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
  readonly #deps: AdapterDeps
  readonly #admission: AuthenticateRequestResult

  constructor(deps: AdapterDeps) {
    const admission = admissionOf(deps.appId)
    super(new GateAuthentication(deps.gate, admission))
    this.#deps = deps
    this.#admission = admission
  }

  /**
   * Runs one turn and answers the request. It replaces the SDK's `process`, which prints every refusal with its stack
   * and sends the text of any exception back. Errors other than a refusal are thrown.
   */
  async answer(
    request: HttpActivityRequest,
    reply: HttpReply,
    logic: (context: TurnContext) => Promise<void>,
  ): Promise<void> {
    const { gate, answerRefresh, onRefused } = this.#deps
    try {
      const activity = request.body as unknown as Activity
      const admitted = await gate.admit(activity, request.headers.authorization, request.remoteAddress)
      if (!admitted.ok) throw new GateRefusal(admitted.reason)
      if (!parseDates(activity)) throw new GateRefusal('bad-timestamp')
      const refreshed = await answerRefresh(activity)
      const response =
        refreshed === undefined
          ? await this.processActivity(this.#admission, activity, logic)
          : { status: 200, body: refreshed }
      reply.status(response?.status ?? 200)
      reply.send(response?.body)
    } catch (error) {
      if (!(error instanceof GateRefusal)) throw error
      onRefused(error.reason)
      reply.status(error.statusCode)
    }
    reply.end()
  }
}

export type Adapter = GatedAdapter

/** Creates the adapter through which every turn runs. */
export const createAdapter = (deps: AdapterDeps): Adapter => new GatedAdapter(deps)

/** Parses the activity's times in place, as the SDK does. False if one of them is no date. */
function parseDates(activity: Activity): boolean {
  for (const name of ['timestamp', 'localTimestamp', 'expiration'] as const) {
    const written: unknown = activity[name]
    if (written === undefined || written === null) continue
    const date = new Date(typeof written === 'string' ? written : Number.NaN)
    if (Number.isNaN(date.getTime())) return false
    activity[name] = date
  }
  return true
}
