import type { HistoryEntry } from '../../dialogs/events.ts'
import type { Answers } from '../../dialogs/questions.ts'
import { button } from '../buttons.ts'
import { toolbar } from '../parts/frame.ts'
import { answersText } from '../parts/questions.ts'
import { type Element, render } from '../render.ts'
import { sentenceOf } from '../text/events.ts'
import { ageText, text } from '../text/text.ts'
import type { ListedCase } from '../view.ts'
import type { RenderContext, Viewer } from '../viewer.ts'

/** Most cases on a page of the list. */
export const PAGE_SIZE = 6
/** Most history entries on a card. */
export const MAX_TIMELINE_ENTRIES = 12

/** The newest history entries of a case, newest last. */
export function timelineFace(context: RenderContext, entries: readonly HistoryEntry[], total: number): Element[] {
  const { locale, viewer } = context
  const shown = entries.slice(-MAX_TIMELINE_ENTRIES)
  const help =
    total > shown.length
      ? text(locale, 'timeline.part', { shown: shown.length, total })
      : text(locale, 'timeline.all', { total })
  return [
    ...render('heading', { title: text(locale, 'timeline.title'), help }),
    ...render('timeline', {
      entries: shown.map((entry) => ({
        sentence: sentenceOf(entry, Object.hasOwn(viewer.names, entry.by) ? viewer.names[entry.by] : undefined, locale),
        age: ageText(locale, entry.at, viewer.at),
      })),
    }),
    ...toolbar(context, ['back']),
  ]
}

/** Summarises the answers without the role, which is the same in every case of a person. */
function summaryOf(answers: Answers | undefined, { locale }: Viewer): string {
  if (answers === undefined) return text(locale, 'list.unreadable')
  const { role: _role, ...others } = answers
  return answersText(locale, others) || text(locale, 'list.new')
}

/** A page of cases with a button each. */
export function listFace(
  viewer: Viewer,
  list: { cases: readonly ListedCase[]; page: number; pages: number; total: number; open: boolean },
): Element[] {
  const { locale, at } = viewer
  const { total, page, pages } = list
  const rows = list.cases.slice(0, PAGE_SIZE).map(({ id, state, answers, updatedAt }) => ({
    id,
    summary: summaryOf(answers, viewer),
    state: text(locale, `state.${state}`),
    age: ageText(locale, updatedAt, at),
    // Viewing a case needs no revision, and a list does not know it.
    button: button('show', { case: id, rev: 0 }, { title: id }),
  }))
  const count = text(locale, list.open ? 'list.count-open' : 'list.count', { total })
  return [
    ...render('heading', {
      title: text(locale, list.open ? 'list.open' : 'list.title'),
      help: pages > 1 ? `${count} · ${text(locale, 'list.page', { page, pages })}` : count,
    }),
    ...render('cases', { cases: rows }),
    ...pager(viewer, list.open ? 'open' : 'all', page, pages),
  ]
}

function pager({ locale }: Viewer, list: 'all' | 'open', page: number, pages: number): Element[] {
  const newer = button('show', { list, page: page - 1 }, { title: text(locale, 'list.newer'), labelled: true })
  const older = button('show', { list, page: page + 1 }, { title: text(locale, 'list.older'), labelled: true })
  const actions = [...(page > 1 ? [newer] : []), ...(page < pages ? [older] : [])]
  return actions.length === 0 ? [] : render('actions', { actions })
}
