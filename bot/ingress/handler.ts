import { setTimeout } from 'node:timers/promises'
import { ActivityTypes, INVOKE_RESPONSE_KEY, TeamsActivityHandler, type TurnContext } from 'botbuilder'
import { readCardAction } from '../../cards/buttons.ts'
import type { Deployment } from '../deployment.ts'
import type { Approvers } from '../microsoft/approvers.ts'
import type { SignIn } from '../microsoft/sign-in.ts'
import { invokeResponse } from '../present.ts'
import { type IncomingActivity, readActivity } from '../teams/activity.ts'
import type { HandleActivity } from '../turn/handle-activity.ts'
import { GateRefusal } from './adapter.ts'
import { type LoginRequest, originOf } from './login-request.ts'
import type { MessageExtension } from './message-extension.ts'

export interface HandlerDeps {
  handleActivity: HandleActivity
  deployment: Deployment
  signIn: SignIn
  requestLogin: LoginRequest
  extension: MessageExtension
  approvers: Pick<Approvers, 'isApprover' | 'known'>
}

const decisions: readonly unknown[] = ['approve', 'deny', 'narrow']

/** True if the request decides an approval: roles are then read afresh. */
const isDecision = ({ request }: IncomingActivity): boolean =>
  (request.kind === 'press' && decisions.includes(request.verb)) ||
  (request.kind === 'command' && decisions.includes(request.command))

/** True if the request asks for what waits for an approval: it is shown to those who may decide, wherever they are. */
function isAboutApprovals({ request }: IncomingActivity): boolean {
  if (request.kind === 'command') return request.command === 'approvals'
  if (request.kind === 'installed') return true
  const shown =
    request.kind === 'press' && request.verb === 'show' ? readCardAction(request.verb, request.data) : undefined
  if (shown?.verb !== 'show') return false
  return 'case' in shown ? shown.view === 'approval' : 'list' in shown && shown.list === 'approvals'
}

/** Longest wait for the members of the group where only a greeting depends on them. */
const PATIENCE_MS = 1_000
const patience = () => setTimeout(PATIENCE_MS, undefined, { ref: false })

type InvokeBody = { status: number; body?: unknown }

/** Decodes an activity, has it handled and maps the answer to an invoke response. It decides nothing itself. */
class MulticanalHandler extends TeamsActivityHandler {
  readonly #deps: HandlerDeps

  constructor(deps: HandlerDeps) {
    super()
    this.#deps = deps
  }

  /**
   * Replaces the SDK's dispatch, which fails on activities that it does not know: those get 200, unknown invokes 404.
   * The response to an invoke is put where the adapter reads it, which is faster than sending it through the context.
   */
  protected override async onTurnActivity(context: TurnContext): Promise<void> {
    const { type, name } = context.activity
    const incoming = readActivity(context.activity)
    if (!incoming) throw new GateRefusal('bad-activity')
    if (type !== ActivityTypes.Invoke) {
      await this.#deps.handleActivity(await this.#withRole(await this.#withCode(incoming)))
      return
    }
    const value = await this.#invoked(incoming, name, context.activity.value)
    context.turnState.set(INVOKE_RESPONSE_KEY, { type: ActivityTypes.InvokeResponse, value })
  }

  async #invoked(incoming: IncomingActivity, name: string | undefined, value: unknown): Promise<InvokeBody> {
    const { handleActivity, deployment, signIn, requestLogin, extension } = this.#deps
    switch (name) {
      case 'signin/tokenExchange':
        return signIn.takeExchange(originOf(incoming), value)
      case 'signin/verifyState':
        return signIn.takeState(originOf(incoming), value)
      case 'composeExtension/query':
        return { status: 200, body: await extension.search(incoming, value) }
      case 'composeExtension/queryLink':
        return { status: 200, body: await extension.unfurl(incoming, value) }
      case 'fileConsent/invoke':
        await handleActivity(incoming)
        return { status: 200 }
    }
    // Meant for other kinds of apps, or sent by a newer client.
    if (name !== 'adaptiveCard/action' && !name?.startsWith('signin/')) return { status: 404 }
    const loginRequest = await requestLogin(incoming, value)
    if (loginRequest) return { status: 200, body: loginRequest }
    const answer = await handleActivity(await this.#withRole(incoming))
    return { status: 200, body: invokeResponse(deployment.policy, answer) }
  }

  /** Adds whether the person may approve. Read before the turn, which must not wait for remote answers. */
  async #withRole(incoming: IncomingActivity): Promise<IncomingActivity> {
    const { approvers, deployment } = this.#deps
    const { sender, place } = incoming
    if (place.tenant !== deployment.partner.tenant || sender.id === '') return incoming
    if (isDecision(incoming)) return { ...incoming, isApprover: await approvers.isApprover(sender.id, { fresh: true }) }
    if (isAboutApprovals(incoming)) return { ...incoming, isApprover: await approvers.isApprover(sender.id) }
    if (incoming.request.kind === 'text' && place.kind === 'personal') {
      return { ...incoming, isApprover: await Promise.race([approvers.isApprover(sender.id), patience()]) }
    }
    return place.kind === 'channel' ? { ...incoming, isApprover: approvers.known(sender.id) } : incoming
  }

  /** Redeems a text of six digits: it may be the code of a sign-in page. */
  async #withCode(incoming: IncomingActivity): Promise<IncomingActivity> {
    const { signIn } = this.#deps
    const { request } = incoming
    if (request.kind !== 'text' || !signIn.isCode(request.text)) return incoming
    const { taken } = await signIn.takeCode(originOf(incoming), request.text)
    return { ...incoming, request: { kind: 'signed-in', taken } }
  }
}

/** Creates the bot's logic in the shape that the SDK's adapter runs. */
export function createHandler(deps: HandlerDeps): (context: TurnContext) => Promise<void> {
  const handler = new MulticanalHandler(deps)
  return (context) => handler.run(context)
}
