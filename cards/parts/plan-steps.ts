import type { PlanStep } from '../../dialogs/plans/plans.ts'
import { isOfficial } from '../../dialogs/policy/policy.ts'
import { startable } from '../../dialogs/step.ts'
import {
  isBackToQuestion,
  isRelied,
  isUnlocked,
  nextStepOf,
  partiesOf,
  planOf,
  type SettledStep,
  starterOf,
  stepsOf,
} from '../../dialogs/tracks/plan/context.ts'
import { isOpen, nameOf, type PlanTrack } from '../../dialogs/tracks/registry.ts'
import { type Button, button } from '../buttons.ts'
import { type Element, render } from '../render.ts'
import { MAX_SHOWN_REASON_LENGTH, plainText } from '../text/literal.ts'
import { ageText, type Key, listText, text } from '../text/text.ts'
import { startTitle, trackTitle } from '../text/titles.ts'
import { nameFor, type RenderContext } from '../viewer.ts'
import { pageText } from './source.ts'

/** The steps of a plan as they stand on its card. */

type Locale = RenderContext['locale']
const stepTitle = (locale: Locale, { id }: PlanStep) => text(locale, `plan-step.${id}.title` as Key)
const choiceTitle = (locale: Locale, { id }: PlanStep, choice: string) =>
  text(locale, (choice === 'none' ? 'plan.none' : `plan-choice.${id}.${choice}`) as Key)

const planName = (track: PlanTrack) => `plan/${track.context.plan}` as const

/** Draws the parties that have to act now. */
export function nextParties({ locale }: RenderContext, { context: details }: PlanTrack): Element[] {
  const step = nextStepOf(details)
  if (!step) return []
  const parties = partiesOf(details.role, step)
  const isShared = parties.includes('us') && parties.includes('customer')
  const who = isShared
    ? text(locale, 'plan.who.us-and-customer')
    : listText(
        locale,
        'and',
        parties.map((party) => text(locale, `plan.who.${party}`)),
      )
  return render('plan-who', { text: text(locale, 'plan.next', { who }) })
}

/** Draws the next step: its check, its source, and a button for each way to complete it. */
export function nextStepElements(context: RenderContext, track: PlanTrack): Element[] {
  const { locale } = context
  const step = nextStepOf(track.context)
  if (!step) return []
  return [
    ...render('plan-next', {
      title: stepTitle(locale, step),
      check: text(locale, `plan-step.${step.id}.check` as Key),
      source: stepSource(context, track, step).map((source) => ({ text: source })),
    }),
    ...inRows(stepButtons(context, track, step)),
  ]
}

/** Returns the page that a step comes from, else on what it rests. A plan says with whom to check at the first such step. */
function stepSource({ locale, policy }: RenderContext, track: PlanTrack, step: PlanStep): string[] {
  const origin = originKey(track, step)
  if (origin !== undefined) {
    const isFirst = stepsOf(track.context).find((each) => originKey(track, each) !== undefined) === step
    return [[origin, ...(isFirst ? ['plan.check-with' as const] : [])].map((key) => text(locale, key)).join(' ')]
  }
  // Steps name the sources of the newest edition.
  const edition = Object.values(policy).at(-1)
  const keys = step.facts.flatMap((id) => edition?.facts[id]?.sources ?? [id])
  const source = keys.flatMap((key) => edition?.sources[key] ?? [])[0]
  return edition && source ? [pageText(locale, source, edition.since)] : []
}

/** The text that says on what a step rests; undefined for Microsoft's own word. */
function originKey(track: PlanTrack, { confidence }: PlanStep): Key | undefined {
  const level = confidence ?? planOf(track.context).confidence
  return isOfficial(level) ? undefined : (`plan.origin.${level === 'unverified' ? 'R' : level}` as Key)
}

/** Most characters of buttons side by side; clients cut off what does not fit. */
const MAX_ROW_LENGTH = 44

/** Draws buttons side by side if they fit, else below each other. */
function inRows(buttons: readonly Button[]): Element[] {
  const length = buttons.reduce((sum, { title }) => sum + title.length, 0)
  const rows = length <= MAX_ROW_LENGTH ? [buttons] : buttons.map((button) => [button])
  return rows.flatMap((actions) => render('actions', { actions }))
}

