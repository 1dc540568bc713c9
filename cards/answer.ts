import { type ActionId, notesOf, type Part, type Rule, type Variant } from '../dialogs/policy/policy.ts'
import { guides } from './links.ts'
import { type Element, renderOnce } from './render.ts'
import { dateText, type Key, type Locale, policyText, text } from './text.ts'
import type { Drawing } from './viewer.ts'

export const actionTitle = (locale: Locale, action: ActionId): string => text(locale, `action.${action}.title`)

/** What to do by hand, and where Microsoft explains it (Markdown: our own link). */
export function howText(locale: Locale, action: ActionId): string {
  const guide = guides[action]
  const how = text(locale, `action.${action}.how`)
  return guide === undefined ? how : `${how} [${text(locale, 'app.guide')}](${guide})`
}

/** What one rule says: what to do, why, the steps, remarks, and which rule it is. */
export const answerElements = (drawing: Drawing, about: Part['about'], variant: Variant): Element[] =>
  renderOnce('answer', keyOf(drawing, about, variant), undefined, () => answerData(drawing, about, variant))

/** The same in a frame of its own, for one of several rules that may apply. */
export const framedAnswer = (drawing: Drawing, about: Part['about'], variant: Variant): Element[] =>
  renderOnce('group', keyOf(drawing, about, variant), undefined, () => ({
    style: 'emphasis',
    items: answerElements(drawing, about, variant),
  }))

const keyOf = ({ one, locale }: Drawing, about: Part['about'], { rule, given }: Variant) =>
  `${locale} ${one.edition} ${rule.id} ${notesOf(rule, about, one.answers).join()} ${given?.value}`

function answerData({ one, locale }: Drawing, about: Part['about'], { rule, given }: Variant) {
  const [headline] = rule.do.map((action) => actionTitle(locale, action))
  const steps = stepsOf(locale, rule)
  return {
    ...(given ? { given: text(locale, `if.${given.question}.${given.value}` as Key) } : {}),
    spacing: given ? 'small' : 'medium',
    title: headline,
    reason: policyText(locale, 'reason', rule.reason),
    brief: given ? briefly(steps) : [],
    steps: given ? [] : steps,
    notes: notesOf(rule, about, one.answers).map((note) => ({ text: policyText(locale, 'note', note) })),
    rule: text(locale, 'outcome.rule', {
      edition: one.edition,
      page: rule.source.page,
      date: dateText(locale, rule.source.date),
    }),
  }
}

interface Step {
  mark?: string
  title?: string
  how: string
}

/** The steps of a rule in order. A single one is the headline already: it needs no number and no title. */
function stepsOf(locale: Locale, rule: Rule): Step[] {
  const inOrder = [...(rule.first ? [rule.first] : []), ...rule.do]
  const isSingle = inOrder.length + rule.afterwards.length === 1
  const stepOf = (action: ActionId, mark: string, title: string): Step => ({
    ...(isSingle ? {} : { mark }),
    title,
    how: howText(locale, action),
  })
  const steps = inOrder.map((action, index) => stepOf(action, String(index + 1), actionTitle(locale, action)))
  const instead = rule.instead.map((action) =>
    stepOf(action, ' ', text(locale, 'outcome.or', { action: actionTitle(locale, action) })),
  )
  const afterwards = rule.afterwards.map((action, index) => {
    const title = text(locale, 'outcome.after', { action: actionTitle(locale, action) })
    return stepOf(action, String(inOrder.length + index + 1), title)
  })
  return [...(isSingle ? steps.map(({ how }) => ({ how })) : steps), ...instead, ...afterwards]
}

/** One of several variants names its steps only: how to take them is told once it is known which variant it is. */
const briefly = (steps: readonly Step[]) =>
  steps.flatMap(({ mark = ' ', title }) => {
    if (title === undefined) return []
    return { text: mark === ' ' ? title : `${mark} · ${title}` }
  })
