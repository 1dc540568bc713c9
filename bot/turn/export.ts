import { z } from 'zod'
import { appendRefusal, appendToRoom } from '../../state/audit/history.ts'
import { addEffects } from '../../state/outbox-store.ts'
import type { EffectPayload } from '../effects/effects.ts'
import { exportRequestSchema, isReversed, readExportRequest } from '../effects/export-request.ts'
import type { ActivityRequest } from '../teams/activity.ts'
import { fileSchema, isFileStore } from '../teams/file-store.ts'
import { answerWithBanner, type TurnAnswer } from './answers.ts'
import type { Turn } from './turn.ts'

/** The context of the file consent card. It needs no signature: the person's right is checked again on acceptance. */
const contextSchema = z.strictObject({ export: exportRequestSchema })

/** True for auditors and administrators of the partner, in its own tenant. */
function mayExport({ incoming, person, deployment: { partner } }: Turn): boolean {
  return incoming.place.tenant === partner.tenant && (partner.admins.has(person.id) || partner.auditors.has(person.id))
}

/** Runs `export`. Reading takes longer than a turn may, so the file is offered in a message of its own. */
export async function runExportCommand(turn: Turn, rest: string): Promise<TurnAnswer> {
  if (!mayExport(turn)) return answerWithBanner(turn, { key: 'export-not-allowed' })
  const { delivery, place } = turn.incoming
  if (place.kind !== 'personal') return answerWithBanner(turn, { key: 'export-personal-only' })
  const request = readExportRequest(rest, turn.at)
  if (!request) return answerWithBanner(turn, { key: 'export-which' })
  if (isReversed(request)) return answerWithBanner(turn, { key: 'export-reversed' })
  const payload: EffectPayload<'export-offer'> = {
    asked: request,
    conversation: place.conversation,
    locale: turn.locale,
  }
  await addEffects(turn.tx, [{ kind: 'export-offer', tenant: place.tenant, payload, key: `export-offer:${delivery}` }])
  return undefined
}

/** Handles the answer to a file offer. An accepted export is recorded in the room's history. */
export async function handleFileConsent(
  turn: Turn,
  consent: Extract<ActivityRequest, { kind: 'file-consent' }>,
): Promise<TurnAnswer> {
  const { tx, at, person, deployment } = turn
  const { delivery, place } = turn.incoming
  const { tenant, room, conversation } = place
  if (!consent.accepted) return answerWithBanner(turn, { key: 'export-declined' })
  const context = contextSchema.safeParse(consent.context)
  const refuse = (reason: string, host?: string) =>
    appendRefusal(tx, { tenant, room, at, by: person.id, reason, detail: { tried: 'export', ...(host && { host }) } })
  if (!context.success || !mayExport(turn) || place.kind !== 'personal') {
    await refuse('export-not-allowed')
    return answerWithBanner(turn, { key: 'export-not-allowed' })
  }
  const file = fileSchema.safeParse(consent.upload).data
  if (!file || !isFileStore(file.uploadUrl, deployment) || !isFileStore(file.contentUrl, deployment)) {
    await refuse('file-store', hostOf(file?.uploadUrl))
    return answerWithBanner(turn, { key: 'export-failed' })
  }
  const request = context.data.export
  await appendToRoom(tx, { tenant, room, at, by: person.id, event: 'exported', detail: request })
  const payload: EffectPayload<'export-upload'> = { asked: request, conversation, locale: turn.locale, file }
  await addEffects(tx, [{ kind: 'export-upload', tenant, payload, key: `export-upload:${delivery}` }])
  return undefined
}

/** Returns only the host: the URL itself grants access to a person's files. */
const hostOf = (url: string | undefined): string | undefined =>
  url !== undefined && URL.canParse(url) ? new URL(url).host.slice(0, 200) : undefined
