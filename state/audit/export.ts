import { z } from 'zod'
import { stateOf } from '../../dialogs/case.ts'
import { customerOf } from '../../dialogs/customer.ts'
import { actionsOf } from '../../dialogs/policy/decide.ts'
import type { Policy } from '../../dialogs/policy/policy.ts'
import { outcomeOf } from '../../dialogs/step.ts'
import { dueOf, nameOf } from '../../dialogs/tracks/registry.ts'
import { type ActionDetails, actionsOfCase } from '../actions.ts'
import { historyOf, type StoredCase } from '../case-store.ts'
import type { Database } from '../engine/transaction.ts'
import { type AuditEntry, type EntryFilter, isWithin } from './entries.ts'

/**
 * Exports a case in its current state. The filter applies to the history only, so that the case is always complete.
 * Names and order of the fields are fixed, because other programs read them.
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
    customer: customerOf(caseRecord) ?? null,
    answers: caseRecord.answers,
    outcome: outcome ? [...new Set(actionsOf(outcome).map(({ id }) => id))] : [],
    tracks: caseRecord.tracks.map((track) => ({
      kind: track.kind,
      state: track.state,
      since: track.since,
      due: dueOf(track) ?? null,
      name: nameOf(track),
    })),
    createdBy: caseRecord.createdBy.id,
    createdAt: caseRecord.createdAt,
    updatedAt: caseRecord.updatedAt,
    actions: read.actions.map(exportAction),
    history: history.map(({ seq, at, by, event, detail }) => ({ seq, at, by, event, detail })),
  }
}

/** The id is the MS-RequestId that Microsoft knows the action by. */
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
}: ActionDetails) => ({
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

/** An event of a room in an export file; `type` is `refusal` or `desk`. */
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

/** Header of a CSV export. Add new columns at the end. */
export const csvHeader = [...columns, 'customer', 'customerDomain', 'customerTenant'].join(',')

/** Formats an entry of the history as a line of CSV. */
export function csvLine(entry: AuditEntry): string {
  const { name = null, domain = null, tenant = null } = entry.customer ?? {}
  return [...columns.map((column) => entry[column]), name, domain, tenant].map(csvCell).join(',')
}

/** Prefixes cells that a spreadsheet would evaluate as a formula. */
function csvCell(value: unknown): string {
  if (value === null) return '""'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`
}

const daySchema = z.iso.date()
const timeSchema = z.iso.datetime({ offset: true })
const DAY_MS = 86_400_000

/** Parses a period of dates, both days included, or ISO times, in UTC. Undefined if either is neither. */
export function readPeriod({ since, until }: { since?: string | undefined; until?: string | undefined }) {
  const period: Pick<EntryFilter, 'since' | 'until'> = {}
  for (const [side, text] of [
    ['since', since],
    ['until', until],
  ] as const) {
    if (text === undefined) continue
    const isDay = daySchema.safeParse(text).success
    if (!isDay && !timeSchema.safeParse(text).success) return undefined
    period[side] = new Date(Date.parse(text) + (isDay && side === 'until' ? DAY_MS : 0)).toISOString()
  }
  return period
}
