import type { TenantInfo } from '../dialogs/calls.ts'
import type { Track } from '../dialogs/tracks/registry.ts'
import { UnreadableCaseError } from '../dialogs/versions.ts'
import { orUnreadable } from './case-lists.ts'
import { caseColumns, readCase, type StoredCase } from './case-store.ts'
import { prepared } from './engine/prepared.ts'
import type { Tx } from './engine/transaction.ts'

/** How many of a person's cases are looked at: somebody is typing and waits for the list. */
const looked = 200

const newestOf = prepared<{ tenant: string; person: string }>()((db, given) =>
  db
    .selectFrom('cases')
    .select(caseColumns)
    .where('tenant', '=', given.tenant)
    .where('created_by', '=', given.person)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(looked),
)

/** The customer whom a track invites; undefined for a track that invites nobody. */
function invitedBy({ kind, context }: Track): TenantInfo | null | undefined {
  return kind === 'relationship' || kind === 'invitation' ? context.customer : undefined
}

function isMeant({ case: caseRecord }: StoredCase, text: string): boolean {
  const invited = caseRecord.tracks.map(invitedBy).filter((customer) => customer !== undefined)
  if (invited.length === 0) return false
  const names = [caseRecord.id, ...invited.flatMap((customer) => (customer ? [customer.name, customer.domain] : []))]
  return names.some((name) => name.toLowerCase().includes(text))
}

/**
 * The cases of a person that hold an invitation, newest first: those whose customer's name or domain, or whose id, holds
 * `text`, or all for an empty one. Only the newest 200 cases of the person are looked at; one that this release cannot
 * read is left out.
 */
export async function searchInvitations(
  tx: Tx,
  { tenant, person, text, limit }: { tenant: string; person: string; text: string; limit: number },
): Promise<StoredCase[]> {
  const wanted = text.trim().toLowerCase()
  const found: StoredCase[] = []
  for (const row of await newestOf.all(tx, { tenant, person })) {
    if (found.length >= limit) break
    // Reading a case takes longer than looking whether it is of interest.
    if (!/"kind":"(?:relationship|invitation)"/.test(row.context)) continue
    const stored = orUnreadable(() => readCase(row))
    if (!(stored instanceof UnreadableCaseError) && isMeant(stored, wanted)) found.push(stored)
  }
  return found
}
