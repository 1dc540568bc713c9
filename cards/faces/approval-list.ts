import { approvalsNeeded } from '../../dialogs/approval.ts'
import { button } from '../buttons.ts'
import { namesText } from '../parts/facts.ts'
import { pager } from '../parts/pager.ts'
import { type Element, render } from '../render.ts'
import { MAX_NAME_LENGTH, MAX_TITLE_LENGTH, plainText, withoutMarkdown } from '../text/literal.ts'
import { roleTitle } from '../text/rights.ts'
import { ageText, type Locale, text } from '../text/text.ts'
import type { ListedRequest } from '../view.ts'
import { nameFor, type Viewer } from '../viewer.ts'

/** Most requests on a page of the list. */
export const REQUESTS_PER_PAGE = 6
/** Most roles that a row names. */
const MAX_ROLES = 2
/** Longest name of a row for screen readers. */
const MAX_LABEL_LENGTH = 250

interface RequestPage {
  requests: readonly ListedRequest[]
  page: number
  pages: number
  total: number
}

/** The requests that wait for an approval, each a click away. */
export function approvalListFace(viewer: Viewer, { requests, page, pages, total }: RequestPage): Element[] {
  const { locale } = viewer
  const count = text(locale, 'approvals.count', { total })
  return [
    ...render('heading', {
      title: text(locale, 'approvals.title'),
      help: pages > 1 ? `${count} · ${text(locale, 'list.page', { page, pages })}` : count,
    }),
    ...render('requests', { requests: requests.map((request) => row(viewer, request, page)) }),
    ...pager(viewer, { list: 'approvals', page }, pages),
  ]
}

function row(viewer: Viewer, request: ListedRequest, page: number) {
  const { locale, at } = viewer
  const { id, customer, forCompany, requestedBy, requestedAt, roles, days, due, required, approvals } = request
  const title = plainText(customer?.name ?? id, MAX_TITLE_LENGTH)
  const asker = requestedBy === null ? '' : plainText(nameFor(viewer, requestedBy), MAX_NAME_LENGTH)
  const duration = text(locale, 'admin.days.count', { days })
  const rights = [
    namesText(
      viewer,
      roles.map((role) => roleTitle(locale, role)),
      MAX_ROLES,
    ),
    duration,
  ]
  const total = approvalsNeeded(roles, required)
  const state = [
    [asker, requestedAt === null ? '' : ageText(locale, requestedAt, at)].filter((part) => part !== '').join(', '),
    plainText(forCompany ?? '', MAX_TITLE_LENGTH),
    text(locale, 'admin.progress', { done: approvals, total }),
  ]
  const left = due === null ? { text: '', isShort: false } : timeLeft(locale, due, at)
  return {
    title,
    left: left.text,
    color: left.isShort ? 'attention' : 'default',
    rights: rights.join(' · '),
    state: state.filter((part) => part !== '').join(' · '),
    // Viewing a request needs no revision, and a list does not know it.
    button: button(
      'show',
      { case: id, rev: 0, view: 'approval', from: { list: 'approvals', page } },
      {
        title: withoutMarkdown(
          [title, ...rights, ...state, left.text].filter((part) => part !== '').join(', '),
          MAX_LABEL_LENGTH,
        ),
      },
    ),
  }
}

const HOUR_MS = 3_600_000
/** Below this many hours, the time left stands out. */
const SHORT_HOURS = 24

/** Formats the time until a deadline: days, within the last two of them hours. */
function timeLeft(locale: Locale, due: string, at: string): { text: string; isShort: boolean } {
  const hours = Math.max(0, Math.floor((Date.parse(due) - Date.parse(at)) / HOUR_MS))
  const isInDays = hours >= 48
  const key = isInDays ? 'approvals.left-days' : 'approvals.left-hours'
  return {
    text: text(locale, key, { count: isInDays ? Math.floor(hours / 24) : hours }),
    isShort: hours < SHORT_HOURS,
  }
}
