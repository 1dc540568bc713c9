import type { TrackKind } from '../../dialogs/events.ts'
import { startable } from '../../dialogs/step.ts'
import { hasReached, isOpen, type Track } from '../../dialogs/tracks/registry.ts'
import { type ButtonLook, button } from '../buttons.ts'
import { type Element, render } from '../render.ts'
import { type Key, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'
import { leavesRest } from './transfer.ts'

/** Tracks after which a relationship is pointless: it exists already, or the invitation creates it. */
const withoutRelationship: readonly TrackKind[] = ['transfer', 'invitation', 'delegated-admin']

/**
 * Draws a button for each track that can start, one per row because some titles are long. `after` is the track of
 * the face: it is offered again if it failed, or for another service.
 */
export function startElements(context: RenderContext, after?: Track): Element[] {
  const { policy, caseRecord } = context
  const isDone = after !== undefined && hasReached(after) && !leavesRest(after)
  const needless: TrackKind[] = [
    ...(isDone && caseRecord.answers.service !== 'both' ? [after.kind] : []),
    ...(after && withoutRelationship.includes(after.kind) ? (['relationship'] as const) : []),
  ]
  const kinds = startable(policy, caseRecord).filter((kind) => !needless.includes(kind))
  const again = kinds.filter((kind) => kind === after?.kind)
  // The buttons of a track under way come first.
  const isBeside = after !== undefined && isOpen(after)
  return [...new Set([...again, ...kinds])].flatMap((kind, index) => {
    const title = kind === after?.kind && !isDone ? 'start.again' : (`start.${kind}` as const)
    return startButton(context, kind, { title, isFirst: index === 0 && !isBeside })
  })
}

/** Draws a button that starts a track; the first of several stands out. */
export const startButton = (
  { locale, ref }: RenderContext,
  track: TrackKind,
  { title, isFirst }: { title: Key; isFirst: boolean },
): Element[] => {
  const look: ButtonLook = { title: text(locale, title), labelled: true, ...(isFirst ? { style: 'positive' } : {}) }
  return render('actions', { actions: [button('start', { ...ref, track }, look)] })
}
