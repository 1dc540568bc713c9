import { mayClose, migrationSteps } from '../../dialogs/tracks/migration/machine.ts'
import type { MigrationTrack } from '../../dialogs/tracks/registry.ts'
import { button, inputs, MAX_REASON_LENGTH } from '../buttons.ts'
import { progressBar, stepRows } from '../parts/checklist.ts'
import { toolbar } from '../parts/frame.ts'
import { type Element, render } from '../render.ts'
import { type Banner, bannerText } from '../text/banners.ts'
import { text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

/** The checklist of a migration: progress, settled steps, and instructions for the next one. */
export function migrationFace(context: RenderContext, track: MigrationTrack): Element[] {
  const { locale } = context
  const { state, context: details } = track
  const isOver = state === 'done' || state === 'cancelled'
  const rows = stepRows(context, {
    steps: migrationSteps,
    settled: details.settled,
    isOver,
    isLocked: (step) => step === 'close' && !mayClose(details),
  })
  if (state === 'done') return [...doneHeading(context, track), ...rows, ...toolbar(context, ['history'])]
  if (state === 'cancelled') return [...rows, ...toolbar(context, ['history'])]
  return [
    ...render('heading', {
      title: text(locale, `migration.${state}.title`),
      help: text(locale, `migration.${state}.help`),
    }),
    ...progressBar(context, Object.keys(details.settled).length, migrationSteps.length),
    ...rows,
    ...toolbar(context, ['skip', 'history', 'cancel']),
  ]
}

function doneHeading({ locale }: RenderContext, track: MigrationTrack): Element[] {
  const all = Object.values(track.context.settled)
  const skipped = all.filter((settled) => settled.skipped !== undefined).length
  const ticked = all.length - skipped
  const heading = render('heading', {
    title: text(locale, 'migration.done.title'),
    help: text(locale, 'migration.done.help', { ticked, skipped }),
  })
  return render('group', { style: 'good', items: heading })
}

/** The form to skip a step, with its reason. */
export function skipFace(context: RenderContext, track: MigrationTrack, banner: Banner | undefined): Element[] {
  const { locale, ref } = context
  const open = migrationSteps.filter((step) => step !== 'close' && !track.context.settled[step])
  const skip = button('skip', ref, {
    title: text(locale, 'skip.do'),
    labelled: true,
    style: 'positive',
    withInputs: true,
  })
  return [
    ...render('heading', { title: text(locale, 'skip.title'), help: text(locale, 'skip.help') }),
    ...render('skip', {
      step: {
        id: inputs.step,
        label: text(locale, 'skip.step'),
        value: open[0] ?? '',
        choices: open.map((value) => ({ title: text(locale, `step.${value}.title`), value })),
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
