import { locales } from '../../cards/text/text.ts'
import { readCaseId } from '../../dialogs/case.ts'
import { listCases } from '../../state/case-lists.ts'
import { findCase, type StoredCase } from '../../state/case-store.ts'
import { findDelivery, saveDelivery } from '../../state/deliveries.ts'
import { postedCardsOf } from '../../state/posted-cards.ts'
import { livingAt } from '../effects/living-card.ts'
import { isShared } from '../present.ts'
import type { ActivityRequest } from '../teams/activity.ts'
import {
  answerWith,
  answerWithBanner,
  answerWithCase,
  answerWithList,
  answerWithTimeline,
  type TurnAnswer,
} from './answers.ts'
import { decideTyped } from './approvals/decide.ts'
import { answerUnnamed, answerWithRequests } from './approvals/list.ts'
import { runDeskCommand, runLinkCommand, runUnlinkCommand } from './desks/run.ts'
import { welcomeApprover } from './desks/welcome.ts'
import { runExportCommand } from './export.ts'
import { openAndShow, openOrReuse } from './open-case.ts'
import { answerWithSetting, setLanguage } from './person-settings.ts'
import type { RandomBits, Turn } from './turn.ts'

/** Runs a typed command. */
export async function runCommand(
  turn: Turn,
  { command, rest }: Extract<ActivityRequest, { kind: 'command' }>,
  random: RandomBits,
): Promise<TurnAnswer> {
  switch (command) {
    case 'new':
      return openAndShow(turn, random)
    case 'cases':
      return answerWithList(turn, { list: 'all', page: 1 })
    case 'resume':
      return answerWithList(turn, { list: 'open', page: 1 })
    case 'case':
      return rest === '' ? answerWithList(turn, { list: 'all', page: 1 }) : timeline(turn, rest)
    case 'cancel':
      return cancel(turn, rest)
    case 'role':
      return answerWithSetting(turn, 'role')
    case 'language': {
      const wanted = locales.find((locale) => locale === rest.toLowerCase())
      return wanted ? setLanguage(turn, wanted) : answerWithSetting(turn, 'language')
    }
    case 'desk':
      return runDeskCommand(turn, rest)
    case 'link':
      return runLinkCommand(turn, rest)
    case 'unlink':
      return runUnlinkCommand(turn)
    case 'approve':
    case 'deny':
      return rest === '' ? answerUnnamed(turn) : decideTyped(turn, command, rest)
    case 'approvals':
      return answerWithRequests(turn, 1)
    case 'export':
      return runExportCommand(turn, rest)
    case 'help':
      return answerWith(turn, { kind: 'help', ...(isShared(turn.incoming.place.kind) ? { isShared: true } : {}) })
    default:
      return command satisfies never
  }
}

/**
 * Answers text that is no command with the first question of a case. While that question is on the screen, one line says
 * that it waits, so that chatting piles up neither cases nor cards.
 */
export async function handleMessage(turn: Turn, random: RandomBits): Promise<TurnAnswer> {
  // The question for the role comes once they open a case.
  const welcome = turn.person.role === undefined ? await welcomeApprover(turn) : undefined
  if (welcome) return welcome
  const { tx, at } = turn
  const { tenant, conversation } = turn.incoming.place
  const { stored, reused } = await openOrReuse(turn, random)
  const { case: caseRecord } = stored
  const shown = `shown:${caseRecord.id}`
  const isAgain = reused && (await findDelivery(tx, shown)) !== undefined
  if (!isAgain) await saveDelivery(tx, shown, '', at)
  const isOnScreen =
    reused && livingAt(await postedCardsOf(tx, caseRecord.id), { tenant, conversation, view: 'case' }) !== undefined
  if (!isAgain && !isOnScreen) return answerWithCase(turn, { kind: 'case', case: caseRecord })
  const banner = { key: isAgain ? 'not-understood' : 'question-waits' } as const
  return answerWithCase(turn, { kind: 'line', case: caseRecord, banner })
}

/** Finds a case by its typed id; undefined if it belongs to another room. */
async function caseHere(turn: Turn, typed: string): Promise<StoredCase | undefined> {
  const { tenant, room } = turn.incoming.place
  const id = readCaseId(typed)
  const stored = id === undefined ? undefined : await findCase(turn.tx, tenant, id)
  return stored?.room === room ? stored : undefined
}

async function timeline(turn: Turn, typed: string): Promise<TurnAnswer> {
  const stored = await caseHere(turn, typed)
  return stored ? answerWithTimeline(turn, stored.case) : answerWithBanner(turn, { key: 'nothing-there' })
}

/** Asks for confirmation, and before it which case, if none is named and several are open. */
async function cancel(turn: Turn, typed: string): Promise<TurnAnswer> {
  if (typed !== '') {
    const stored = await caseHere(turn, typed)
    if (!stored) return answerWithBanner(turn, { key: 'nothing-there' })
    return answerWithCase(turn, { kind: 'confirm-cancel', case: stored.case })
  }
  const { tenant, room } = turn.incoming.place
  const { cases, total } = await listCases(turn.tx, { tenant, room, open: true, page: 0, size: 1 })
  const [only] = cases
  if (!only) return answerWithBanner(turn, { key: 'nothing-to-cancel' })
  const stored = total === 1 ? await findCase(turn.tx, tenant, only.id) : undefined
  return stored
    ? answerWithCase(turn, { kind: 'confirm-cancel', case: stored.case })
    : answerWithList(turn, { list: 'cancel', page: 1 })
}
