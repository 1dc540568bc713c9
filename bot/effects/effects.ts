import { z } from 'zod'
import type { Banner } from '../../cards/text/banners.ts'
import { locales } from '../../cards/text/text.ts'
import { type Call, type Pending, type WatchedResource, writes } from '../../dialogs/calls.ts'
import type { Case } from '../../dialogs/case.ts'
import { type Effect, noticeKeys, trackKinds } from '../../dialogs/events.ts'
import { adminNews, peerNewsSchema, peerSchema } from '../../dialogs/peer.ts'
import type { NewEffect } from '../../state/outbox-store.ts'
import { type Origin, roomOf } from '../teams/activity.ts'
import { fileSchema } from '../teams/file-store.ts'
import { exportRequestSchema } from './export-request.ts'

/** A card that others see is updated this long after the first of a quick run of clicks, once for all of them. */
const updateAfterMs = 700

const track = z.enum(trackKinds)
/** Written by `callPayload` and read back as it was: the core made it, nobody else can. */
const called = z.strictObject({
  track,
  since: z.string(),
  call: z.custom<Call>((value) => typeof value === 'object' && value !== null && 'name' in value),
  requestId: z.guid(),
  correlationId: z.guid(),
  visit: z.custom<Origin>((value) => typeof value === 'object' && value !== null && 'place' in value),
  /** The message whose button was pressed: it gets the card that follows. */
  message: z.string().optional(),
})

const exporting = z.strictObject({ asked: exportRequestSchema, conversation: z.string(), locale: z.enum(locales) })

/** What the outbox can be asked to do, and what each needs. */
export const effectPayloads = {
  /** Send this, as it was drawn in the turn that answers. */
  reply: z.strictObject({ card: z.record(z.string(), z.unknown()), summary: z.string() }),
  /** Send the present card of a case with a line on top. */
  notify: z.strictObject({
    track,
    notice: z.strictObject({ key: z.enum(noticeKeys), days: z.int(), admin: z.enum(adminNews).optional() }),
  }),
  /** Draw the present card of a case into this message. */
  update: z.strictObject({ conversation: z.string(), message: z.string(), view: z.enum(['case', 'approval']) }),
  /** Come back to the case: time has passed. */
  wake: z.strictObject({ track, timer: z.string() }),
  /** Ask this at Microsoft; as often as it takes. */
  call: called,
  /** Have this done at Microsoft, once at the most. Its request id is that of the ledger's row. */
  action: called.refine(({ call }) => (writes as readonly string[]).includes(call.name)),
  /** Tell the other side of an invitation; `to` is its case, nobody's yet when a desk has to be asked first. */
  tell: z.strictObject({ news: peerNewsSchema, from: peerSchema, to: peerSchema.nullable(), room: z.string() }),
  /** Show a request at the approvals desk of its tenant. */
  approval: z.strictObject({ reminder: z.boolean() }),
  /** Say one line in a conversation. */
  say: z.strictObject({
    line: z.custom<Banner>((value) => typeof value === 'object' && value !== null && 'key' in value),
  }),
  /** Offer the history as a file, after reading how much it is. */
  'export-offer': exporting,
  /** Put the history where the person has agreed to have it. */
  'export-upload': exporting.extend({ file: fileSchema }),
  /** Send a file, or the offer of one. */
  file: z.strictObject({ attachment: z.record(z.string(), z.unknown()), summary: z.string() }),
  /** Look at something that cases wait for. */
  poll: z.strictObject({
    resource: z.custom<WatchedResource>((value) => typeof value === 'string' && value.includes('/')),
  }),
} satisfies Record<string, z.ZodType>
export type EffectKind = keyof typeof effectPayloads
export type EffectPayload<K extends EffectKind> = z.infer<(typeof effectPayloads)[K]>

/** The two ids that a call carries in its headers, and under which it is logged. */
export interface CallIds {
  /** Unique for the call; the same for every attempt of one privileged action. */
  requestId: string
  /** The same for everything that follows from one turn. */
  correlationId: string
}

