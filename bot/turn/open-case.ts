import { caseId } from '../../dialogs/case.ts'
import { openCase } from '../../dialogs/step.ts'
import { insertCase, type StoredCase, untouchedCase } from '../../state/case-store.ts'
import { answerWithCase, type TurnAnswer } from './answers.ts'
import type { RandomBits, Turn } from './turn.ts'

/** Opens a case for the person of the turn, or returns the one that they have opened here and not answered yet. */
export async function openOrReuse(turn: Turn, random: RandomBits): Promise<{ stored: StoredCase; reused: boolean }> {
  const { tx, deployment, person, at } = turn
  const { tenant, conversation, room } = turn.incoming.place
  const untouched = await untouchedCase(tx, { tenant, conversation, person: person.id })
  // An older one, from before the person's role was known or of another edition, would ask the wrong question.
  if (untouched && untouched.case.answers.role === person.role && untouched.case.edition === deployment.edition) {
    return { stored: untouched, reused: true }
  }
  const { edition, cloud } = deployment
  const { case: opened, entry } = openCase(deployment.policy, {
    id: caseId(random()),
    conversation,
    edition,
    cloud,
    by: { tenant, id: person.id },
    at,
    ...(person.role === undefined ? {} : { role: person.role }),
  })
  return { stored: await insertCase(tx, opened, room, entry), reused: false }
}

/** Answers with the first question of a new case, or of the one that was opened and not answered yet. */
export const openAndShow = async (turn: Turn, random: RandomBits): Promise<TurnAnswer> =>
  answerWithCase(turn, { kind: 'case', case: (await openOrReuse(turn, random)).stored.case })
