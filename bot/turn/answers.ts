import { PAGE_SIZE } from '../../cards/faces/lists.ts'
import { TIMELINE_PAGE_SIZE } from '../../cards/faces/timeline.ts'
import type { ListPage } from '../../cards/list-page.ts'
import { type Banner, bannerText } from '../../cards/text/banners.ts'
import type { View } from '../../cards/view.ts'
import type { Viewer } from '../../cards/viewer.ts'
import type { Case } from '../../dialogs/case.ts'
import { listCases } from '../../state/case-lists.ts'
import { historyOf } from '../../state/case-store.ts'
import { type CardSource, type CaseView, showCase } from '../present.ts'
import type { Turn } from './turn.ts'

/** The answer of a turn: a card, or a text that only the person who clicked sees. Undefined if nothing is to be said. */
export type TurnAnswer = CardSource | { text: string } | undefined

/** Answers with a view of a case. */
export function answerWithCase(turn: Turn, view: CaseView): Promise<TurnAnswer> {
  const { kind, reference } = turn.incoming.place
  const { user, timeZone } = reference
  const seat = { kind, locale: turn.locale, user, timeZone, at: turn.at }
  return showCase(turn.tx, turn.deployment, seat, view)
}

/** Answers with a view of the person rather than a case, always in the person's language. */
export function answerWith(turn: Turn, view: Exclude<View, { case: Case }>, names: Viewer['names'] = {}): TurnAnswer {
  const { deployment, locale, at } = turn
  const viewer: Viewer = { locale, sandbox: deployment.sandbox, names, at }
  return { view, viewer }
}

/** Answers with a banner alone: a private text after a click, a small card after a message. */
export function answerWithBanner(turn: Turn, banner: Banner): TurnAnswer {
  const { request } = turn.incoming
  if (request.kind === 'press' && request.reply === 'invoke') return { text: bannerText(banner, turn.locale) }
  return answerWith(turn, { kind: 'message', banner })
}

/**
 * Answers with a page of the room's cases: all, the open ones, or those to cancel one of. `page` counts from 1; a page past
 * the end becomes the last page.
 */
export async function answerWithList(
  turn: Turn,
  { list, page }: { list: Exclude<ListPage['list'], 'approvals'>; page: number },
): Promise<TurnAnswer> {
  const { tenant, room } = turn.incoming.place
  const open = list !== 'all'
  const read = (index: number) => listCases(turn.tx, { tenant, room, open, page: index, size: PAGE_SIZE })
  let { cases, total } = await read(page - 1)
  const pages = Math.max(1, Math.ceil(total / PAGE_SIZE))
  if (page > pages) ({ cases, total } = await read(pages - 1))
  const shown = { cases, total, pages, page: Math.min(page, pages) }
  return answerWith(turn, { kind: 'list', open, ...(list === 'cancel' ? { toCancel: true } : {}), ...shown })
}

/**
 * Answers with a page of the history of a case, newest entry first. `page` counts from 1; a page past the end becomes the
 * last page.
 */
export async function answerWithTimeline(
  turn: Turn,
  caseRecord: Case,
  { page: asked = 1, from }: { page?: number | undefined; from?: ListPage | undefined } = {},
): Promise<TurnAnswer> {
  const history = await historyOf(turn.tx, caseRecord.tenant, caseRecord.id)
  const total = history.length
  const pages = Math.max(1, Math.ceil(total / TIMELINE_PAGE_SIZE))
  const page = Math.min(asked, pages)
  const entries = history.toReversed().slice((page - 1) * TIMELINE_PAGE_SIZE, page * TIMELINE_PAGE_SIZE)
  return answerWithCase(turn, { kind: 'timeline', case: caseRecord, entries, page, pages, total, from })
}