/** Who pressed a button, and the message it was on. */
export interface CardClick {
  origin: Origin
  message: string | undefined
  /** The delivery of the click, by which what follows from it is found in the log. */
  delivery?: string
}

export function callPayload(
  { track, since, call }: Extract<Effect, { kind: 'call' }>,
  ids: CallIds,
  { origin, message }: CardClick,
): EffectPayload<'call'> {
  return { track, since, call, ...ids, visit: origin, ...(message === undefined ? {} : { message }) }
}

/** The outbox's key of an action: there is one row for it, however often it goes out. */
export const actionKey = (id: string): string => `action:${id}`

/** Returns the call that a track of the case waits for, null if it waits for none. */
export function pendingOf(caseRecord: Case, track: string): Pending | null {
  const found = caseRecord.tracks.find(({ kind }) => kind === track)
  return found && 'pending' in found.context ? found.context.pending : null
}

/** True if the case still waits for this call: a person may have cancelled it before it was sent. */
export function isWanted(caseRecord: Case, { track, since }: { track: string; since: string }): boolean {
  const found = caseRecord.tracks.find(({ kind }) => kind === track)
  return found?.state !== 'cancelled' && pendingOf(caseRecord, track)?.since === since
}

/** Looks at a resource, whoever waits for it: there is one row for it. */
export const pollEffect = (resource: WatchedResource, due: string): NewEffect => ({
  kind: 'poll',
  tenant: '',
  payload: { resource } satisfies EffectPayload<'poll'>,
  key: `poll:${resource}`,
  due,
  replace: true,
})

/** An order of the core as a row of the outbox. A timer takes the place of the one it had before. */
export function effectRow(caseRecord: Case, effect: Exclude<Effect, { kind: 'call' }>, index: number): NewEffect {
  const { id: caseId, tenant, conversation, revision } = caseRecord
  const base = { tenant, caseId, key: `${caseId}:${revision}:${index}` }
  switch (effect.kind) {
    case 'wake': {
      const { track, timer, due } = effect
      const key = `${caseId}:timer:${track}:${timer}`
      return { ...base, kind: 'wake', payload: { track, timer }, key, due, replace: true }
    }
    case 'notify':
      return { ...base, kind: 'notify', conversation, payload: { track: effect.track, notice: effect.notice } }
    case 'ask-approval':
      return { ...base, kind: 'approval', payload: { reminder: effect.reminder } satisfies EffectPayload<'approval'> }
    case 'tell': {
      const track = caseRecord.tracks.find(({ kind }) => kind === 'invitation')
      const to = track?.kind === 'invitation' ? track.context.peer : null
      const payload: EffectPayload<'tell'> = {
        news: effect.news,
        from: { tenant, case: caseId },
        to,
        room: roomOf(conversation),
      }
      // News of one case arrive in the order in which they were told.
      return { ...base, kind: 'tell', conversation: `peer of ${caseId}`, payload }
    }
    default:
      return effect satisfies never
  }
}

/** Says a line in a conversation that nobody has just spoken in. */
export const sayEffect = (
  { tenant, conversation }: { tenant: string; conversation: string },
  line: Banner,
  key: string,
): NewEffect => ({
  kind: 'say',
  tenant,
  conversation,
  payload: { line } satisfies EffectPayload<'say'>,
  key: `say:${key}`,
})

/**
 * Updates a message that shows a case. Several clicks in a row make one update, which draws the case as it is then. It
 * stands outside the order of its conversation: nothing that is said there has to wait for it.
 */
export function cardUpdate(
  { tenant, conversation }: { tenant: string; conversation: string },
  caseRecord: Case,
  message: string,
  at: string,
  view: EffectPayload<'update'>['view'] = 'case',
): NewEffect {
  const due = new Date(Date.parse(at) + updateAfterMs).toISOString()
  const key = `update:${conversation}:${message}`
  return {
    kind: 'update',
    tenant,
    caseId: caseRecord.id,
    payload: { conversation, message, view },
    key,
    due,
    replace: true,
  }
}

/** The outbox's key of the answer to a delivery. */
export const replyKey = (delivery: string): string => `reply:${delivery}`
