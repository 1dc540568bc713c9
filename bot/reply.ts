import { drawText } from '../cards/view.ts'
import type { Policy } from '../dialogs/policy/policy.ts'
import type { Answer } from './turn.ts'

/**
 * How Teams wants to be answered when a card button was pressed, as JSON text: a card takes the place of the one that
 * was pressed, a text is shown to nobody but the person.
 */
export function invokeResponse(policy: Policy, answer: Answer): string {
  if (answer && 'view' in answer) {
    const card = drawText(policy, answer.view, answer.viewer)
    return `{"statusCode":200,"type":"application/vnd.microsoft.card.adaptive","value":${card}}`
  }
  return JSON.stringify({
    statusCode: 200,
    type: 'application/vnd.microsoft.activity.message',
    value: answer?.text ?? '',
  })
}
