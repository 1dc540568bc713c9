import type { TrackKind } from '../../dialogs/track-names.ts'
import type { Track } from '../../dialogs/tracks/registry.ts'
import type { Element } from '../render.ts'
import type { Banner } from '../text/banners.ts'
import type { RenderContext } from '../viewer.ts'
import { stepper } from '../visuals/stepper.ts'
import { timeLeft } from '../visuals/time-left.ts'
import { delegatedAdminFace } from './delegated-admin.ts'
import { invitationFace } from './invitation.ts'
import { planFace } from './plan.ts'
import { relationshipFace } from './relationship.ts'
import { termFace } from './term.ts'
import { transferFace } from './transfer.ts'

type TrackFace<K extends TrackKind> = (
  context: RenderContext,
  track: Extract<Track, { kind: K }>,
  banner: Banner | undefined,
) => Element[]

/** The face of each kind of track. A new track needs its face and a row here. */
const trackFaces = {
  plan: planFace,
  term: termFace,
  relationship: relationshipFace,
  transfer: transferFace,
  invitation: invitationFace,
  'delegated-admin': delegatedAdminFace,
} satisfies { [K in TrackKind]: TrackFace<K> }

/** Draws the face of a track below its stages and the time that is left. */
export const trackFace: TrackFace<TrackKind> = (context, track, banner) => {
  // TypeScript cannot relate the kind of the track to the row of the table.
  const face = trackFaces[track.kind] as TrackFace<TrackKind>
  return [...stepper(context, track), ...timeLeft(context, track), ...face(context, track, banner)]
}
