import type { Case } from '../../dialogs/case.ts'
import type { Policy } from '../../dialogs/policy/policy.ts'
import { startable } from '../../dialogs/step.ts'
import type { TrackKind, TrackName } from '../../dialogs/track-names.ts'
import { endingOf, hasReached, isOpen, nameOf, type Track } from '../../dialogs/tracks/registry.ts'
import { type ButtonLook, button } from '../buttons.ts'
import { type Element, render } from '../render.ts'
import { text } from '../text/text.ts'
import { startTitle } from '../text/titles.ts'
import type { RenderContext } from '../viewer.ts'
import { leavesRest } from './transfer.ts'

/** Tracks after which a relationship is pointless: it exists already, or the invitation creates it. */
const withoutRelationship: readonly TrackKind[] = ['transfer', 'invitation', 'delegated-admin']

/** A request to the provider is no permission: the relationship may still be missing. */
const isWithoutRelationship = (track: Track) =>
  withoutRelationship.includes(track.kind) && !(track.kind === 'invitation' && track.context.request !== null)

const known = new WeakMap<Case, { policy: Policy; names: readonly TrackName[] }>()

/** The tracks that can start now; found once per case, as many elements of a card ask. */
export function startsOf({ policy, caseRecord }: Pick<RenderContext, 'policy' | 'caseRecord'>): readonly TrackName[] {
  const found = known.get(caseRecord)
  if (found?.policy === policy) return found.names
  const names = startable(policy, caseRecord)
  known.set(caseRecord, { policy, names })
  return names
}

/**
 * Draws a button for each track that can start, one per row because some titles are long. `after` is the track of
 * the face: it is offered again if it failed, or for another service.
 */
export function startElements(context: RenderContext, after?: Track): Element[] {
  const { caseRecord } = context
  const isDone = after !== undefined && (hasReached(after) || (endingOf(after) === 'partly' && !leavesRest(after)))
  const own = after && nameOf(after)
  const needless = (name: TrackName) =>
    (isDone && caseRecord.answers.service !== 'both' && name === own) ||
    (after !== undefined && isWithoutRelationship(after) && name === 'relationship')
  const names = startsOf(context).filter((name) => !needless(name))
  const again = names.filter((name) => name === own)
  const againKey = after !== undefined && leavesRest(after) ? 'start.rest' : 'start.again'
  // The buttons of a track under way come first.
  const isBeside = after !== undefined && isOpen(after)
  return [...new Set([...again, ...names])].flatMap((name, index) => {
    const title = name === own && !isDone ? text(context.locale, againKey) : startTitle(context.locale, name)
    return startButton(context, name, { title, isFirst: index === 0 && !isBeside })
  })
}

/** Draws a button that starts a track; the first of several stands out. */
export const startButton = (
  { ref }: RenderContext,
  track: TrackName,
  { title, isFirst }: { title: string; isFirst: boolean },
): Element[] => {
  const look: ButtonLook = { title, labelled: true, ...(isFirst ? { style: 'positive' } : {}) }
  return render('actions', { actions: [button('start', { ...ref, track }, look)] })
}
