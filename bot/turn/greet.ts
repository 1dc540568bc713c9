import { listCases } from '../../state/case-lists.ts'
import { untouchedCase } from '../../state/case-store.ts'
import { findDelivery, saveDelivery } from '../../state/deliveries.ts'
import { isShared } from '../present.ts'
import { answerWithList, type TurnAnswer } from './answers.ts'
import { welcomeApprover, welcomeRoom } from './desks/welcome.ts'
import { openAndShow } from './open-case.ts'
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

/**
 * Shows the open cases or asks the first question in a personal chat, except of approvers; explains the bot in a shared
 * conversation.
 */
async function greet(turn: Turn, random: RandomBits): Promise<TurnAnswer> {
  if (isShared(turn.incoming.place.kind)) return welcomeRoom(turn)
  const welcome = await welcomeApprover(turn)
  if (welcome) return welcome
  return (await hasOpenCases(turn)) ? answerWithList(turn, { list: 'open', page: 1 }) : openAndShow(turn, random)
}

/** True if the room has an open case with an answer. One that was only opened is shown by its question instead. */
async function hasOpenCases({ tx, person, incoming: { place } }: Turn): Promise<boolean> {
  const { tenant, room, conversation } = place
  const { total } = await listCases(tx, { tenant, room, open: true, page: 0, size: 1 })
  const untouched = total === 1 && (await untouchedCase(tx, { tenant, conversation, person: person.id }))
  return total > 0 && !untouched
}
