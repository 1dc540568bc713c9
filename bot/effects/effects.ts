import { z } from 'zod'
import { listPage } from '../../cards/buttons.ts'
import type { ListPage } from '../../cards/list-page.ts'
import type { Banner } from '../../cards/text/banners.ts'
import { locales } from '../../cards/text/text.ts'
import { type Call, type Pending, type WatchedResource, writes } from '../../dialogs/calls.ts'
import type { Case } from '../../dialogs/case.ts'
import { noticeKeys } from '../../dialogs/events.ts'
import { adminNews, adminRightsSchema, peerNewsSchema, peerSchema } from '../../dialogs/peer.ts'
import { requestNews } from '../../dialogs/requests.ts'
import { invitationNames, readTrackName, type TrackName } from '../../dialogs/track-names.ts'
import { nameOf } from '../../dialogs/tracks/registry.ts'
import type { NewEffect } from '../../state/outbox-store.ts'
import type { Origin } from '../teams/activity.ts'
import { fileSchema } from '../teams/file-store.ts'
import { exportRequestSchema } from './export-request.ts'

/** Delay before a posted card is updated, so that a quick run of clicks makes one update. */
const UPDATE_DELAY_MS = 700

/** Name of a track, or the one that an earlier release stored for it. */
const track = z.string().transform((stored, context): TrackName => {
  const name = readTrackName(stored)
  if (name === undefined) context.addIssue(`${stored} is no track`)
  return name ?? z.NEVER
})
/** Key of a notice, or the one that an earlier release stored for it. */
const noticeKey = z.preprocess((key) => (key === 'migration-idle' ? 'plan-idle' : key), z.enum(noticeKeys))
/** Payload of a call. Only `callPayload` writes it, so `call` and `visit` are checked for their shape alone. */
const called = z.strictObject({
  track,
  since: z.string(),
  call: z.custom<Call>((value) => typeof value === 'object' && value !== null && 'name' in value),
  requestId: z.guid(),
  correlationId: z.guid(),
  visit: z.custom<Origin>((value) => typeof value === 'object' && value !== null && 'place' in value),
  /** The message whose button was clicked: the card that follows replaces it. */
  message: z.string().optional(),
})

/** Name of the invitation that a message belongs to. Earlier releases had one for each case. */
const invitationName = z.enum(invitationNames).default('invitation')

const exporting = z.strictObject({ asked: exportRequestSchema, conversation: z.string(), locale: z.enum(locales) })

