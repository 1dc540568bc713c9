import type { Case } from './case.ts'
import type { Effect } from './events.ts'
import type { AskedNews } from './peer.ts'
import type { InvitationName } from './track-names.ts'
import { withHandover } from './tracks/invitation/context.ts'
import { type NamedEffect, nameOf, type Track } from './tracks/registry.ts'

/**
 * Completes the effects of a track with the address of its case and, in a request, with what the other side needs to
 * know.
 */
export const addressPeerMessages = (caseRecord: Case, effects: readonly NamedEffect[]): Effect[] =>
  effects.flatMap((effect): Effect[] => {
    if (effect.kind !== 'tell') return [effect as Exclude<Effect, { kind: 'tell' }>]
    const { news } = effect
    const sender = senderOf(caseRecord, effect)
    if (!sender) return []
    const told =
      news.kind === 'asked'
        ? { ...news, from: addressOf(caseRecord), answers: answersOf(caseRecord, news.request !== undefined) }
        : news
    return [{ kind: 'tell', track: nameOf(sender) as InvitationName, news: told }]
  })

/** The invitation that news belong to. Another track sends them in the name of the request that it serves, if any. */
const senderOf = ({ tracks }: Case, { track }: NamedEffect): Track | undefined =>
  tracks.find((each) => each.kind === 'invitation' && nameOf(each) === track) ?? tracks.find(isServed)

const isServed = (track: Track) =>
  track.kind === 'invitation' && track.context.side === 'direct-partner' && track.context.request === null

const addressOf = ({ tenant, id }: Case): AskedNews['from'] => ({ tenant, case: id })

/**
 * Answers that the other side needs: the services and their sources, and for work of its own what decides how that is
 * done. Everything else is none of its business.
 */
function answersOf({ id, answers }: Case, isWork: boolean): AskedNews['answers'] {
  const {
    service,
    'licence-source': licences,
    'usage-source': usage,
    role: _role,
    'term-end': _end,
    ...deciding
  } = answers
  // No track can be started before it is known what was bought.
  if (service === undefined) throw new Error(`case ${id} asks for an invitation without a service`)
  return {
    service,
    ...(licences === undefined ? {} : { 'licence-source': licences }),
    ...(usage === undefined ? {} : { 'usage-source': usage }),
    ...(isWork ? deciding : {}),
  }
}

/** Notes a hand-over of the case's invitation for news that another track sends in its name. */
export function noteHandOver(tracks: Track[], effects: readonly NamedEffect[], at: string, by: string): Track[] {
  const admin = effects.flatMap((effect) =>
    effect.kind === 'tell' && effect.news.kind === 'admin' ? effect.news.state : [],
  )[0]
  if (admin === undefined) return tracks
  return tracks.map((track) => {
    if (track.kind !== 'invitation' || !isServed(track)) return track
    return { ...track, context: { ...track.context, ...withHandover(track.context, 'admin', at, by, { admin }) } }
  })
}
