import { approvalIdOf } from '../../dialogs/approval-id.ts'
import { standingOf } from '../../dialogs/case.ts'
import { type Element, render } from '../render.ts'
import { customerTitle } from '../text/case-name.ts'
import { standingText } from '../text/standings.ts'
import { PRODUCT, text } from '../text/text.ts'
import type { View } from '../view.ts'
import type { Viewer } from '../viewer.ts'
import { type BadgeLook, badge } from './badge.ts'
import { caseLook, looks } from './case-state.ts'

/** Draws the top of a card: the customer, the state and the id of its case; the product's name on other cards. */
export function headerElements(view: View, viewer: Viewer): Element[] {
  const sandbox = viewer.sandbox ? { sandbox: text(viewer.locale, 'app.sandbox') } : {}
  if (!('case' in view)) return render('header', { text: PRODUCT, ...sandbox })
  const title = customerTitle(view.case)
  const named = title === '' ? {} : { title }
  return render('case-header', { ...named, id: idOf(view), badge: stateBadge(view, viewer), ...sandbox })
}

type CaseView = Extract<View, { case: unknown }>

const idOf = (view: CaseView): string => (view.kind === 'approval' ? approvalIdOf(view.case) : view.case.id)

function stateBadge(view: CaseView, { locale }: Viewer): Element[] {
  if (view.kind === 'approval') return badge(text(locale, 'approval.header'), approvalLook(view))
  const look = caseLook(view.case)
  const isShort = look === 'asking' || look === 'waiting'
  return badge(isShort ? text(locale, `badge.${look}`) : standingText(locale, standingOf(view.case)), looks[look])
}

const approvalLook = ({ case: { tracks } }: CaseView): BadgeLook =>
  tracks.some(({ state }) => state === 'awaiting-approval')
    ? { tone: 'warning', icon: 'PersonClock' }
    : { tone: 'neutral', icon: 'PersonAvailable' }

/** Customer, case id and state, or the product's name. */
export function headerText(view: View, { locale }: Viewer): string {
  if (!('case' in view)) return PRODUCT
  const { case: caseRecord } = view
  const name = customerTitle(caseRecord)
  const what = view.kind === 'approval' ? text(locale, 'approval.header') : standingText(locale, standingOf(caseRecord))
  return [...(name === '' ? [] : [name]), idOf(view), what].join(' · ')
}
