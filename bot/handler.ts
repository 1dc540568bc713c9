import { ActivityTypes, INVOKE_RESPONSE_KEY, TeamsActivityHandler, type TurnContext } from 'botbuilder'
import type { Policy } from '../dialogs/policy/policy.ts'
import type { Door } from './door.ts'
import { Refusal } from './gate.ts'
import { readInbound } from './inbound.ts'
import { invokeResponse } from './reply.ts'
import type { Answer } from './turn.ts'

/** Every hook does the same: decode, through the door, reply. What is done is never decided here. */
class MulticanalHandler extends TeamsActivityHandler {
  readonly #door: Door
  readonly #policy: Policy

  constructor(door: Door, policy: Policy) {
    super()
    this.#door = door
    this.#policy = policy
  }

  async #receive(context: TurnContext): Promise<Answer> {
    const inbound = readInbound(context.activity)
    if (!inbound) throw new Refusal('bad-activity')
    return this.#door.receive(inbound)
  }

  /**
   * Presses, messages, installations and all that is only taken note of; kinds that nobody knows yet are answered 200.
   * The answer to a press is left where the adapter looks for it: sending it there would take longer than deciding it.
   */
  protected override async onTurnActivity(context: TurnContext): Promise<void> {
    const { type, name } = context.activity
    if (type === 'invoke' && name !== 'adaptiveCard/action') return super.onTurnActivity(context)
    const answer = await this.#receive(context)
    if (type !== 'invoke') return
    const body = invokeResponse(this.#policy, answer)
    context.turnState.set(INVOKE_RESPONSE_KEY, { type: ActivityTypes.InvokeResponse, value: { status: 200, body } })
  }
}

/** The bot's logic in the shape that the SDK's adapter runs. */
export function createHandler(door: Door, policy: Policy): (context: TurnContext) => Promise<void> {
  const handler = new MulticanalHandler(door, policy)
  return (context) => handler.run(context)
}
