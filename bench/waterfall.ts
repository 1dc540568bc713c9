import {
  type AdaptiveCardInvokeResponse,
  ConversationState,
  MemoryStorage,
  TeamsActivityHandler,
  type TurnContext,
} from 'botbuilder'
import { Dialog, DialogSet, DialogTurnStatus, WaterfallDialog, type WaterfallStep } from 'botbuilder-dialogs'
import { type ContestantPlace, cardAnswer } from './contestant.ts'
import { serveParent } from './process.ts'
import { serveSdk } from './sdk.ts'

/** The number of questions of a guided case. */
const questions = ['role', 'service', 'source'] as const

/** Guides a person the SDK's way, with a waterfall of questions in memory. */
class Guide extends TeamsActivityHandler {
  readonly #answer: AdaptiveCardInvokeResponse
  readonly #state = new ConversationState(new MemoryStorage())
  readonly #dialogs = new DialogSet(this.#state.createProperty('dialog'))

  constructor(card: object) {
    super()
    this.#answer = cardAnswer(card) as AdaptiveCardInvokeResponse
    // A prompt would send its question as an activity. Here the response of the invoke carries it.
    const steps = questions.map(
      (question): WaterfallStep =>
        async ({ values, context }) => {
          Object.assign(values, { [question]: context.activity.value })
          return Dialog.EndOfTurn
        },
    )
    this.#dialogs.add(new WaterfallDialog('guide', steps))
  }

  protected override async onAdaptiveCardInvoke(context: TurnContext): Promise<AdaptiveCardInvokeResponse> {
    const dialog = await this.#dialogs.createContext(context)
    const { status } = await dialog.continueDialog()
    if (status === DialogTurnStatus.empty || status === DialogTurnStatus.complete) await dialog.beginDialog('guide')
    await this.#state.saveChanges(context)
    return this.#answer
  }
}

serveParent({ start: ({ metadataUrl, card }: ContestantPlace) => serveSdk(new Guide(card), metadataUrl) })