/** Schemas of the stored payloads, by kind of effect. */
export const effectPayloads = {
  /** Send a card that the turn has drawn. */
  reply: z.strictObject({ card: z.record(z.string(), z.unknown()), summary: z.string() }),
  /** Post news of a case: one line beside its living card, or the card itself with a banner if none is known. */
  notify: z.strictObject({
    track: track.optional(),
    notice: z.strictObject({
      key: noticeKey,
      days: z.int(),
      admin: z.enum(adminNews).optional(),
      rights: adminRightsSchema.optional(),
      request: z.enum(requestNews).optional(),
    }),
  }),
  /** Replace a message by the current card of a case, or by a pointer to the message that shows it now. */
  update: z.strictObject({
    conversation: z.string(),
    message: z.string(),
    view: z.enum(['case', 'approval']),
    /** The list that the message was, and leads back to. */
    from: listPage.optional(),
  }),
  /** Fire a timer of a track, or of the case itself. */
  wake: z.strictObject({ track: track.optional(), timer: z.string() }),
  /** Read from Microsoft; retried until it is answered. */
  call: called,
  /** Perform a privileged action at Microsoft, at most once. The request id is the id of its ledger entry. */
  action: called.refine(({ call }) => (writes as readonly string[]).includes(call.name)),
  /** Send a message to the other side of an invitation. `to` is null until the partner's desk has a case for it. */
  tell: z.strictObject({
    track: invitationName,
    news: peerNewsSchema,
    from: peerSchema,
    to: peerSchema.nullable(),
    room: z.string(),
  }),
  /** Post a request at the tenant's approvals desk; a reminder of it is one line beside its card. */
  approval: z.strictObject({ reminder: z.boolean() }),
  /** Post a banner alone. */
  say: z.strictObject({
    line: z.custom<Banner>((value) => typeof value === 'object' && value !== null && 'key' in value),
  }),
  /** Offer an export as a file, after measuring it. */
  'export-offer': exporting,
  /** Upload an export to the place that the person has accepted. */
  'export-upload': exporting.extend({ file: fileSchema }),
  /** Send a file or the offer of one. */
  file: z.strictObject({ attachment: z.record(z.string(), z.unknown()), summary: z.string() }),
  /** Poll a resource that cases wait for. */
  poll: z.strictObject({
    resource: z.custom<WatchedResource>((value) => typeof value === 'string' && value.includes('/')),
    /** A relationship that no case waits for, but that a webhook reported while cases wait for others. */
    isUnexpected: z.literal(true).optional(),
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

/** A click: the person and place it came from, and the message that was clicked. */
export interface CardClick {
  origin: Origin
  message: string | undefined
  /** The delivery of the click. Correlates everything that follows from it in the log. */
  delivery?: string
}

/** The outbox key of a privileged action. Its row is reused for every attempt. */
export const actionKey = (id: string): string => `action:${id}`

/** Returns the call that a track of the case waits for, null if it waits for none. */
export function pendingOf(caseRecord: Case, track: string): Pending | null {
  const found = caseRecord.tracks.find((each) => nameOf(each) === track)
  return found && 'pending' in found.context ? found.context.pending : null
}

/** True if the case still waits for this call: a person may have cancelled it before it was sent. */
export function isWanted(caseRecord: Case, { track, since }: { track: string; since: string }): boolean {
  const found = caseRecord.tracks.find((each) => nameOf(each) === track)
  return found?.state !== 'cancelled' && pendingOf(caseRecord, track)?.since === since
}

/** Polls a resource. There is one row per resource, however many cases wait for it. */
export const pollEffect = (resource: WatchedResource, due: string): NewEffect => ({
  kind: 'poll',
  tenant: '',
  payload: { resource } satisfies EffectPayload<'poll'>,
  key: `poll:${resource}`,
  due,
  replace: true,
})

/** Reads a relationship that no case waits for, to find out which tenant has accepted. */
export const unexpectedEffect = (resource: `relationship/${string}`, due: string): NewEffect => ({
  kind: 'poll',
  tenant: '',
  payload: { resource, isUnexpected: true } satisfies EffectPayload<'poll'>,
  key: `unexpected:${resource}`,
  due,
  replace: true,
})

/** Posts a banner in a conversation other than the one that the turn answers. */
export const sayEffect = (
  { tenant, conversation }: { tenant: string; conversation: string },
  banner: Banner,
  key: string,
): NewEffect => ({
  kind: 'say',
  tenant,
  conversation,
  payload: { line: banner } satisfies EffectPayload<'say'>,
  key: `say:${key}`,
})

/**
 * Updates a message that shows a case, or shrinks it if another message lives there by then. Several clicks in a row make
 * one update, drawn from the case at that time. It has no place in the order of its conversation, so no message waits for
 * it.
 */
export function cardUpdate(
  { tenant, conversation }: { tenant: string; conversation: string },
  caseId: string,
  message: string,
  at: string,
  view: EffectPayload<'update'>['view'] = 'case',
  from?: ListPage,
): NewEffect {
  const due = new Date(Date.parse(at) + UPDATE_DELAY_MS).toISOString()
  const key = `update:${conversation}:${message}`
  return {
    kind: 'update',
    tenant,
    caseId,
    payload: { conversation, message, view, ...(from ? { from } : {}) } satisfies EffectPayload<'update'>,
    key,
    due,
    replace: true,
  }
}

/** The outbox key of the answer to a delivery. */
export const replyKey = (delivery: string): string => `reply:${delivery}`
