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

/** As many questions as a guided case asks. */
const questions = ['role', 'service', 'source'] as const

/** The way the SDK guides somebody: a waterfall of questions, kept in the memory of the process. */
class Guide extends TeamsActivityHandler {
  readonly #answer: AdaptiveCardInvokeResponse
  readonly #state = new ConversationState(new MemoryStorage())
  readonly #dialogs = new DialogSet(this.#state.createProperty('dialog'))

  constructor(card: object) {
    super()
    this.#answer = cardAnswer(card) as AdaptiveCardInvokeResponse
    // A prompt would send its question as an activity; here the answer of the invoke is the next question.
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
