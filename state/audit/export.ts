import { z } from 'zod'
import { actionsOf } from '../../dialogs/policy/decide.ts'
import type { Policy } from '../../dialogs/policy/policy.ts'
import { outcomeOf, stateOf } from '../../dialogs/step.ts'
import { dueOf } from '../../dialogs/tracks/registry.ts'
import { actionsOfCase, type ToldAction } from '../actions.ts'
import { historyOf, type StoredCase } from '../case-store.ts'
import type { Database } from '../engine/transaction.ts'
import { type AuditEntry, type EntryFilter, isWithin } from './entries.ts'

/** A case as it leaves the house. Names and order of the fields are fixed: other programs read them. */
export type ExportedCase = Awaited<ReturnType<typeof exportCase>>

/**
 * A case with its history, of which only the entries within the filter; the rest of it is whole and as it is now, so
 * that nobody takes half a case for the case.
 */
export async function exportCase(
  db: Database,
  policy: Policy,
  { case: caseRecord }: StoredCase,
  filter: EntryFilter = {},
) {
  const outcome = outcomeOf(policy, caseRecord)
  const read = await db.transaction(async (tx) => ({
    history: await historyOf(tx, caseRecord.tenant, caseRecord.id),
    actions: await actionsOfCase(tx, caseRecord.id),
  }))
  const history = read.history.filter((entry) => isWithin(filter, entry))
  return {
    type: 'case' as const,
    id: caseRecord.id,
    tenant: caseRecord.tenant,
    conversation: caseRecord.conversation,
    edition: caseRecord.edition,
    revision: caseRecord.revision,
    state: stateOf(caseRecord),
    answers: caseRecord.answers,
    outcome: outcome ? actionsOf(outcome) : [],
    tracks: caseRecord.tracks.map((track) => ({
      kind: track.kind,
      state: track.state,
      since: track.since,
      due: dueOf(track) ?? null,
    })),
    createdBy: caseRecord.createdBy.id,
    createdAt: caseRecord.createdAt,
    updatedAt: caseRecord.updatedAt,
    actions: read.actions.map(exportAction),
    history: history.map(({ seq, at, by, event, detail }) => ({ seq, at, by, event, detail })),
  }
}

/** The id is the MS-RequestId under which Microsoft knows the action. */
const exportAction = ({
  id,
  correlation,
  track,
  name,
  state,
  sends,
  askedBy,
  createdAt,
  updatedAt,
  note,
}: ToldAction) => ({
  id,
  correlation,
  track,
  name,
  state,
  sends,
  askedBy,
  at: createdAt,
  updatedAt,
  note,
})

/** What happened in a room and in no case: `type` says whether it was refused or arranged. */
export const exportRoomEntry = ({ type, tenant, room, seq, at, by, event, detail }: AuditEntry) => ({
  type,
  tenant,
  room,
  seq,
  at,
  by,
  event,
  detail,
})

const columns = ['type', 'tenant', 'case', 'room', 'stream', 'seq', 'at', 'by', 'event', 'detail', 'hash'] as const

/** The first line of a CSV export. New columns are added at the end. */
export const csvHeader = columns.join(',')

/** One entry of the history as a line of CSV. */
export const csvLine = (entry: AuditEntry): string => columns.map((column) => csvCell(entry[column])).join(',')

/** Cells that a spreadsheet would take for a formula are made text. */
function csvCell(value: unknown): string {
  if (value === null) return '""'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`
}

const daySchema = z.iso.date()
const timeSchema = z.iso.datetime({ offset: true })
const day = 86_400_000

/**
 * Reads a period as people type it: dates, both days included, or ISO times. Everything is in UTC. Undefined when one is
 * neither.
 */
export function readPeriod({ since, until }: { since?: string | undefined; until?: string | undefined }) {
  const period: Pick<EntryFilter, 'since' | 'until'> = {}
  for (const [side, text] of [
    ['since', since],
    ['until', until],
  ] as const) {
    if (text === undefined) continue
    const isDay = daySchema.safeParse(text).success
    if (!isDay && !timeSchema.safeParse(text).success) return undefined
    period[side] = new Date(Date.parse(text) + (isDay && side === 'until' ? day : 0)).toISOString()
  }
  return period
}
