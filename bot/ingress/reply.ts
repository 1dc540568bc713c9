import { drawBytes } from '../../cards/draw.ts'
import type { Policy } from '../../dialogs/policy/policy.ts'
import type { TurnAnswer } from '../turn/answers.ts'

const aroundCard = ['{"statusCode":200,"type":"application/vnd.microsoft.card.adaptive","value":', '}'] as const

/**
 * How Teams wants to be answered when a card button was pressed, as bytes of JSON: a card takes the place of the one that
 * was pressed, a text is shown to nobody but the person.
 */
export function invokeResponse(policy: Policy, answer: TurnAnswer): Uint8Array {
  if (answer && 'view' in answer) return drawBytes(policy, answer.view, answer.viewer, aroundCard)
  const type = 'application/vnd.microsoft.activity.message'
  return Buffer.from(JSON.stringify({ statusCode: 200, type, value: answer?.text ?? '' }))
}
