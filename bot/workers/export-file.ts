import type { Logger } from 'pino'
import { type Banner, bannerText } from '../../cards/text/banners.ts'
import { type AuditEntry, auditEntries } from '../../state/audit/entries.ts'
import { csvHeader, csvLine } from '../../state/audit/export.ts'
import type { Database } from '../../state/engine/transaction.ts'
import type { ClaimedEffect } from '../../state/outbox-claims.ts'
import { addEffects, type NewEffect } from '../../state/outbox-store.ts'
import { type EffectPayload, effectPayloads, sayEffect } from '../effects/effects.ts'
import type { ExportRequest } from '../effects/export-request.ts'
import type { CompleteEffect } from '../effects/settlement.ts'
import { isFileStore, putFile, type StoredFile } from '../teams/file-store.ts'
import type { Deployment } from '../turn/turn.ts'

interface ExportsDeps {
  database: Database
  setting: Deployment
  settle: CompleteEffect
  /** The time by which effects are due. */
  now: () => Promise<Date>
  log: Logger
  /** Largest file in bytes; what `mostBytes` says when left out. */
  most?: number | undefined
}

/** A file is put together in memory, one at a time: this is the most that exporting costs. */
const MAX_EXPORT_BYTES = 20_000_000
/** Reading ends well before the outbox would give the work to somebody else. */
const readMs = 45_000
const busyMs = 2_000

/** The same fields in the same order as CSV has them: other programs read them. */
function jsonLine({ type, tenant, case: id, room, stream, seq, at, by, event, detail, hash }: AuditEntry): string {
  return JSON.stringify({ type, tenant, case: id, room, stream, seq, at, by, event, detail, hash })
}

/** Reads the history for auditors who asked for it in the chat, offers it as a file, and puts it where they want it. */
export function createExportFiles({ database, setting, settle, now, log, most = MAX_EXPORT_BYTES }: ExportsDeps) {
  let busy = false

  /** Hands over every line; undefined when they are more than a file may hold. */
  async function read({ format, ...filter }: ExportRequest, take: (line: string) => void) {
    const end = Date.now() + readMs
    let size = 0
    let count = 0
    const add = (text: string) => {
      const line = `${text}\n`
      size += Buffer.byteLength(line)
      if (size <= most) take(line)
    }
    if (format === 'csv') add(csvHeader)
    for await (const entry of auditEntries(database, { tenant: setting.partner.tenant, ...filter })) {
      if (Date.now() > end) throw new Error('reading the history takes too long')
      add(format === 'csv' ? csvLine(entry) : jsonLine(entry))
      if (size > most) return undefined
      count += 1
    }
    return { size, count }
  }

  const tooLarge: Banner = { key: 'export-too-large', megabytes: Math.ceil(most / 1_000_000) }

  async function offer({ asked, locale }: EffectPayload<'export-offer'>): Promise<EffectPayload<'file'> | Banner> {
    const found = await read(asked, () => {})
    if (!found) return tooLarge
    if (found.count === 0) return { key: 'export-ready', count: 0 }
    const description = bannerText({ key: 'export-offer', count: found.count }, locale)
    const name = `multicanal-${(await now()).toISOString().slice(0, 10)}.${asked.format}`
    const context = { export: asked }
    const content = { description, sizeInBytes: found.size, acceptContext: context, declineContext: context }
    const contentType = 'application/vnd.microsoft.teams.card.file.consent'
    return { attachment: { contentType, name, content }, summary: description }
  }

  async function upload({
    asked,
    locale,
    file,
  }: EffectPayload<'export-upload'>): Promise<EffectPayload<'file'> | Banner> {
    const chunks: Buffer[] = []
    const found = await read(asked, (line) => chunks.push(Buffer.from(line)))
    if (!found) return tooLarge
    // Looked at again where it is used: nothing goes out on the word of a stored row.
    const isPut = isFileStore(file.uploadUrl, setting) && (await putFile(file.uploadUrl, Buffer.concat(chunks)))
    if (!isPut) return { key: 'export-failed' }
    return { attachment: fileInfo(file), summary: bannerText({ key: 'export-ready', count: found.count }, locale) }
  }

  /** Whatever goes wrong is told: the person waits, and asking again is all it takes. */
  async function attempt(effect: ClaimedEffect, work: () => Promise<EffectPayload<'file'> | Banner>) {
    try {
      return await work()
    } catch (error) {
      log.warn({ effect: effect.kind, err: error }, 'an export failed')
      return { key: 'export-failed' } satisfies Banner
    }
  }

  async function perform(
    effect: ClaimedEffect,
    conversation: string,
    work: () => Promise<EffectPayload<'file'> | Banner>,
  ) {
    if (busy) {
      const again = new Date((await now()).getTime() + busyMs).toISOString()
      return settle(effect, { end: { again } })
    }
    busy = true
    try {
      const next = nextEffect(effect, conversation, await attempt(effect, work))
      await settle(effect, { end: { state: 'done' }, also: (tx) => addEffects(tx, [next]) })
    } finally {
      busy = false
    }
  }

  return {
    /** Offers the file, with its size. */
    offer: (effect: ClaimedEffect): Promise<void> => {
      const asked = effectPayloads['export-offer'].parse(effect.payload)
      return perform(effect, asked.conversation, () => offer(asked))
    },
    /** Puts the file where the person has agreed to have it. */
    upload: (effect: ClaimedEffect): Promise<void> => {
      const asked = effectPayloads['export-upload'].parse(effect.payload)
      return perform(effect, asked.conversation, () => upload(asked))
    },
  }
}

/** What the person gets to see: a file or the offer of one, or a line. */
function nextEffect(
  { tenant, key }: ClaimedEffect,
  conversation: string,
  what: EffectPayload<'file'> | Banner,
): NewEffect {
  if ('key' in what) return sayEffect({ tenant, conversation }, what, key)
  return { kind: 'file', tenant, conversation, payload: what, key: `file:${key}` }
}

/** Teams shows the file by this, and opens it from there. */
const fileInfo = ({ contentUrl, name, uniqueId, fileType }: StoredFile) => ({
  contentType: 'application/vnd.microsoft.teams.card.file.info',
  contentUrl,
  name,
  content: { uniqueId, fileType },
})
