import { waitBegan } from '../../dialogs/tracks/invitation/context.ts'
import { isOpen, type Track } from '../../dialogs/tracks/registry.ts'
import { invitedAt, lapsesAt } from '../../dialogs/tracks/relationship/context.ts'
import { type Element, render } from '../render.ts'
import { text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Waits up to this long are counted in hours. */
const SHORT_MS = 3 * DAY_MS
/** Parts of the bar in clients without `ProgressBar`. */
const PARTS = 70

interface Wait {
  from: string
  until: string
}

/** Finds the wait of a track for a date or for somebody who has until a date; undefined if it waits for none. */
function waitOf(track: Track): Wait | undefined {
  const between = (from: string | null | undefined, until: string | null | undefined): Wait | undefined =>
    from == null || until == null ? undefined : { from, until }
  if (!isOpen(track)) return undefined
  const { state, since } = track
  switch (track.kind) {
    case 'term':
      return state === 'ended' ? undefined : between(track.startedAt, track.context.end)
    case 'relationship':
      return state === 'awaiting-customer' ? between(invitedAt(track.context), lapsesAt(track.context)) : undefined
    case 'transfer': {
      const { way, side, transfer, requestedAt, due } = track.context
      const isOurs = way === 'api' && side === 'target' && transfer?.status !== 'in-progress'
      return state === 'awaiting-source-partner' && isOurs ? between(requestedAt, due) : undefined
    }
    case 'delegated-admin': {
      const { requestedAt, due, pending, fault } = track.context
      if (state === 'awaiting-approval') return between(requestedAt, due)
      return state === 'awaiting-customer' && !pending && !fault ? between(since, due) : undefined
    }
    case 'invitation': {
      const { due } = track.context
      return due === null ? undefined : between(waitBegan(due, state === 'in-hand' ? 'work' : 'answer'), due)
    }
    case 'plan':
      return undefined
  }
  return track satisfies never
}

/** Draws how much of a wait has passed, as a bar and in words: "day 3 of 30"; beside it, what the wait is for. */
export function timeLeft({ locale, viewer }: RenderContext, track: Track, note?: string): Element[] {
  const wait = waitOf(track)
  if (!wait) return []
  const all = Date.parse(wait.until) - Date.parse(wait.from)
  const passed = Math.min(Math.max(Date.parse(viewer.at) - Date.parse(wait.from), 0), all)
  if (!(all > 0)) return []
  const unit = all <= SHORT_MS ? 'hour' : 'day'
  const size = unit === 'hour' ? HOUR_MS : DAY_MS
  const total = Math.ceil(all / size)
  const count = Math.min(Math.floor(passed / size) + 1, total)
  const filled = Math.min(Math.max(Math.round((count / total) * PARTS), 1), PARTS)
  const isNearEnd = all - passed <= (unit === 'hour' ? 6 * HOUR_MS : 7 * DAY_MS)
  return render('time-left', {
    value: count,
    max: total,
    color: isNearEnd ? 'Warning' : 'Accent',
    // The words below say how much is left; a line for it would look like the one that is drawn.
    done: '\u00a0'.repeat(filled),
    text: text(locale, `time-left.${unit}`, { count, total }),
    ...(note === undefined ? {} : { note }),
  })
}