/** The ways to complete a step: another track, one of its choices, a tick, or "there are none". */
function stepButtons(context: RenderContext, track: PlanTrack, step: PlanStep): Button[] {
  const { caseRecord, locale, policy, ref } = context
  const starter = starterOf(track.context, step)
  const question = caseRecord.answers['licence-source'] === 'unknown' ? 'licence-source' : 'usage-source'
  const isOpenQuestion = caseRecord.answers[question] === 'unknown'
  const again =
    isBackToQuestion(step) && isOpenQuestion
      ? [button('reopen', { ...ref, question }, { title: text(locale, `question.${question}.title`), labelled: true })]
      : []
  const other = caseRecord.tracks.find((each) => nameOf(each) === starter)
  const ticking = { ...ref, track: planName(track), step: step.id }
  const title = stepTitle(locale, step)
  const start =
    starter === undefined
      ? []
      : other && isOpen(other)
        ? [
            button(
              'show',
              { ...ref, view: starter },
              {
                title: starter.startsWith('invitation/') ? text(locale, 'request.view') : trackTitle(locale, starter),
                labelled: true,
                style: 'positive' as const,
              },
            ),
          ]
        : startable(policy, caseRecord).includes(starter)
          ? [
              button(
                'start',
                { ...ref, track: starter },
                { title: startTitle(locale, starter), labelled: true, style: 'positive' as const },
              ),
            ]
          : []
  const choices = step.choices?.map((choice) =>
    button('tick', { ...ticking, choice }, { title: choiceTitle(locale, step, choice), labelled: true }),
  ) ?? [
    button('tick', ticking, {
      title: text(locale, 'plan.mark'),
      tooltip: text(locale, 'plan.tick', { step: title }),
      labelled: true,
      ...(start.length + again.length === 0 ? { style: 'positive' as const } : {}),
    }),
  ]
  const none = step.none
    ? [button('tick', { ...ticking, choice: 'none' }, { title: text(locale, 'plan.none'), labelled: true })]
    : []
  return [...again, ...start, ...choices, ...none]
}

/** Draws the steps after the next one, folded. A step within reach can be completed early unless it waits for others. */
export function laterRows(context: RenderContext, track: PlanTrack, reach: number): Element[] {
  const { locale, ref } = context
  const next = nextStepOf(track.context)
  const later = stepsOf(track.context).filter((step) => step !== next && !track.context.settled[step.id])
  const rows = later.flatMap((step, index): Element[] => {
    const title = stepTitle(locale, step)
    if (index >= reach) return render('plan-brief', { text: title })
    if (!isUnlocked(track.context, step) || step.choices) return render('locked', { title })
    const tick = button(
      'tick',
      { ...ref, track: planName(track), step: step.id },
      { title: text(locale, 'plan.tick', { step: title }) },
    )
    return render('open', { title, button: tick })
  })
  return foldedRows('later', text(locale, 'plan.later-steps', { count: later.length }), rows)
}

/** Draws the completed and skipped steps, folded: with person and age within reach, or where a choice may change. */
export function settledRows(context: RenderContext, track: PlanTrack, reach: number): Element[] {
  const { locale } = context
  const steps = stepsOf(track.context).filter((step) => track.context.settled[step.id])
  const rows = steps.flatMap((step, index) => {
    const settled = track.context.settled[step.id] as SettledStep
    if (steps.length - index <= reach || step.choices) return settledRow(context, track, step, settled)
    const title = stepTitle(locale, step)
    return render('plan-brief', {
      text: settled.skipped === undefined ? title : text(locale, 'plan.skipped', { reason: title }),
    })
  })
  return foldedRows('settled', text(locale, 'plan.done-steps', { count: steps.length }), rows)
}

function settledRow(context: RenderContext, track: PlanTrack, step: PlanStep, settled: SettledStep): Element[] {
  const { viewer, locale, ref } = context
  const title = stepTitle(locale, step)
  const { skipped, choice } = settled
  const who = text(locale, 'plan.settled', {
    who: nameFor(viewer, settled.by),
    age: ageText(locale, settled.at, viewer.at),
  })
  const reason = skipped === undefined ? '' : plainText(skipped, MAX_SHOWN_REASON_LENGTH)
  const told =
    choice === undefined ? text(locale, 'plan.ticked', { who }) : `${choiceTitle(locale, step, choice)} · ${who}`
  const data = {
    title,
    ...(skipped === undefined
      ? { glyph: '✓', text: told }
      : { glyph: '–', text: `${text(locale, 'plan.skipped', { reason })} · ${who}` }),
  }
  if (!isOpen(track) || isRelied(track.context, step)) return render('settled', data)
  const undo = text(locale, 'plan.untick', { step: title })
  return render('undoable', {
    ...data,
    button: button('tick', { ...ref, track: planName(track), step: step.id }, { title: undo }),
  })
}

/** Draws rows below a line that folds and unfolds them. */
const foldedRows = (id: 'later' | 'settled', title: string, items: readonly Element[]): Element[] =>
  items.length === 0 ? [] : [...render('unfold', { id, title }), ...render('fold', { id, visible: false, items })]
