import { ActivityTypes, INVOKE_RESPONSE_KEY, TeamsActivityHandler, type TurnContext } from 'botbuilder'
import type { Approvers } from '../microsoft/approvers.ts'
import type { SignIn } from '../microsoft/sign-in.ts'
import { type IncomingActivity, readActivity } from '../teams/activity.ts'
import type { CaseService } from '../turn/handle-activity.ts'
import type { Deployment } from '../turn/turn.ts'
import { GateRefusal } from './gate.ts'
import { type LoginRequest, originOf } from './login-request.ts'
import type { MessageExtension } from './message-extension.ts'
import { invokeResponse } from './reply.ts'

export interface HandlerDeps {
  door: Pick<CaseService, 'handleActivity'>
  setting: Deployment
  signIn: SignIn
  signInFirst: LoginRequest
  extension: MessageExtension
  approvers: Pick<Approvers, 'isApprover' | 'known'>
}

const decisions: readonly unknown[] = ['approve', 'deny', 'narrow']

/** Is something about to be decided? Then the roles are read anew. */
const isDecision = ({ request }: IncomingActivity): boolean =>
  (request.kind === 'press' && decisions.includes(request.verb)) ||
  (request.kind === 'command' && decisions.includes(request.command))

type InvokeBody = { status: number; body?: unknown }

/** Every hook does the same: decode, through the door, reply. What is done is never decided here. */
class MulticanalHandler extends TeamsActivityHandler {
  readonly #deps: HandlerDeps

  constructor(deps: HandlerDeps) {
    super()
    this.#deps = deps
  }

  /**
   * Presses, messages, installations and all that is only taken note of; kinds that nobody knows yet are answered 200,
   * invokes that nobody knows 404. The SDK is not asked: it fails over what it does not understand.
   * The answer to an invoke is left where the adapter looks for it: sending it there would take longer than deciding it.
   */
  protected override async onTurnActivity(context: TurnContext): Promise<void> {
    const { type, name } = context.activity
    const inbound = readActivity(context.activity)
    if (!inbound) throw new GateRefusal('bad-activity')
    if (type !== ActivityTypes.Invoke) {
      await this.#deps.door.handleActivity(await this.#withRole(await this.#withCode(inbound)))
      return
    }
    const value = await this.#invoked(inbound, name, context.activity.value)
    context.turnState.set(INVOKE_RESPONSE_KEY, { type: ActivityTypes.InvokeResponse, value })
  }

  async #invoked(inbound: IncomingActivity, name: string | undefined, value: unknown): Promise<InvokeBody> {
    const { door, setting, signIn, signInFirst, extension } = this.#deps
    switch (name) {
      case 'signin/tokenExchange':
        return signIn.takeExchange(originOf(inbound), value)
      case 'signin/verifyState':
        return signIn.takeState(originOf(inbound), value)
      case 'composeExtension/query':
        return { status: 200, body: await extension.search(inbound, value) }
      case 'composeExtension/queryLink':
        return { status: 200, body: await extension.unfurl(inbound, value) }
      case 'fileConsent/invoke':
        await door.handleActivity(inbound)
        return { status: 200 }
    }
    // Asked for by other kinds of apps, or by a client that is newer than this.
    if (name !== 'adaptiveCard/action' && !name?.startsWith('signin/')) return { status: 404 }
    const first = await signInFirst(inbound, value)
    if (first) return { status: 200, body: first }
    const answer = await door.handleActivity(await this.#withRole(inbound))
    return { status: 200, body: invokeResponse(setting.policy, answer) }
  }

  /** Whether this person may approve is found out before the turn, which waits for nobody. */
  async #withRole(inbound: IncomingActivity): Promise<IncomingActivity> {
    const { approvers, setting } = this.#deps
    const { sender, place } = inbound
    if (place.tenant !== setting.partner.tenant || sender.id === '') return inbound
    if (isDecision(inbound)) return { ...inbound, isApprover: await approvers.isApprover(sender.id, { fresh: true }) }
    return place.kind === 'channel' ? { ...inbound, isApprover: approvers.known(sender.id) } : inbound
  }

  /** Six digits may be what a sign-in page has shown. */
  async #withCode(inbound: IncomingActivity): Promise<IncomingActivity> {
    const { signIn } = this.#deps
    const { request } = inbound
    if (request.kind !== 'text' || !signIn.isCode(request.text)) return inbound
    const { taken } = await signIn.takeCode(originOf(inbound), request.text)
    return { ...inbound, request: { kind: 'signed-in', taken } }
  }
}

/** The bot's logic in the shape that the SDK's adapter runs. */
export function createHandler(deps: HandlerDeps): (context: TurnContext) => Promise<void> {
  const handler = new MulticanalHandler(deps)
  return (context) => handler.run(context)
}
