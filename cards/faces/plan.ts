import type { PlanStep } from '../../dialogs/plans/plans.ts'
import { MAX_REASON_LENGTH } from '../../dialogs/tracks/form-fields.ts'
import { isBackToQuestion, isUnlocked, nextStepOf, planOf, stepsOf } from '../../dialogs/tracks/plan/context.ts'
import { isOpen, nameOf, type PlanTrack } from '../../dialogs/tracks/registry.ts'
import { button, inputs } from '../buttons.ts'
import { progressBar } from '../parts/checklist.ts'
import { toolbar } from '../parts/frame.ts'
import { isNameless, namingRow } from '../parts/naming.ts'
import { laterRows, nextParties, nextStepElements, settledRows } from '../parts/plan-steps.ts'
import { startElements } from '../parts/start.ts'
import { type Element, render } from '../render.ts'
import { type Banner, bannerText } from '../text/banners.ts'
import { inSentence, type Key, text } from '../text/text.ts'
import { trackTitle } from '../text/titles.ts'
import type { RenderContext } from '../viewer.ts'

/**
 * Room for a plan within the limit of a card, less that of each tab: header, banner, the question for the customer and
 * revisions need the rest.
 */
const MAX_PLAN_CHARACTERS = 12_900
const TAB_CHARACTERS = 420

/**
 * A plan: the order that protects people, the next step with its check, and the others folded. Where a card has no room
 * for a button on every folded step, those nearest to the next step keep theirs.
 */
export function planFace(context: RenderContext, track: PlanTrack): Element[] {
  const asked = JSON.stringify(namingRow(context, nameOf(track))).length
  const room = MAX_PLAN_CHARACTERS + asked - TAB_CHARACTERS * context.caseRecord.tracks.length
  const fits = (elements: readonly Element[]) => JSON.stringify(elements).length <= room
  let face: Element[] = []
  for (const reach of [Number.POSITIVE_INFINITY, 6, 3, 0]) {
    face = faceWithin(context, track, reach)
    if (fits(face)) break
  }
  return face
}

/** Draws a plan with a button on so many steps before the next one and after it. */
function faceWithin(context: RenderContext, track: PlanTrack, reach: number): Element[] {
  const { locale } = context
  const { state, context: details } = track
  const steps = stepsOf(details)
  const done = steps.filter(({ id }) => details.settled[id]).length
  if (state === 'done') {
    return [
      ...doneHeading(context, track),
      ...backToQuestion(context, track),
      ...startElements(context, track),
      ...openTracks(context),
      ...settledRows(context, track, reach),
      ...toolbar(context, ['history']),
    ]
  }
  const heading = render('heading', { title: text(locale, `action.${details.plan}.title`) })
  const progress = progressBar(context, done, steps.length)
  if (state === 'cancelled')
    return [...heading, ...progress, ...settledRows(context, track, reach), ...toolbar(context, ['history'])]
  return [
    ...heading,
    ...namingRow(context, nameOf(track)),
    ...nextParties(context, track),
    ...progress,
    ...warnings(context, track),
    ...nextStepElements(context, track),
    ...needless(context, track),
    ...laterRows(context, track, reach),
    ...settledRows(context, track, reach),
    ...toolbar(
      context,
      skippable(track).length > 0 ? ['skip', 'stop-plan', 'history', 'cancel'] : ['stop-plan', 'history', 'cancel'],
      { plan: track, hasNaming: isNameless(context) },
    ),
  ]
}

/** Draws the order that protects people or data, and a doubtful region, where nobody can miss them. */
function warnings({ locale }: RenderContext, { context: details }: PlanTrack): Element[] {
  const { warning } = planOf(details)
  const region = details.settled.region?.choice
  return [
    ...(warning === undefined ? [] : [{ tone: 'attention', text: text(locale, `plan.warning.${warning}` as Key) }]),
    ...(region === 'no' || region === 'unknown' ? [{ tone: 'warning', text: text(locale, `region.${region}`) }] : []),
  ].flatMap((line) => render('line', line))
}

/** Draws the way out of a plan that turns out to have nothing to do. */
function needless({ locale, ref }: RenderContext, { context: details }: PlanTrack): Element[] {
  if (!planOf(details).none) return []
  const args = { ...ref, track: `plan/${details.plan}`, none: true } as const
  return render('actions', { actions: [button('start', args, { title: text(locale, 'plan.none'), labelled: true })] })
}

/** Draws the way back to the question that the plan was to answer. */
function backToQuestion({ caseRecord, locale, ref }: RenderContext, { context: details }: PlanTrack): Element[] {
  if (!planOf(details).steps.some(isBackToQuestion)) return []
  const open = (['licence-source', 'usage-source'] as const).filter((each) => caseRecord.answers[each] === 'unknown')
  return open.flatMap((question) => {
    const title = text(locale, `question.${question}.title`)
    const look = { title, labelled: true, style: 'positive' } as const
    return render('actions', { actions: [button('reopen', { ...ref, question }, look)] })
  })
}

function doneHeading({ locale }: RenderContext, { context: details }: PlanTrack): Element[] {
  const all = stepsOf(details).flatMap(({ id }) => details.settled[id] ?? [])
  const skipped = all.filter((settled) => settled.skipped !== undefined).length
  const heading = render('heading', {
    title: text(locale, 'plan.done.title', { what: text(locale, `action.${details.plan}.title`) }),
    help: details.none
      ? text(locale, 'plan.none')
      : text(locale, 'plan.done.help', { ticked: all.length - skipped, skipped }),
  })
  return render('group', { style: 'good', items: heading })
}

/** Draws a way on to each track that is under way: this plan may have been a step of it. */
const openTracks = ({ caseRecord, locale, ref }: RenderContext): Element[] =>
  caseRecord.tracks.filter(isOpen).flatMap((track) => {
    const view = nameOf(track)
    const title = text(locale, 'outcome.show-what', { what: inSentence(locale, trackTitle(locale, view)) })
    return render('actions', { actions: [button('show', { ...ref, view }, { title, labelled: true })] })
  })

/** The steps that may be skipped now. */
const skippable = ({ context: details }: PlanTrack): PlanStep[] =>
  stepsOf(details).filter((step) => step.optional && !details.settled[step.id] && isUnlocked(details, step))

/** The form to skip a step, with its reason. */
export function skipFace(context: RenderContext, track: PlanTrack, banner: Banner | undefined): Element[] {
  const { locale, ref } = context
  const open = skippable(track)
  const next = nextStepOf(track.context)
  const skip = button(
    'skip',
    { ...ref, track: `plan/${track.context.plan}` },
    {
      title: text(locale, 'skip.do'),
      labelled: true,
      style: 'positive',
      withInputs: true,
    },
  )
  return [
    ...render('heading', { title: text(locale, 'skip.title'), help: text(locale, 'skip.help') }),
    ...render('skip', {
      step: {
        id: inputs.step,
        label: text(locale, 'skip.step'),
        value: (open.find((step) => step === next) ?? open[0])?.id ?? '',
        choices: open.map(({ id }) => ({ title: text(locale, `plan-step.${id}.title` as Key), value: id })),
      },
      reason: {
        id: inputs.reason,
        label: text(locale, 'skip.reason'),
        placeholder: text(locale, 'skip.placeholder'),
        required: text(locale, 'line.reason-missing'),
        max: MAX_REASON_LENGTH,
      },
      ...(banner?.key === 'reason-missing' ? { fault: bannerText(banner, locale) } : {}),
    }),
    ...render('actions', { actions: [skip] }),
    ...toolbar(context, ['back']),
  ]
}
