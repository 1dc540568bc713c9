import { type MigrationStep, mayClose, migrationSteps } from '../dialogs/tracks/migration.ts'
import type { MigrationTrack } from '../dialogs/tracks/track.ts'
import { button, inputs, maxReason } from './buttons.ts'
import { type Line, say } from './lines.ts'
import { literal, reasonLength } from './literal.ts'
import { type Element, render, renderOnce } from './render.ts'
import { ageText, text } from './text.ts'
import { toolbar } from './toolbar.ts'
import { type Drawing, nameFor } from './viewer.ts'

type Settled = NonNullable<MigrationTrack['context']['settled'][MigrationStep]>

/** The checklist: how far it is, each step with who settled it and when, the next one with what it takes. */
export function migrationFace(drawing: Drawing, track: MigrationTrack): Element[] {
  const { locale } = drawing
  const { state } = track
  const { settled } = track.context
  const next = migrationSteps.find((step) => !settled[step])
  const rows = migrationSteps.flatMap((step) => {
    const done = settled[step]
    if (done) return settledRow(drawing, track, step, done)
    if (step === next) return nextRow(drawing, step)
    return openRow(drawing, step, step !== 'close' || mayClose(track.context))
  })
  if (state === 'done') return [...doneHeading(drawing, track), ...rows, ...toolbar(drawing, ['history'])]
  if (state === 'cancelled') return [...rows, ...toolbar(drawing, ['history'])]
  const done = Object.keys(settled).length
  const total = migrationSteps.length
  return [
    ...renderOnce('heading', `${locale} migration ${state}`, undefined, () => ({
      title: text(locale, `migration.${state}.title`),
      help: text(locale, `migration.${state}.help`),
    })),
    ...renderOnce('bar', `${locale} ${done}`, undefined, () => ({
      done: '●'.repeat(done),
      open: '○'.repeat(total - done),
      text: text(locale, 'migration.progress', { done, total }),
    })),
    ...rows,
    ...toolbar(drawing, ['skip', 'history', 'cancel']),
  ]
}

function doneHeading({ locale }: Drawing, track: MigrationTrack): Element[] {
  const all = Object.values(track.context.settled)
  const skipped = all.filter((settled) => settled.skipped !== undefined).length
  const ticked = all.length - skipped
  const heading = render('heading', {
    title: text(locale, 'migration.done.title'),
    help: text(locale, 'migration.done.help', { ticked, skipped }),
  })
  return render('group', { style: 'good', items: heading })
}

function settledRow(drawing: Drawing, track: MigrationTrack, step: MigrationStep, settled: Settled): Element[] {
  const { viewer, locale, drawn } = drawing
  const title = text(locale, `step.${step}.title`)
  const { skipped } = settled
  const who = text(locale, 'migration.settled', {
    who: nameFor(viewer, settled.by),
    age: ageText(locale, settled.at, viewer.at),
  })
  const reason = skipped === undefined ? '' : literal(skipped, reasonLength)
  const data = {
    title,
    ...(skipped === undefined
      ? { glyph: '✓', color: 'accent', text: who }
      : { glyph: '–', color: 'default', text: `${text(locale, 'migration.skipped', { reason })} · ${who}` }),
  }
  if (track.state === 'done' || track.state === 'cancelled') return render('settled', data)
  const undo = text(locale, 'migration.untick', { step: title })
  return render('undoable', { ...data, button: button('tick', { ...drawn, step }, { title: undo }) })
}

const tickButton = ({ locale, drawn }: Drawing, step: MigrationStep, title: string) =>
  button('tick', { ...drawn, step }, { title: text(locale, 'migration.tick', { step: title }) })

function nextRow(drawing: Drawing, step: MigrationStep): Element[] {
  const { locale, drawn } = drawing
  return renderOnce('next', `${locale} ${step}`, drawn, () => {
    const title = text(locale, `step.${step}.title`)
    return { title, help: text(locale, `step.${step}.help`), button: tickButton(drawing, step, title) }
  })
}

function openRow(drawing: Drawing, step: MigrationStep, isClickable: boolean): Element[] {
  const { locale, drawn } = drawing
  const title = text(locale, `step.${step}.title`)
  if (!isClickable) return renderOnce('locked', `${locale} ${step}`, undefined, () => ({ title }))
  return renderOnce('open', `${locale} ${step}`, drawn, () => ({ title, button: tickButton(drawing, step, title) }))
}

/** The form to skip a step: which one, and why. */
export function skipFace(drawing: Drawing, track: MigrationTrack, line: Line | undefined): Element[] {
  const { locale, drawn } = drawing
  const open = migrationSteps.filter((step) => step !== 'close' && !track.context.settled[step])
  const skip = button('skip', drawn, {
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
        max: maxReason,
      },
      ...(line?.key === 'reason-missing' ? { fault: say(line, locale) } : {}),
    }),
    ...render('actions', { actions: [skip] }),
    ...toolbar(drawing, ['back']),
  ]
}
