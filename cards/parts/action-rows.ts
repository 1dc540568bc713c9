import { planIds, plans } from '../../dialogs/plans/plans.ts'
import type { Part } from '../../dialogs/policy/decide.ts'
import type { Action, Rule } from '../../dialogs/policy/policy.ts'
import { isOpen, nameOf, purposesOf, reachedBy, trackFor } from '../../dialogs/tracks/registry.ts'
import { type Button, button } from '../buttons.ts'
import { type Element, render } from '../render.ts'
import { inSentence, text } from '../text/text.ts'
import { actionTitle, trackTitle } from '../text/titles.ts'
import type { RenderContext } from '../viewer.ts'
import { toggle } from './frame.ts'
import { alternativesTitle, followUpTitle, howText } from './rule.ts'
import { startsOf } from './start.ts'

/** Content of an answer card, from all there is to what fits on a card with two long answers. */
export const details = ['instructions', 'titles', 'least'] as const
export type Detail = (typeof details)[number]

/** Marks of steps: numbers in a sequence; none for the ways of a topic, which are alternatives. */
export type Numbering = 'numbers' | 'none'

/** Draws the steps of an answer in order, ticked where a track has done them. A lone step has its title above. */
export function stepRows(
  context: RenderContext,
  about: Part['about'],
  actions: readonly Action[],
  { numbering, isLinked, detail }: { numbering: Numbering; isLinked: (action: Action) => boolean; detail: Detail },
): Element[] {
  const isAlone = actions.length === 1 && numbering === 'numbers'
  const lone = text(context.locale, detail === 'instructions' ? 'outcome.how' : 'outcome.start')
  return actions.flatMap((action, index) => [
    ...row(context, action, {
      id: `how-${about}-${index}`,
      title: isAlone ? lone : actionTitle(context.locale, action),
      mark: isAlone || numbering === 'none' ? undefined : String(index + 1),
      isLinked: isLinked(action),
      detail,
    }),
    ...noneLink(context, action),
  ])
}

/** Draws the alternatives, folded away. A track that a linked step starts has no second link. */
export function alternativeRows(
  context: RenderContext,
  about: Part['about'],
  {
    actions,
    linked,
    isLinked,
    detail,
  }: {
    actions: readonly Action[]
    linked: readonly Action[]
    isLinked: (action: Action) => boolean
    detail: Detail
  },
): Element[] {
  if (actions.length === 0) return []
  const { locale } = context
  if (detail === 'least') {
    const titles = actions.map((action) => actionTitle(locale, action))
    return render('paragraph', { text: alternativesTitle(locale, titles) })
  }
  const id = `or-${about}`
  const title = text(locale, 'outcome.or-else')
  const items = actions.flatMap((action, index) =>
    row(context, action, {
      id: `how-or-${about}-${index}`,
      title: actionTitle(locale, action),
      mark: undefined,
      isLinked: isLinked(action) && !linked.some((step) => trackFor(step) === trackFor(action)),
      detail,
    }),
  )
  return [
    ...render('links', { links: [{ text: `${title} ▾`, button: toggle(id, title) }] }),
    ...render('fold', { id, visible: false, items }),
  ]
}

/** Draws what follows once the goal is reached. */
export const followUpRows = (
  context: RenderContext,
  about: Part['about'],
  rule: Rule,
  { actions, isLinked, detail }: { actions: readonly Action[]; isLinked: (action: Action) => boolean; detail: Detail },
): Element[] =>
  actions.flatMap((action, index) =>
    row(context, action, {
      id: `how-after-${about}-${index}`,
      title: followUpTitle(context.locale, rule, action),
      mark: undefined,
      isLinked: isLinked(action),
      detail,
    }),
  )

interface RowLook {
  id: string
  title: string
  mark: string | undefined
  /** False if the card has a button for it above. */
  isLinked: boolean
  detail: Detail
}

function row(context: RenderContext, action: Action, look: RowLook): Element[] {
  const { isDone, link } = progressOf(context, action)
  const { id, isLinked, detail } = look
  const title = isDone ? text(context.locale, 'outcome.done', { title: look.title }) : look.title
  const mark = isDone ? undefined : look.mark
  const marked = mark === undefined ? {} : { mark }
  const links = link && isLinked ? [link] : []
  // An action of people themselves has no other place for its instructions.
  if (detail !== 'instructions' && trackFor(action)) {
    const shown = mark === undefined ? title : `${mark} · ${title}`
    return render('brief-step', { text: shown, ...(link && isLinked ? { button: named(link.button, title) } : {}) })
  }
  const how = howText(context.locale, action)
  return render('step', { id, title: `${title} ▾`, how, unfold: toggle(id, title), ...marked, links })
}

/** Adds the title of a row to the name of its button, which may tell only what the track does. */
const named = (button: Button, title: string): Button =>
  button.title.toLowerCase().includes(title.toLowerCase()) ? button : { ...button, title: `${button.title} (${title})` }

interface Progress {
  isDone: boolean
  link?: { text: string; button: Button }
}

/** Finds out if a track has done an action, and how to start it or to see it under way. */
function progressOf(context: RenderContext, action: Action): Progress {
  const { caseRecord, locale, ref } = context
  const name = trackFor(action)
  if (name === undefined) return { isDone: false }
  const what = inSentence(locale, trackTitle(locale, name))
  const names = startsOf(context)
  const open = caseRecord.tracks.find((track) => isOpen(track) && purposesOf(track).includes(name))
  if (open) {
    const link = {
      text: text(locale, 'outcome.show'),
      button: button('show', { ...ref, view: nameOf(open) }, { title: text(locale, 'outcome.show-what', { what }) }),
    }
    return { isDone: false, link }
  }
  // A track that can start anew has more to do.
  const isDone = !names.includes(name) && caseRecord.tracks.some((track) => reachedBy(track).includes(name))
  if (isDone || !names.includes(name)) return { isDone }
  return {
    isDone,
    link: {
      text: text(locale, 'outcome.start'),
      button: button('start', { ...ref, track: name }, { title: text(locale, 'outcome.start-what', { what }) }),
    },
  }
}

/** Offers to say that there is nothing to do, where a plan may find nothing. */
function noneLink(context: RenderContext, action: Action): Element[] {
  const { locale, ref } = context
  const name = trackFor(action)
  const plan = planIds.find((id) => id === action.id)
  if (name === undefined || plan === undefined || !plans[plan].none) return []
  if (!startsOf(context).includes(name)) return []
  const title = text(locale, 'plan.none')
  return render('aside', {
    text: `› ${title}`,
    button: button('start', { ...ref, track: name, none: true }, { title }),
  })
}
