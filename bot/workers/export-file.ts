import type { Logger } from 'pino'
import { type Banner, bannerText } from '../../cards/text/banners.ts'
import { type AuditEntry, auditEntries } from '../../state/audit/entries.ts'
import { csvHeader, csvLine } from '../../state/audit/export.ts'
import type { Database } from '../../state/engine/transaction.ts'
import type { ClaimedEffect } from '../../state/outbox-claims.ts'
import { addEffects, type NewEffect } from '../../state/outbox-store.ts'
import type { Deployment } from '../deployment.ts'
import { type EffectPayload, effectPayloads, sayEffect } from '../effects/effects.ts'
import type { ExportRequest } from '../effects/export-request.ts'
import type { CompleteEffect } from '../effects/settlement.ts'
import { isFileStore, putFile, type StoredFile } from '../teams/file-store.ts'

interface ExportsDeps {
  database: Database
  deployment: Deployment
  settle: CompleteEffect
  /** Time by which effects are due. */
  now: () => Promise<Date>
  log: Logger
  /** Largest file in bytes; MAX_EXPORT_BYTES by default. */
  most?: number | undefined
}

/** Limits the memory of an export: a file is assembled in memory, one at a time. */
const MAX_EXPORT_BYTES = 20_000_000
/** Well below the lease of the outbox. */
const READ_TIMEOUT_MS = 45_000
const BUSY_RETRY_MS = 2_000

/** Renders an entry with the fields of the CSV, in its order: other programs read them. */
function jsonLine(entry: AuditEntry): string {
  const { type, tenant, case: id, room, stream, seq, at, by, event, detail, hash, customer } = entry
  return JSON.stringify({ type, tenant, case: id, room, stream, seq, at, by, event, detail, hash, customer })
}

/** Performs exports that auditors requested in the chat: offers the file, and uploads it after consent. */
export function createExportFiles({ database, deployment, settle, now, log, most = MAX_EXPORT_BYTES }: ExportsDeps) {
  let busy = false

  /** Passes each line to `take`. Returns undefined if the file would exceed its limit. */
  async function read({ format, ...filter }: ExportRequest, take: (line: string) => void) {
    const end = Date.now() + READ_TIMEOUT_MS
    let size = 0
    let count = 0
    const add = (text: string) => {
      const line = `${text}\n`
      size += Buffer.byteLength(line)
      if (size <= most) take(line)
    }
    if (format === 'csv') add(csvHeader)
    for await (const entry of auditEntries(database, { tenant: deployment.partner.tenant, ...filter })) {
      if (Date.now() > end) throw new Error('reading the history timed out')
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
    // Checked again at use: a stored address is not trusted.
    const isPut = isFileStore(file.uploadUrl, deployment) && (await putFile(file.uploadUrl, Buffer.concat(chunks)))
    if (!isPut) return { key: 'export-failed' }
    return { attachment: fileInfo(file), summary: bannerText({ key: 'export-ready', count: found.count }, locale) }
  }

  /** Turns any error into a message, since the person waits and can simply retry. */
  async function attempt(effect: ClaimedEffect, work: () => Promise<EffectPayload<'file'> | Banner>) {
    try {
      return await work()
    } catch (error) {
      log.warn({ effect: effect.kind, err: error }, 'export failed')
      return { key: 'export-failed' } satisfies Banner
    }
  }

  async function perform(
    effect: ClaimedEffect,
    conversation: string,
    work: () => Promise<EffectPayload<'file'> | Banner>,
  ) {
    if (busy) {
      const again = new Date((await now()).getTime() + BUSY_RETRY_MS).toISOString()
      return settle(effect, { end: { again } })
    }
    busy = true
    try {
      const next = nextEffects(effect, conversation, await attempt(effect, work))
      await settle(effect, { end: { state: 'done' }, also: (tx) => addEffects(tx, next) })
    } finally {
      busy = false
    }
  }

  /** Builds the effects that answer the person: a file, an offer or a line. */
  function nextEffects(
    { tenant, key, kind }: ClaimedEffect,
    conversation: string,
    what: EffectPayload<'file'> | Banner,
  ): NewEffect[] {
    if ('key' in what) return [sayEffect({ tenant, conversation }, what, key)]
    const file: NewEffect = { kind: 'file', tenant, conversation, payload: what, key: `file:${key}` }
    // In place of an offered file, the Playground shows no more than "not supported".
    const hint = sayEffect({ tenant, conversation }, { key: 'export-sandbox' }, `${key}:hint`)
    return deployment.sandbox && kind === 'export-offer' ? [file, hint] : [file]
  }

  return {
    offer: (effect: ClaimedEffect): Promise<void> => {
      const asked = effectPayloads['export-offer'].parse(effect.payload)
      return perform(effect, asked.conversation, () => offer(asked))
    },
    /** Uploads the file after the person has consented. */
    upload: (effect: ClaimedEffect): Promise<void> => {
      const asked = effectPayloads['export-upload'].parse(effect.payload)
      return perform(effect, asked.conversation, () => upload(asked))
    },
  }
}

/** Builds the attachment by which Teams shows and opens the file. */
const fileInfo = ({ contentUrl, name, uniqueId, fileType }: StoredFile) => ({
  contentType: 'application/vnd.microsoft.teams.card.file.info',
  contentUrl,
  name,
  content: { uniqueId, fileType },
})
