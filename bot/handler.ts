import {
  type AdaptiveCardInvokeResponse,
  type InvokeResponse,
  TeamsActivityHandler,
  type TurnContext,
} from 'botbuilder'
import type { Door } from './door.ts'
import { Refusal } from './gate.ts'
import { readInbound } from './inbound.ts'
import { invokeResponse } from './reply.ts'
import type { Answer } from './turn.ts'

/** Every hook does the same: decode, through the door, reply. What is done is never decided here. */
class MulticanalHandler extends TeamsActivityHandler {
  readonly #door: Door

  constructor(door: Door) {
    super()
    this.#door = door
  }

  async #receive(context: TurnContext): Promise<Answer> {
    const inbound = readInbound(context.activity)
    if (!inbound) throw new Refusal('bad-activity')
    return this.#door.receive(inbound)
  }

  override async onInvokeActivity(context: TurnContext): Promise<InvokeResponse> {
    if (context.activity.name !== 'adaptiveCard/action') return super.onInvokeActivity(context)
    const body: AdaptiveCardInvokeResponse = invokeResponse(await this.#receive(context))
    return { status: body.statusCode, body }
  }

  /** Messages, installations and all that is only taken note of; kinds that nobody knows yet are answered 200. */
  protected override async onTurnActivity(context: TurnContext): Promise<void> {
    if (context.activity.type === 'invoke') return super.onTurnActivity(context)
    await this.#receive(context)
  }
}

/** The bot's logic in the shape that the SDK's adapter runs. */
export function createHandler(door: Door): (context: TurnContext) => Promise<void> {
  const handler = new MulticanalHandler(door)
  return (context) => handler.run(context)
}
