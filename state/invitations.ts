import type { TenantInfo } from '../dialogs/calls.ts'
import type { Track } from '../dialogs/tracks/registry.ts'
import { UnreadableCaseError } from '../dialogs/versions.ts'
import { orUnreadable } from './case-lists.ts'
import { caseColumns, readCase, type StoredCase } from './case-store.ts'
import { prepared } from './engine/prepared.ts'
import type { Tx } from './engine/transaction.ts'

/** Most cases searched: the person is typing and waits for the list. */
const MAX_SEARCHED = 200

const newestOf = prepared<{ tenant: string; person: string }>()((db, given) =>
  db
    .selectFrom('cases')
    .select(caseColumns)
    .where('tenant', '=', given.tenant)
    .where('created_by', '=', given.person)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(MAX_SEARCHED),
)

/** Returns the invited customer, null if none is chosen yet; undefined for a track without an invitation. */
function invitedBy({ kind, context }: Track): TenantInfo | null | undefined {
  return kind === 'relationship' || kind === 'invitation' ? context.customer : undefined
}

function matches({ case: caseRecord }: StoredCase, text: string): boolean {
  const invited = caseRecord.tracks.map(invitedBy).filter((customer) => customer !== undefined)
  if (invited.length === 0) return false
  const names = [caseRecord.id, ...invited.flatMap((customer) => (customer ? [customer.name, customer.domain] : []))]
  return names.some((name) => name.toLowerCase().includes(text))
}

/**
 * Searches a person's latest 200 cases for invitations, newest first. `text` must occur in the customer's name or domain or
 * in the case id; empty matches all. Skips cases that this release cannot read.
 */
export async function searchInvitations(
  tx: Tx,
  { tenant, person, text, limit }: { tenant: string; person: string; text: string; limit: number },
): Promise<StoredCase[]> {
  const wanted = text.trim().toLowerCase()
  const found: StoredCase[] = []
  for (const row of await newestOf.all(tx, { tenant, person })) {
    if (found.length >= limit) break
    // Cheaper than parsing each case.
    if (!/"kind":"(?:relationship|invitation)"/.test(row.context)) continue
    const stored = orUnreadable(() => readCase(row))
    if (!(stored instanceof UnreadableCaseError) && matches(stored, wanted)) found.push(stored)
  }
  return found
}
