import type { CaseStanding } from '../../dialogs/case.ts'
import type { Answers } from '../../dialogs/questions.ts'
import { button } from '../buttons.ts'
import { pager } from '../parts/pager.ts'
import { answersText } from '../parts/questions.ts'
import { type Element, render } from '../render.ts'
import { MAX_TITLE_LENGTH, plainText } from '../text/literal.ts'
import { standingText } from '../text/standings.ts'
import { ageText, type Locale, shortDate, text } from '../text/text.ts'
import type { View } from '../view.ts'
import type { Viewer } from '../viewer.ts'
import { smallBadge } from '../visuals/badge.ts'
import { lookOf, looks } from '../visuals/case-state.ts'

/** Most cases on a page of the list. */
export const PAGE_SIZE = 6
/** Summarises the answers without the role, which is the same in every case of a person. */
function summaryOf(answers: Answers | undefined, { locale }: Viewer): string {
  if (answers === undefined) return text(locale, 'list.unreadable')
  const { role: _role, ...others } = answers
  return answersText(locale, others) || text(locale, 'list.new')
}

/** A page of cases with a button each. */
export function listFace(
  viewer: Viewer,
  list: Pick<Extract<View, { kind: 'list' }>, 'cases' | 'page' | 'pages' | 'total' | 'open' | 'toCancel'>,
): Element[] {
  const { locale, at } = viewer
  const { total, page, pages } = list
  const name = list.toCancel ? 'cancel' : list.open ? 'open' : 'all'
  const from = { list: name, page } as const
  const rows = list.cases.slice(0, PAGE_SIZE).map(({ id, standing, answers, customer, due, updatedAt }) => {
    const customerName = plainText(customer?.name ?? '', MAX_TITLE_LENGTH)
    const summary = summaryOf(answers, viewer)
    const state = stateText(locale, standing)
    const when =
      due === undefined
        ? ageText(locale, updatedAt, at)
        : text(locale, 'list.due', { date: shortDate(locale, due, at) })
    return {
      ...namesOf(id, customerName),
      summary,
      badge: smallBadge(state, looks[lookOf(standing.state)]),
      when,
      // Viewing a case needs no revision, and a list does not know it.
      button: button(
        'show',
        { case: id, rev: 0, ...(name === 'cancel' ? { view: 'cancel' } : {}), from },
        { title: [...(customerName === '' ? [] : [customerName]), id, summary, state, when].join(' · ') },
      ),
    }
  })
  const count = text(locale, list.open ? 'list.count-open' : 'list.count', { total })
  return [
    ...render('heading', {
      title: text(locale, titles[name]),
      help: pages > 1 ? `${count} · ${text(locale, 'list.page', { page, pages })}` : count,
    }),
    ...render('cases', { cases: rows }),
    ...pager(viewer, from, pages),
    ...(name === 'cancel' ? [] : otherLists(viewer, name)),
  ]
}

/** State of a case in a word or a few; the question that is open would not fit. */
const stateText = (locale: Locale, standing: CaseStanding): string =>
  lookOf(standing.state) === 'asking' ? text(locale, 'badge.asking') : standingText(locale, standing)

/** Names a case by its customer, with its id behind; by its id alone while nobody knows the customer. */
const namesOf = (id: string, customer: string) => (customer === '' ? { name: id } : { name: customer, id })

const titles = { all: 'list.title', open: 'list.open', cancel: 'list.cancel' } as const

/** Draws the buttons to a new case, and to the open cases or to all. */
function otherLists({ locale }: Viewer, shown: 'all' | 'open'): Element[] {
  const list = shown === 'all' ? 'open' : 'all'
  const title = text(locale, `list.show-${list}`)
  const actions = [
    button('new', {}, { title: text(locale, 'list.open-new'), labelled: true }),
    button('show', { list, page: 1 }, { title, labelled: true }),
  ]
  return render('actions', { actions })
}
