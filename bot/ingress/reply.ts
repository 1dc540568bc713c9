import { drawBytes } from '../../cards/draw.ts'
import type { Policy } from '../../dialogs/policy/policy.ts'
import type { TurnAnswer } from '../turn/answers.ts'

const aroundCard = ['{"statusCode":200,"type":"application/vnd.microsoft.card.adaptive","value":', '}'] as const

/**
 * Returns the response to a card action as bytes of JSON. A card replaces the clicked one; a text is shown only to the
 * person who clicked.
 */
export function invokeResponse(policy: Policy, answer: TurnAnswer): Uint8Array {
  if (answer && 'view' in answer) return drawBytes(policy, answer.view, answer.viewer, aroundCard)
  const type = 'application/vnd.microsoft.activity.message'
  return Buffer.from(JSON.stringify({ statusCode: 200, type, value: answer?.text ?? '' }))
}
