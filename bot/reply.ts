import type { AdaptiveCardInvokeResponse } from 'botbuilder'
import type { Answer } from './turn.ts'

/** How Teams wants to be answered when a card button was pressed: a card takes the place of the one that was pressed. */
export function invokeResponse(answer: Answer): AdaptiveCardInvokeResponse {
  if (answer && 'card' in answer) {
    return { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value: { ...answer.card } }
  }
  return {
    statusCode: 200,
    type: 'application/vnd.microsoft.activity.message',
    value: (answer?.text ?? '') as unknown as Record<string, unknown>,
  }
}
