import { pageSize } from '../../cards/faces/lists.ts'
import type { Banner } from '../../cards/text/banners.ts'
import type { Case } from '../../dialogs/case.ts'
import { listCases } from '../../state/case-lists.ts'
import { historyOf } from '../../state/case-store.ts'
import { answerWith, answerWithCase, type Turn, type TurnAnswer } from './turn.ts'

/** A page of the cases of this room; `page` counts from 1, a page past the end is the last one. */
export async function listAnswer(
  turn: Turn,
  { open, page, line }: { open: boolean; page: number; line?: Banner },
): Promise<TurnAnswer> {
  const { tenant, room } = turn.inbound.place
  const read = (index: number) => listCases(turn.tx, { tenant, room, open, page: index, size: pageSize })
  let { cases, total } = await read(page - 1)
  const pages = Math.max(1, Math.ceil(total / pageSize))
  if (page > pages) ({ cases, total } = await read(pages - 1))
  const shown = { cases, total, pages, page: Math.min(page, pages) }
  return answerWith(turn, { kind: 'list', open, ...shown, ...(line === undefined ? {} : { banner: line }) })
}

/** What happened in a case, newest last. */
export async function timelineAnswer(turn: Turn, caseRecord: Case): Promise<TurnAnswer> {
  const entries = await historyOf(turn.tx, caseRecord.tenant, caseRecord.id)
  return answerWithCase(turn, { kind: 'timeline', case: caseRecord, entries, total: entries.length })
}
