import { type PlanId, planIds } from './plans/plans.ts'
import { type RequestKind, requestKinds } from './requests.ts'

/** The kinds of tracks: each has a machine of its own. */
export const trackKinds = ['plan', 'term', 'relationship', 'transfer', 'invitation', 'delegated-admin'] as const
export type TrackKind = (typeof trackKinds)[number]

/** Name of a track within its case. A case has several plans and requests, each named after its content. */
export type TrackName = Exclude<TrackKind, 'plan'> | `plan/${PlanId}` | `invitation/${RequestKind}`
export const trackNames = [
  ...trackKinds.filter((kind) => kind !== 'plan'),
  ...planIds.map((id) => `plan/${id}` as const),
  ...requestKinds.map((request) => `invitation/${request}` as const),
] as const satisfies readonly TrackName[]

/** Names of a reseller's requests to its provider. */
export const requestNames = requestKinds.map((request) => `invitation/${request}` as const)

/** Purposes of a transfer, by what it moves: a case with two services may need both. */
const transferPurposes = ['transfer/licences', 'transfer/azure'] as const

/** Everything that the tracks of a case can bring about, each by the name of its track. */
export const purposes = [...trackNames, ...transferPurposes] as const
export type Purpose = (typeof purposes)[number]

/** Names of the tracks that have another side in another tenant. */
export const invitationNames = ['invitation', ...requestNames] as const satisfies readonly TrackName[]
export type InvitationName = (typeof invitationNames)[number]

/** Kind of a named track. */
export const kindOf = (name: TrackName): TrackKind => name.split('/', 1)[0] as TrackKind

/** Reads a track's name as it was stored, by its present name. Undefined for a name that no release knew. */
export function readTrackName(stored: string): TrackName | undefined {
  const name = stored === 'migration' ? 'plan/manual-migration' : stored
  return (trackNames as readonly string[]).includes(name) ? (name as TrackName) : undefined
}
