import type { Case } from './case.ts'
import { type TrackKind, trackKinds } from './events.ts'
import type { Outcome } from './policy/decide.ts'
import { editionOf, type Policy } from './policy/policy.ts'
import type { Circumstances } from './tracks/protocol.ts'
import { definitionOf, isStanding, type Start, type Track, tracks } from './tracks/registry.ts'

/** Finds the tracks that can be started from an answer now, each kind once, with what it starts with. */
export function startsFrom(policy: Policy, caseRecord: Case, outcome: Outcome): Start[] {
  const circumstances = { ...caseRecord, edition: editionOf(policy, caseRecord.edition), outcome }
  return [...new Set([...kindsFor(circumstances, caseRecord.tracks), ...offeredKinds(circumstances)])]
    .filter((kind) => !caseRecord.tracks.some((track) => isFor(kind, track) && isStanding(track)))
    .flatMap((kind): Start[] => {
      const start = tracks[kind].startFrom(circumstances)
      return start ? [start] : []
    })
}

/** Kinds of tracks that carry out an action of the answer, or of what follows from a track; in the answer's order. */
function kindsFor(circumstances: Circumstances, present: readonly Track[]): TrackKind[] {
  const rules = circumstances.outcome.parts.flatMap((part) => part.variants.map(({ rule }) => rule))
  const answered = rules.flatMap((rule) => [...(rule.first ? [rule.first] : []), ...rule.do, ...rule.instead])
  const following = present.flatMap((track) => definitionOf(track).leadsTo?.(track, circumstances) ?? [])
  return [...answered, ...following].flatMap(
    (action) => trackKinds.find((kind) => definitionOf({ kind }).carriesOut.includes(action)) ?? [],
  )
}

const offeredKinds = (circumstances: Circumstances) =>
  trackKinds.filter((kind) => definitionOf({ kind }).isOffered?.(circumstances))

const isFor = (kind: TrackKind, track: Track) =>
  track.kind === kind || definitionOf(track).standsInFor?.includes(kind) === true
