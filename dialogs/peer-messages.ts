import type { Case } from './case.ts'
import type { Effect } from './events.ts'
import type { AskedNews } from './peer.ts'
import { withHandover } from './tracks/invitation/context.ts'
import type { TrackEffect } from './tracks/protocol.ts'
import type { Track } from './tracks/registry.ts'

/** The orders of a track as orders of its case: a request says where it comes from, and what is known of the customer. */
export const addressPeerMessages = (caseRecord: Case, effects: readonly TrackEffect[]): Effect[] =>
  effects.map((effect): Effect => {
    if (effect.kind !== 'tell') return effect
    const { news, ...order } = effect
    return {
      ...order,
      news: news.kind === 'asked' ? { ...news, from: addressOf(caseRecord), answers: answersOf(caseRecord) } : news,
    }
  })

const addressOf = ({ tenant, id }: Case): AskedNews['from'] => ({ tenant, case: id })

/** What was bought and from whom; what kind of partner asks, and everything else, is no business of the other side. */
function answersOf({ id, answers }: Case): AskedNews['answers'] {
  const { service, 'licence-source': licences, 'usage-source': usage } = answers
  // No track can be started before it is known what was bought.
  if (service === undefined) throw new Error(`case ${id} asks for an invitation without a service`)
  return {
    service,
    ...(licences === undefined ? {} : { 'licence-source': licences }),
    ...(usage === undefined ? {} : { 'usage-source': usage }),
  }
}

/** What one track tells the other side in the name of the case's invitation is a hand-over of that invitation. */
export function noteHandOver(tracks: Track[], effects: readonly TrackEffect[], at: string, by: string): Track[] {
  if (!effects.some((effect) => effect.kind === 'tell' && effect.news.kind === 'admin')) return tracks
  return tracks.map((track) => {
    if (track.kind !== 'invitation') return track
    return { ...track, context: { ...track.context, ...withHandover(track.context, 'admin', at, by) } }
  })
}
