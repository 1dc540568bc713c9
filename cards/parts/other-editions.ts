import { type NoteFacts, notesOf, type Outcome, type Part } from '../../dialogs/policy/decide.ts'
import { type Action, type Edition, editionOf } from '../../dialogs/policy/policy.ts'
import { otherEditionOutcomes } from '../../dialogs/step.ts'
import { button } from '../buttons.ts'
import { type Element, render } from '../render.ts'
import { forPart, type Locale, listText, monthText, policyText, text } from '../text/text.ts'
import { actionTitle } from '../text/titles.ts'
import type { RenderContext } from '../viewer.ts'
import type { Detail } from './action-rows.ts'
import { furtherTitles } from './rule.ts'

/** Draws the answers of other editions beside that of the case, each with a button that answers by it. */
export function otherEditionElements(context: RenderContext, mine: Outcome, detail: Detail): Element[] {
  const { policy, caseRecord, locale, ref } = context
  const own = editionOf(policy, caseRecord.edition)
  return otherEditionOutcomes(policy, caseRecord).flatMap(({ edition: other, outcome }) => {
    const link = text(locale, 'outcome.other-open', { edition: other.edition })
    const open = { link, button: button('edition', { ...ref, edition: other.edition }, { title: link }) }
    if (detail === 'least') return render('links', { links: [{ text: `${link} ›`, button: open.button }] })
    const [ours, theirs] = differingLines(locale, mine, outcome)
    if (ours === undefined || theirs === undefined) {
      return render('elsewhere', { ...remarksOf(locale, caseRecord, { mine, outcome, other }), ...open })
    }
    const isNewer = own.edition > other.edition
    const [newer, older] = isNewer ? [own, other] : [other, own]
    return render('editions', {
      newer: {
        title: text(locale, 'outcome.since', { month: monthOf(locale, newer) }),
        lines: isNewer ? ours : theirs,
      },
      older: { title: text(locale, 'outcome.in', { month: monthOf(locale, older) }), lines: isNewer ? theirs : ours },
      ...open,
    })
  })
}

const monthOf = (locale: Locale, { since }: Edition) => monthText(locale, since)

type Lines = { text: string }[]

/** The actions of both answers: only those of `do` if they differ, else all. Empty if all are the same. */
function differingLines(locale: Locale, mine: Outcome, theirs: Outcome): [Lines, Lines] | [] {
  for (const linesOf of [actionLines, furtherLines]) {
    const [ours, others] = [linesOf(locale, mine), linesOf(locale, inOrderOf(mine, theirs))]
    if (ours.join() !== others.join()) return [ours.map(asText), others.map(asText)]
  }
  return []
}

const asText = (line: string) => ({ text: line })

const titlesText = (locale: Locale, join: 'and' | 'or', titles: readonly string[]) =>
  listText(locale, join, [...new Set(titles)])

const titlesOf = (locale: Locale, actions: readonly Action[]) => actions.map((action) => actionTitle(locale, action))

/** The answer with its services in the order of another answer. */
function inOrderOf(model: Outcome, outcome: Outcome): Outcome {
  const order = model.parts.map(({ about }) => about)
  return { ...outcome, parts: outcome.parts.toSorted((a, b) => order.indexOf(a.about) - order.indexOf(b.about)) }
}

/** A line per service, with the actions of each variant: "Do this and that or do the other". */
const actionLines = (locale: Locale, outcome: Outcome): string[] =>
  outcome.parts.map((part) => {
    const each = part.variants.map(({ rule }) => titlesText(locale, 'and', titlesOf(locale, rule.do)))
    return labelled(locale, outcome, part, titlesText(locale, 'or', each))
  })

/** The same lines, and below them what comes first, instead and afterwards. */
const furtherLines = (locale: Locale, outcome: Outcome): string[] =>
  outcome.parts.flatMap((part) => [
    ...actionLines(locale, { ...outcome, parts: [part] }),
    ...new Set(part.variants.flatMap(({ rule }) => furtherTitles(locale, rule))),
  ])

const labelled = (locale: Locale, { parts }: Outcome, { about }: Part, content: string) =>
  parts.length === 1 || about === 'resale' || about === 'something-else' ? content : forPart(locale, about, content)

/** Returns the remarks that another edition adds to the same actions, if any. */
function remarksOf(
  locale: Locale,
  situation: NoteFacts,
  { mine, outcome, other }: { mine: Outcome; outcome: Outcome; other: Edition },
) {
  const notesIn = ({ parts }: Outcome) =>
    parts.flatMap(({ about, variants }) => variants.flatMap(({ rule }) => notesOf(rule, about, situation)))
  const known = notesIn(mine)
  const added = [...new Set(notesIn(outcome))].filter((note) => !known.includes(note))
  const key = added.length > 0 ? 'outcome.also' : 'outcome.other-details'
  return {
    says: text(locale, key, { since: monthOf(locale, other) }),
    lines: added.map((note) => ({ text: policyText(locale, 'note', note) })),
  }
}
