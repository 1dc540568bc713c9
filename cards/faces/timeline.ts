import type { HistoryEntry } from '../../dialogs/events.ts'
import { button } from '../buttons.ts'
import { toolbar } from '../parts/frame.ts'
import { pageButtons } from '../parts/pager.ts'
import { type Element, render } from '../render.ts'
import { isBySystem, sentenceOf } from '../text/events.ts'
import { clockText, dayText, text, timeText } from '../text/text.ts'
import type { View } from '../view.ts'
import type { RenderContext } from '../viewer.ts'

/** Most history entries on a card. */
export const TIMELINE_PAGE_SIZE = 10

type Timeline = Pick<Extract<View, { kind: 'timeline' }>, 'entries' | 'page' | 'pages' | 'total'>

/** Draws a page of a case's history by days, newest entry first; what no person did is muted. */
export function timelineFace(context: RenderContext, { entries, page, pages, total }: Timeline): Element[] {
  const { locale, ref } = context
  const count = text(locale, 'timeline.all', { total })
  const where = pages > 1 ? [text(locale, 'list.page', { page, pages })] : []
  const help = [count, ...where, text(locale, 'timeline.zone', { zone: zoneOf(context, entries) })].join(' · ')
  return [
    ...render('heading', { title: text(locale, 'timeline.title'), help }),
    ...byDay(context, entries).flatMap(({ day, rows }) => render('timeline', { day, rows })),
    ...pageButtons(context, { page, pages }, (other, look) =>
      button('show', { ...ref, view: 'history', page: other }, look),
    ),
    ...toolbar(context, ['back']),
  ]
}

/** Short name of the time zone that the times are in. */
function zoneOf({ locale, viewer }: RenderContext, [newest]: readonly HistoryEntry[]): string {
  const [, zone = ''] = clockText(locale, newest?.at ?? viewer.at, viewer.timeZone).split('\u00a0')
  return zone
}

interface Day {
  day: string
  rows: { time: string; sentence: string; isMuted: boolean }[]
}

/** Groups entries by the days of the reader's time zone, in their order. */
function byDay({ locale, viewer }: RenderContext, entries: readonly HistoryEntry[]): Day[] {
  const days: Day[] = []
  for (const entry of entries) {
    const day = dayText(locale, entry.at, viewer.timeZone)
    if (days.at(-1)?.day !== day) days.push({ day, rows: [] })
    const name = Object.hasOwn(viewer.names, entry.by) ? viewer.names[entry.by] : undefined
    days.at(-1)?.rows.push({
      time: timeText(locale, entry.at, viewer.timeZone),
      sentence: sentenceOf(entry, name, locale),
      isMuted: isBySystem(entry.by),
    })
  }
  return days
}
