import { locales } from '../../cards/text/text.ts'
import { caseId, readCaseId } from '../../dialogs/case.ts'
import { openCase } from '../../dialogs/step.ts'
import { listCases } from '../../state/case-lists.ts'
import { findCase, insertCase, type StoredCase, untouchedCase } from '../../state/case-store.ts'
import { findDelivery, saveDelivery } from '../../state/deliveries.ts'
import type { ActivityRequest } from '../teams/activity.ts'
import { decideTyped } from './approvals.ts'
import { setLanguage } from './card-actions.ts'
import { listAnswer, timelineAnswer } from './case-lists.ts'
import { runDeskCommand, runLinkCommand, runUnlinkCommand } from './desks.ts'
import { runExportCommand } from './export.ts'
import { answerWith, answerWithCase, answerWithLine, isShared, type Turn, type TurnAnswer } from './turn.ts'

/** Draws 30 random bits for the id of a new case. */
export type RandomBits = () => number

/** What a typed command does and answers. */
export async function runCommand(
  turn: Turn,
  { command, rest }: Extract<ActivityRequest, { kind: 'command' }>,
  random: RandomBits,
): Promise<TurnAnswer> {
  switch (command) {
    case 'new':
      return answerWithCase(turn, { kind: 'case', case: (await openOrReuse(turn, random)).stored.case })
    case 'cases':
      return listAnswer(turn, { open: false, page: 1 })
    case 'resume':
      return listAnswer(turn, { open: true, page: 1 })
    case 'case':
      return rest === '' ? listAnswer(turn, { open: false, page: 1 }) : timeline(turn, rest)
    case 'cancel':
      return cancel(turn, rest)
    case 'role':
      return answerWith(turn, { kind: 'role', ...(turn.person.role === undefined ? {} : { role: turn.person.role }) })
    case 'language': {
      const wanted = locales.find((locale) => locale === rest.toLowerCase())
      return wanted ? setLanguage(turn, wanted) : answerWith(turn, { kind: 'language', locale: turn.locale })
    }
    case 'desk':
      return runDeskCommand(turn, rest)
    case 'link':
      return runLinkCommand(turn, rest)
    case 'unlink':
      return runUnlinkCommand(turn)
    case 'approve':
    case 'deny':
      return decideTyped(turn, command, rest)
    case 'export':
      return runExportCommand(turn, rest)
    case 'help':
      return answerWith(turn, { kind: 'help' })
    default:
      return command satisfies never
  }
}

/**
 * Text that is no command begins a case: its first question. Who writes again instead of clicking gets the same one with
 * a word on what could be said, so that talking does not pile up cases.
 */
export async function handleMessage(turn: Turn, random: RandomBits): Promise<TurnAnswer> {
  const { stored, reused } = await openOrReuse(turn, random)
  const shown = `shown:${stored.case.id}`
  const isAgain = reused && (await findDelivery(turn.tx, shown)) !== undefined
  if (!isAgain) await saveDelivery(turn.tx, shown, '', turn.at)
  return answerWithCase(turn, {
    kind: 'case',
    case: stored.case,
    ...(isAgain ? { banner: { key: 'not-understood' } } : {}),
  })
}

/** The first words in a conversation: in a personal chat the first question, elsewhere what the bot is for. */
export async function greet(turn: Turn, random: RandomBits): Promise<TurnAnswer> {
  if (isShared(turn.inbound.place.kind))
    return answerWith({ ...turn, locale: turn.setting.defaultLocale }, { kind: 'help' })
  return answerWithCase(turn, { kind: 'case', case: (await openOrReuse(turn, random)).stored.case })
}

async function openOrReuse(turn: Turn, random: RandomBits): Promise<{ stored: StoredCase; reused: boolean }> {
  const { tx, setting, person, at } = turn
  const { tenant, conversation, room } = turn.inbound.place
  const untouched = await untouchedCase(tx, { tenant, conversation, person: person.id })
  // One that was opened before the person told their role, or under another edition, would ask what is known by now.
  if (untouched && untouched.case.answers.role === person.role && untouched.case.edition === setting.edition) {
    return { stored: untouched, reused: true }
  }
  const { edition, cloud } = setting
  const { case: opened, entry } = openCase(setting.policy, {
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

async function caseHere(turn: Turn, typed: string): Promise<StoredCase | undefined> {
  const { tenant, room } = turn.inbound.place
  const id = readCaseId(typed)
  const stored = id === undefined ? undefined : await findCase(turn.tx, tenant, id)
  return stored?.room === room ? stored : undefined
}

async function timeline(turn: Turn, typed: string): Promise<TurnAnswer> {
  const stored = await caseHere(turn, typed)
  return stored ? timelineAnswer(turn, stored.case) : answerWithLine(turn, { key: 'nothing-there' })
}

/** Asks once whether to cancel; which case, where several are open and none is named. */
async function cancel(turn: Turn, typed: string): Promise<TurnAnswer> {
  if (typed !== '') {
    const stored = await caseHere(turn, typed)
    if (!stored) return answerWithLine(turn, { key: 'nothing-there' })
    return answerWithCase(turn, { kind: 'confirm-cancel', case: stored.case })
  }
  const { tenant, room } = turn.inbound.place
  const { cases, total } = await listCases(turn.tx, { tenant, room, open: true, page: 0, size: 1 })
  const [only] = cases
  if (!only) return answerWithLine(turn, { key: 'nothing-to-cancel' })
  const stored = total === 1 ? await findCase(turn.tx, tenant, only.id) : undefined
  return stored
    ? answerWithCase(turn, { kind: 'confirm-cancel', case: stored.case })
    : listAnswer(turn, { open: true, page: 1 })
}
