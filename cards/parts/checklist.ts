import type { TicketStep } from '../../dialogs/tracks/transfer/context.ts'
import { button, explained } from '../buttons.ts'
import { type Element, render } from '../render.ts'
import { MAX_SHOWN_REASON_LENGTH, plainText } from '../text/literal.ts'
import { ageText, text } from '../text/text.ts'
import { nameFor, type RenderContext } from '../viewer.ts'
import { bar } from '../visuals/bar.ts'

type Step = TicketStep

/** The person and time of a settled step; `skipped` is the reason of a skipped one. */
interface Settled {
  at: string
  by: string
  skipped?: string | undefined
}

/** A checklist whose steps are ticked on the card. */
interface Checklist<S extends Step> {
  steps: readonly S[]
  settled: Readonly<Partial<Record<S, Settled>>>
  /** True if nothing can be ticked or unticked any more. */
  isOver: boolean
  /** True for a step that waits for others. Without it, every step can be ticked at any time. */
  isLocked?: (step: S) => boolean
}

/** Draws settled steps with person and age, the next step with its instructions, and the others by title. */
export function checklistRows<S extends Step>(
  context: RenderContext,
  { steps, settled, isOver, isLocked }: Checklist<S>,
): Element[] {
  const next = isOver ? undefined : steps.find((step) => !settled[step])
  return steps.flatMap((step) => {
    const done: Settled | undefined = settled[step]
    if (done) return settledRow(context, step, done, isOver)
    if (step === next) return nextRow(context, step)
    return openRow(context, step, !isOver && isLocked?.(step) !== true)
  })
}

/** Draws the number of settled steps as a bar. */
export const progressBar = ({ locale }: RenderContext, done: number, total: number): Element[] =>
  bar(done, total, text(locale, 'plan.progress', { done, total }))

function settledRow(context: RenderContext, step: Step, settled: Settled, isOver: boolean): Element[] {
  const { viewer, locale, ref } = context
  const title = text(locale, `step.${step}.title`)
  const { skipped } = settled
  const who = text(locale, 'plan.settled', {
    who: nameFor(viewer, settled.by),
    age: ageText(locale, settled.at, viewer.at),
  })
  const reason = skipped === undefined ? '' : plainText(skipped, MAX_SHOWN_REASON_LENGTH)
  const data = {
    title,
    ...(skipped === undefined
      ? { glyph: '✓', text: text(locale, 'plan.ticked', { who }) }
      : { glyph: '–', text: `${text(locale, 'plan.skipped', { reason })} · ${who}` }),
  }
  if (isOver) return render('settled', data)
  const undo = text(locale, 'plan.untick', { step: title })
  return render('undoable', {
    ...data,
    button: button('tick', { ...ref, step }, { title: undo }),
  })
}

const tickTitle = (locale: RenderContext['locale'], title: string) => text(locale, 'plan.tick', { step: title })

function nextRow(context: RenderContext, step: Step): Element[] {
  const { locale, ref } = context
  const title = text(locale, `step.${step}.title`)
  const help = text(locale, `step.${step}.help`)
  return render('next', {
    title,
    help,
    button: button('tick', { ...ref, step }, explained(tickTitle(locale, title), help)),
  })
}

function openRow(context: RenderContext, step: Step, isClickable: boolean): Element[] {
  const { locale, ref } = context
  const title = text(locale, `step.${step}.title`)
  if (!isClickable) return render('locked', { title })
  return render('open', { title, button: button('tick', { ...ref, step }, { title: tickTitle(locale, title) }) })
}
