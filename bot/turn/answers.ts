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

/** Reads a page of a list. `page` counts from 1, and one past the end becomes the last; `read` counts from 0. */
export async function readPage<T extends { total: number }>(
  page: number,
  size: number,
  read: (index: number) => T | Promise<T>,
): Promise<T & { page: number; pages: number }> {
  const found = await read(page - 1)
  const pages = Math.max(1, Math.ceil(found.total / size))
  return page > pages ? { ...(await read(pages - 1)), page: pages, pages } : { ...found, page, pages }
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
  const shown = await readPage(page, PAGE_SIZE, (index) =>
    listCases(turn.tx, { tenant, room, open, page: index, size: PAGE_SIZE }),
  )
  return answerWith(turn, { kind: 'list', open, ...(list === 'cancel' ? { toCancel: true } : {}), ...shown })
}

/**
 * Answers with a page of the history of a case, newest entry first. `page` counts from 1; a page past the end becomes the
 * last page.
 */
export async function answerWithTimeline(
  turn: Turn,
  caseRecord: Case,
  { page = 1, from }: { page?: number | undefined; from?: ListPage | undefined } = {},
): Promise<TurnAnswer> {
  const newestFirst = (await historyOf(turn.tx, caseRecord.tenant, caseRecord.id)).toReversed()
  const size = TIMELINE_PAGE_SIZE
  const shown = await readPage(page, size, (index) => ({
    entries: newestFirst.slice(index * size, (index + 1) * size),
    total: newestFirst.length,
  }))
  return answerWithCase(turn, { kind: 'timeline', case: caseRecord, ...shown, from })
}
