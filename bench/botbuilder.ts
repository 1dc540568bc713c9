import { type AdaptiveCardInvokeResponse, TeamsActivityHandler } from 'botbuilder'
import { type ContestantPlace, cardAnswer } from './contestant.ts'
import { serveParent } from './process.ts'
import { serveSdk } from './sdk.ts'

class Echo extends TeamsActivityHandler {
  readonly #answer: AdaptiveCardInvokeResponse

  constructor(card: object) {
    super()
    this.#answer = cardAnswer(card) as AdaptiveCardInvokeResponse
  }

  protected override async onAdaptiveCardInvoke(): Promise<AdaptiveCardInvokeResponse> {
    return this.#answer
  }
}

serveParent({ start: ({ metadataUrl, card }: ContestantPlace) => serveSdk(new Echo(card), metadataUrl) })
