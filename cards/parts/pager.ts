import { type Button, type ButtonLook, button } from '../buttons.ts'
import type { ListPage } from '../list-page.ts'
import { type Element, render } from '../render.ts'
import { text } from '../text/text.ts'
import type { Viewer } from '../viewer.ts'

/** Draws the buttons to the pages before and after, as far as there are any. The first page holds the newest entries, unless told otherwise. */
export function pageButtons(
  { locale }: Pick<Viewer, 'locale'>,
  { page, pages, isOldestFirst = false }: { page: number; pages: number; isOldestFirst?: boolean },
  to: (page: number, look: ButtonLook) => Button,
): Element[] {
  const turn = (other: number, isNewer: boolean) =>
    other < 1 || other > pages
      ? []
      : [to(other, { title: text(locale, isNewer ? 'list.newer' : 'list.older'), labelled: true })]
  const actions = [...turn(page - 1, !isOldestFirst), ...turn(page + 1, isOldestFirst)]
  return actions.length === 0 ? [] : render('actions', { actions })
}

/** Draws the buttons to the neighbouring pages of a list. Requests come oldest first, cases newest first. */
export const pager = (viewer: Viewer, { list, page }: ListPage, pages: number): Element[] =>
  pageButtons(viewer, { page, pages, isOldestFirst: list === 'approvals' }, (other, look) =>
    button('show', { list, page: other }, look),
  )

/** Lets every button that shows the case differently keep the way back to the list. */
export const keepingWayBack = (elements: readonly Element[], from: ListPage | undefined): Element[] =>
  from === undefined ? [...elements] : (withFrom(elements, from) as Element[])

function withFrom(value: unknown, from: ListPage): unknown {
  if (Array.isArray(value)) return value.map((each) => withFrom(each, from))
  if (typeof value !== 'object' || value === null) return value
  const { verb, data, fallback, ...rest } = value as Record<string, unknown>
  if (verb !== 'show' || typeof data !== 'object' || data === null || !('case' in data))
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withFrom(inner, from)]))
  const submit = fallback as { data: object }
  return { ...rest, verb, data: { ...data, from }, fallback: { ...submit, data: { ...submit.data, from } } }
}

/** Draws the button back to the page of the list that a card was opened from. */
export const backToList = ({ locale }: Viewer, from: ListPage | undefined): Element[] =>
  from === undefined
    ? []
    : render('actions', { actions: [button('show', from, { title: text(locale, 'list.back'), labelled: true })] })
