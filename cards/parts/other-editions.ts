import { type NoteFacts, notesOf, type Outcome, type Part } from '../../dialogs/policy/decide.ts'
import { otherEditionOutcomes } from '../../dialogs/step.ts'
import { button } from '../buttons.ts'
import { type Element, render } from '../render.ts'
import { forPart, type Locale, listText, monthText, policyText, text } from '../text/text.ts'
import { actionTitle } from '../text/titles.ts'
import type { RenderContext } from '../viewer.ts'
import { furtherTitles } from './rule.ts'

/** Draws the differences of other editions, each with a button that answers by it. */
export function otherEditionElements({ policy, caseRecord, locale, ref }: RenderContext, mine: Outcome): Element[] {
  return otherEditionOutcomes(policy, caseRecord).flatMap(({ edition: { edition, since: month }, outcome }) => {
    const { key, lines } = differenceOf(locale, caseRecord, mine, outcome)
    const link = text(locale, 'outcome.other-open', { edition })
    return render('elsewhere', {
      says: text(locale, key, { since: monthText(locale, month) }),
      lines: lines.map((line) => ({ text: line })),
      link,
      button: button('edition', { ...ref, edition }, { title: link }),
    })
  })
}

/** Returns the differences of another outcome: other actions, else additional remarks, if any. */
function differenceOf(locale: Locale, situation: NoteFacts, mine: Outcome, other: Outcome) {
  const pairs = other.parts.flatMap((part) => {
    const own = mine.parts.find(({ about }) => about === part.about)
    return own ? [{ part, own }] : []
  })
  const instead = pairs.flatMap(({ part, own }) => {
    const differing = [actionsText, firstText]
      .map((textOf) => ({ theirs: textOf(locale, part), ours: textOf(locale, own) }))
      .find(({ theirs, ours }) => theirs !== ours && theirs !== '')
    return differing ? [labelled(locale, other, part, differing.theirs)] : []
  })
  if (instead.length > 0) return { key: 'outcome.other', lines: instead } as const
  const added = pairs.flatMap(({ part, own }) => {
    const known = remarks(locale, situation, own)
    const more = remarks(locale, situation, part).filter((remark) => !known.includes(remark))
    return more.map((remark) => labelled(locale, other, part, remark))
  })
  return { key: added.length > 0 ? 'outcome.also' : 'outcome.other-details', lines: added } as const
}

const labelled = (locale: Locale, { parts }: Outcome, { about }: Part, content: string) =>
  parts.length === 1 || about === 'resale' || about === 'something-else' ? content : forPart(locale, about, content)

const oneOf = (locale: Locale, titles: readonly string[]) => listText(locale, 'or', [...new Set(titles)])

/** The actions of each variant in order: "Do this and that or do the other". */
const actionsText = (locale: Locale, { variants }: Part) =>
  oneOf(
    locale,
    variants.map(({ rule }) =>
      listText(
        locale,
        'and',
        rule.do.map((action) => actionTitle(locale, action)),
      ),
    ),
  )

/** The actions that must come first, if any. */
const firstText = (locale: Locale, { variants }: Part) =>
  oneOf(
    locale,
    variants.flatMap(({ rule }) => rule.first.map((action) => actionTitle(locale, action))),
  )

const remarks = (locale: Locale, situation: NoteFacts, { about, variants }: Part) =>
  variants.flatMap(({ rule }) => [
    ...furtherTitles(locale, rule),
    ...notesOf(rule, about, situation).map((note) => policyText(locale, 'note', note)),
  ])
