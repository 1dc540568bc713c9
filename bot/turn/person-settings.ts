import type { CardAction } from '../../cards/buttons.ts'
import type { Case } from '../../dialogs/case.ts'
import { savePerson } from '../../state/directory.ts'
import { answerWith, type TurnAnswer } from './answers.ts'
import type { Turn } from './turn.ts'

/** Saves the role or the language that a person has picked on a card. */
export async function savePersonSetting(
  turn: Turn,
  action: Exclude<CardAction, { case: string } | { verb: 'show' | 'new' | 'desk' | 'link' | 'connect' }>,
): Promise<TurnAnswer> {
  if (action.verb === 'set') return setLanguage(turn, action.language)
  await savePerson(turn.tx, { ...turn.person, role: action.value }, turn.at, turn.person)
  return answerWith(turn, { kind: 'message', banner: { key: 'role-saved', role: action.value } })
}

/** Shows the choice of the person's role or language. */
export const answerWithSetting = (turn: Turn, setting: 'role' | 'language'): TurnAnswer =>
  setting === 'language'
    ? answerWith(turn, { kind: 'language', locale: turn.locale })
    : answerWith(turn, { kind: 'role', ...(turn.person.role === undefined ? {} : { role: turn.person.role }) })

/** Saves the person's language and confirms it in that language. */
export async function setLanguage(turn: Turn, locale: Turn['locale']): Promise<TurnAnswer> {
  await savePerson(turn.tx, { ...turn.person, locale }, turn.at, turn.person)
  return answerWith({ ...turn, locale }, { kind: 'message', banner: { key: 'language-saved' } })
}

/**
 * Saves the role that a person answers first, so that their next case need not ask for it. A later answer belongs to its
 * case alone; the command `role` changes it for all.
 */
export async function rememberFirstRole({ tx, person, at }: Turn, { answers: { role } }: Case): Promise<void> {
  if (role && person.role === undefined) await savePerson(tx, { ...person, role }, at, person)
}
