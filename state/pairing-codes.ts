import { hash } from 'node:crypto'
import type { Person } from '../dialogs/events.ts'
import { prepared } from './engine/prepared.ts'
import type { CodeRow } from './engine/tables.ts'
import { ConflictError, type Tx } from './engine/transaction.ts'

/** The desk that a code leads to. */
export interface CodePlace {
  tenant: string
  room: string
  conversation: string
}

const lifetimeMs = 10 * 60_000
/** So many wrong codes of a person are looked at within so long. */
const wrongCodes = 5
const wrongWithinMs = 10 * 60_000
/** How long it is still known that a code has run out or was used. */
const keptMs = 24 * 3_600_000

const shifted = (at: string, ms: number) => new Date(Date.parse(at) + ms).toISOString()

/** No I, L, O and U: nothing is mistaken for something else when it is read aloud. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

function codeOf(random: number): string {
  let code = ''
  for (let rest = random, index = 0; index < 8; index += 1, rest = Math.floor(rest / 32)) code += alphabet[rest % 32]
  return code
}

/** Reads a code as people type it: any case, spaces and hyphens anywhere, `O` for 0, `I` and `L` for 1. */
function readCode(text: string): string | undefined {
  const digits = text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')
  return /^[0-9A-HJKMNP-TV-Z]{8}$/.test(digits) ? digits : undefined
}

/** Whoever reads the database learns no code that still works by looking: it would have to be found within minutes. */
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
 * Makes a code of a desk, good once and for ten minutes: eight characters of Crockford base 32 out of 40 random bits.
 * It is told here and never again. Throws ConflictError where the same bits were drawn before.
 */
export async function createCode(
  tx: Tx,
  { tenant, room, conversation, by, at, random }: CodePlace & { by: string; at: string; random: number },
): Promise<string> {
  const code = codeOf(random)
  await deleteOld.run(tx, { before: shifted(at, -keptMs) })
  const row = { hash: hashOf(code), tenant, room, conversation, made_by: by, expires_at: shifted(at, lifetimeMs) }
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

async function use(tx: Tx, code: string, at: string): Promise<CodePlace | 'unknown' | 'expired' | 'used'> {
  const row = await findRow.first(tx, { hash: hashOf(code) })
  if (!row) return 'unknown'
  if (row.used_at !== null) return 'used'
  if (at >= row.expires_at) return 'expired'
  // Of two who type it at once, one uses it.
  const used = await useRow.run(tx, { hash: row.hash, at })
  if (used === 0) return 'used'
  const { tenant, room, conversation } = row
  return { tenant, room, conversation }
}

type Attempts = { tenant: string; person: string; wrong: string }

/** Changes nothing in a row that is there, and holds it until the commit: guesses made at once are counted one by one. */
const holdAttempts = prepared<Attempts>()((db, given) =>
  db
    .insertInto('code_attempts')
    .values({ tenant: given.tenant, person: given.person, wrong: given.wrong })
    .onConflict((conflict) =>
      conflict.columns(['tenant', 'person']).doUpdateSet((eb) => ({ wrong: eb.ref('code_attempts.wrong') })),
    )
    .returning('wrong'),
)

const noteAttempts = prepared<Attempts & { held: string }>()((db, given) =>
  db
    .updateTable('code_attempts')
    .set({ wrong: given.wrong })
    .where('tenant', '=', given.tenant)
    .where('person', '=', given.person)
    .where('wrong', '=', given.held),
)

/**
 * Uses up a code that somebody typed and gives the desk it leads to. A person's sixth wrong one within ten minutes, and
 * every other until then, is not looked at. The transaction has to end well for a wrong one to count. Throws ConflictError
 * when another guess of theirs was counted meanwhile.
 */
export async function redeemCode(
  tx: Tx,
  typed: string,
  { by, at }: { by: Person; at: string },
): Promise<CodePlace | 'unknown' | 'expired' | 'used' | 'slow-down'> {
  const code = readCode(typed)
  if (code === undefined) return 'unknown'
  const person = { tenant: by.tenant, person: by.id }
  const { wrong: held = '[]' } = (await holdAttempts.first(tx, { ...person, wrong: '[]' })) ?? {}
  const since = shifted(at, -wrongWithinMs)
  const recent = (JSON.parse(held) as string[]).filter((time) => time > since)
  if (recent.length >= wrongCodes) return 'slow-down'
  const found = await use(tx, code, at)
  if (typeof found !== 'string') return found
  const noted = await noteAttempts.run(tx, { ...person, held, wrong: JSON.stringify([...recent, at]) })
  if (noted === 0) throw new ConflictError('another guess was counted')
  return found
}
