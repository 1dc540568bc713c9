import { findDelivery, saveDelivery } from '../../state/deliveries.ts'
import { isShared } from '../present.ts'
import { answerWithCase, type TurnAnswer } from './answers.ts'
import { welcomeApprover, welcomeRoom } from './desks/welcome.ts'
import { openOrReuse } from './open-case.ts'
import type { RandomBits, Turn } from './turn.ts'

/** Greetings of one conversation within this time count as repetitions. */
const GREETING_INTERVAL_MS = 60_000

/** Greets a conversation that the bot was added to. Teams reports that in two kinds of events, sent at the same time. */
export async function greetOnce(turn: Turn, random: RandomBits): Promise<TurnAnswer> {
  const { tenant, conversation } = turn.incoming.place
  const interval = Math.floor(Date.parse(turn.at) / GREETING_INTERVAL_MS)
  const key = (index: number) => `greeted:${index}:${tenant}:${conversation}`
  const greeted = (await findDelivery(turn.tx, key(interval))) ?? (await findDelivery(turn.tx, key(interval - 1)))
  if (greeted !== undefined) return undefined
  await saveDelivery(turn.tx, key(interval), '', turn.at)
  return greet(turn, random)
}

/** Asks the first question in a personal chat, except of approvers; explains the bot in a shared conversation. */
async function greet(turn: Turn, random: RandomBits): Promise<TurnAnswer> {
  if (isShared(turn.incoming.place.kind)) return welcomeRoom(turn)
  return (
    (await welcomeApprover(turn)) ??
    answerWithCase(turn, { kind: 'case', case: (await openOrReuse(turn, random)).stored.case })
  )
}
