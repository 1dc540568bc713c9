import { hash } from 'node:crypto'
import type { Person } from '../dialogs/events.ts'
import { ok, type Result, refused } from '../dialogs/result.ts'
import { prepared } from './engine/prepared.ts'
import type { CodeRow } from './engine/tables.ts'
import { ConflictError, type Tx } from './engine/transaction.ts'

/** A room, and the conversation to post to in it. */
export interface RoomAddress {
  tenant: string
  room: string
  conversation: string
}

const CODE_LIFETIME_MS = 10 * 60_000
/** Most wrong codes of a person that are checked per window. */
const MAX_WRONG_CODES = 5
const WRONG_CODE_WINDOW_MS = 10 * 60_000
/** Time for which an expired or used code is still recognised as such. */
const KEEP_CODE_MS = 24 * 3_600_000

const shifted = (at: string, ms: number) => new Date(Date.parse(at) + ms).toISOString()

/** Crockford base 32: no I, L, O or U, which are easily confused when read aloud. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

function codeOf(random: number): string {
  let code = ''
  for (let rest = random, index = 0; index < 8; index += 1, rest = Math.floor(rest / 32)) code += ALPHABET[rest % 32]
  return code
}

/** Parses a typed code: any case, spaces and hyphens anywhere, `O` for 0, `I` and `L` for 1. */
function readCode(text: string): string | undefined {
  const digits = text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')
  return /^[0-9A-HJKMNP-TV-Z]{8}$/.test(digits) ? digits : undefined
}

/** Only hashes are stored. Inverting one would have to succeed within the lifetime of the code. */
const hashOf = (code: string) => hash('sha256', code)

const deleteOld = prepared<{ before: string }>()((db, given) =>
  db.deleteFrom('codes').where('expires_at', '<', given.before),
)

const insertRow = prepared<Omit<CodeRow, 'used_at'>>()((db, given) =>
  db
    .insertInto('codes')
    .values({
      hash: given.hash,
      tenant: given.tenant,
      room: given.room,
      conversation: given.conversation,
      made_by: given.made_by,
      expires_at: given.expires_at,
    })
    .onConflict((conflict) => conflict.column('hash').doNothing()),
)

/**
 * Creates a one-time code of a desk, valid for ten minutes: eight characters from the 40 bits of `random`. Only the caller
 * ever sees it. Throws ConflictError if the code exists already.
 */
export async function createCode(
  tx: Tx,
  { tenant, room, conversation, by, at, random }: RoomAddress & { by: string; at: string; random: number },
): Promise<string> {
  const code = codeOf(random)
  await deleteOld.run(tx, { before: shifted(at, -KEEP_CODE_MS) })
  const row = { hash: hashOf(code), tenant, room, conversation, made_by: by, expires_at: shifted(at, CODE_LIFETIME_MS) }
  const inserted = await insertRow.run(tx, row)
  if (inserted === 0) throw new ConflictError('the code exists already')
  return code
}

const findRow = prepared<{ hash: string }>()((db, given) =>
  db.selectFrom('codes').selectAll().where('hash', '=', given.hash),
)

const useRow = prepared<{ hash: string; at: string }>()((db, given) =>
  db.updateTable('codes').set({ used_at: given.at }).where('hash', '=', given.hash).where('used_at', 'is', null),
)

type WrongCode = 'unknown' | 'expired' | 'used'

/** Uses up a code, unless it was typed in the room that it leads to. */
async function use(
  tx: Tx,
  code: string,
  { in: here, at }: Pick<Redemption, 'in' | 'at'>,
): Promise<Result<RoomAddress, WrongCode | 'self'>> {
  const row = await findRow.first(tx, { hash: hashOf(code) })
  if (!row) return refused('unknown')
  if (row.used_at !== null) return refused('used')
  if (at >= row.expires_at) return refused('expired')
  if (row.tenant === here.tenant && row.room === here.room) return refused('self')
  const used = await useRow.run(tx, { hash: row.hash, at })
  if (used === 0) return refused('used')
  const { tenant, room, conversation } = row
  return ok({ tenant, room, conversation })
}

type Attempts = { tenant: string; person: string; wrong: string }

/** Reads the wrong codes of a person, and adds a row without any. An existing row is locked, which avoids conflicts. */
const readAttempts = prepared<Attempts>()((db, given) =>
  db
    .insertInto('code_attempts')
    .values({ tenant: given.tenant, person: given.person, wrong: given.wrong })
    .onConflict((conflict) =>
      conflict.columns(['tenant', 'person']).doUpdateSet((eb) => ({ wrong: eb.ref('code_attempts.wrong') })),
    )
    .returning('wrong'),
)

const noteAttempts = prepared<Attempts & { before: string }>()((db, given) =>
  db
    .updateTable('code_attempts')
    .set({ wrong: given.wrong })
    .where('tenant', '=', given.tenant)
    .where('person', '=', given.person)
    .where('wrong', '=', given.before),
)

/** A code is typed by somebody, in a room, at a time. */
interface Redemption {
  by: Person
  in: Pick<RoomAddress, 'tenant' | 'room'>
  at: string
}

/**
 * Redeems a typed code for the address of its desk. After five wrong codes within ten minutes, refuses any code with
 * `slow-down`. The caller must commit after a refusal, or the wrong code does not count.
 * Throws ConflictError if another wrong code of the person was counted meanwhile.
 */
export async function redeemCode(
  tx: Tx,
  typed: string,
  { by, in: here, at }: Redemption,
): Promise<Result<RoomAddress, WrongCode | 'self' | 'slow-down'>> {
  const code = readCode(typed)
  if (code === undefined) return refused('unknown')
  const person = { tenant: by.tenant, person: by.id }
  const { wrong: before = '[]' } = (await readAttempts.first(tx, { ...person, wrong: '[]' })) ?? {}
  const since = shifted(at, -WRONG_CODE_WINDOW_MS)
  const recent = (JSON.parse(before) as string[]).filter((time) => time > since)
  if (recent.length >= MAX_WRONG_CODES) return refused('slow-down')
  const found = await use(tx, code, { in: here, at })
  if (found.ok || found.reason === 'self') return found
  const noted = await noteAttempts.run(tx, { ...person, before, wrong: JSON.stringify([...recent, at]) })
  if (noted === 0) throw new ConflictError('another wrong code was counted')
  return found
}
