import type { Case } from './case.ts'
import { goalOf } from './goals.ts'
import type { Outcome } from './policy/decide.ts'
import { type Action, editionOf, type Policy } from './policy/policy.ts'
import { kindOf, type TrackName, trackKinds } from './track-names.ts'
import { nextStepOf, starterOf } from './tracks/plan/context.ts'
import type { Circumstances } from './tracks/protocol.ts'
import {
  definitionOf,
  endingOf,
  hasReached,
  isOpen,
  isStanding,
  purposesOf,
  reachedBy,
  type Start,
  type Track,
  trackFor,
} from './tracks/registry.ts'

/** A track that can be started now, by its name, with everything it starts with. */
export interface Startable {
  name: TrackName
  start: Start
}

/** Finds the tracks that can be started from an answer now, each once, in the order of the answer. */
export function startsFrom(policy: Policy, caseRecord: Case, outcome: Outcome): Startable[] {
  const circumstances: Circumstances = {
    ...caseRecord,
    edition: editionOf(policy, caseRecord.edition),
    outcome,
    reached: caseRecord.tracks.flatMap(reachedBy),
    at: caseRecord.updatedAt,
  }
  const names = new Set([...namesFor(circumstances, caseRecord.tracks), ...offered(circumstances)])
  const anew = namesAnew(circumstances, caseRecord.tracks)
  const isTaken = (name: TrackName) =>
    caseRecord.tracks.some(
      (track) => purposesOf(track).includes(name) && (anew.includes(name) ? isOpen(track) : isStanding(track)),
    )
  return [...names]
    .filter((name) => !isTaken(name))
    .flatMap((name): Startable[] => {
      const start = definitionOf({ kind: kindOf(name) }).startFrom(circumstances, name) as Start | undefined
      return start ? [{ name, start }] : []
    })
}

/** Tracks that carry out an action of the answer, do the next step of a plan, or follow from a track. */
function namesFor(circumstances: Circumstances, present: readonly Track[]): TrackName[] {
  const { outcome, reached, edition, answers } = circumstances
  const facts = { edition, role: answers.role }
  const served = [...reached, ...present.filter((track) => endingOf(track) === 'partly').flatMap(purposesOf)]
  const answered = outcome.parts.flatMap(({ about, variants }): Action[] => {
    const rules = variants.map(({ rule }) => rule)
    const ways = rules.flatMap((rule) => [...rule.first, ...rule.do, ...rule.instead])
    const fulfilled = rules.filter((rule) => goalOf(rule, about, facts).some((purpose) => served.includes(purpose)))
    if (fulfilled.length === 0) return ways
    const afterwards = present.some(isHandedOver) ? [] : fulfilled.flatMap((rule) => rule.afterwards)
    // The actions of a topic stand beside each other: one of them need not be all.
    return about === 'something-else' ? [...ways, ...afterwards] : afterwards
  })
  const following = present.flatMap((track): Action[] => definitionOf(track).leadsTo?.(track, circumstances) ?? [])
  const named = [...answered, ...following].flatMap((action) => trackFor(action) ?? [])
  return [...named, ...present.flatMap(nextOfPlan), ...present.flatMap(restOf)]
}

/** True for a transfer in which we were the current partner: what follows is the new one's. */
const isHandedOver = (track: Track) => track.kind === 'transfer' && track.context.side === 'source' && hasReached(track)

/** A transfer that moved only a part can be requested again for the rest. */
const restOf = (track: Track): TrackName[] =>
  track.kind === 'transfer' && track.state === 'partially-completed' ? ['transfer'] : []

/** Tracks that can be started though one of their name is over and its result stands. */
function namesAnew({ outcome }: Circumstances, present: readonly Track[]): TrackName[] {
  const rules = outcome.parts.flatMap((part) => part.variants.map(({ rule }) => rule))
  const ruled = rules.filter(({ anew }) => anew).flatMap((rule) => rule.do.flatMap((action) => trackFor(action) ?? []))
  const planned = present.flatMap((track) =>
    track.kind === 'plan' && isOpen(track) && nextStepOf(track.context)?.anew ? nextOfPlan(track) : [],
  )
  return [...ruled, ...planned]
}

/** The track that does the next step of an open plan. */
function nextOfPlan(track: Track): TrackName[] {
  if (track.kind !== 'plan' || !isOpen(track)) return []
  const next = nextStepOf(track.context)
  const starter = next && starterOf(track.context, next)
  return starter === undefined ? [] : [starter]
}

const offered = (circumstances: Circumstances): TrackName[] =>
  trackKinds.flatMap((kind) => (definitionOf({ kind }).isOffered?.(circumstances) ? [kind as TrackName] : []))
