import { sql } from 'kysely'
import { prepared } from '../engine/prepared.ts'
import type { Tx } from '../engine/transaction.ts'

const findRows = prepared<{ id: string }>()((db, given) =>
  db.selectFrom('people').select(['tenant', 'name', 'account']).where('id', '=', given.id),
)

/** Reads a person's name and account in every tenant that knows them. */
export const accountsOfPerson = (
  tx: Tx,
  id: string,
): Promise<{ tenant: string; name: string; account: string | null }[]> => findRows.all(tx, { id })

/** SQL function that finds a substring. */
export const positionFunction = { sqlite: 'instr', postgres: 'strpos' } as const

type Ids = { id: string; pseudonym: string }

const deletePeople = prepared<{ id: string }>()((db, given) => db.deleteFrom('people').where('id', '=', given.id))
const deleteAttempts = prepared<{ id: string }>()((db, given) =>
  db.deleteFrom('code_attempts').where('person', '=', given.id),
)
const deletePersonal = prepared<{ needle: string }>()((db, given, dialect) =>
  db
    .deleteFrom('conversations')
    .where('kind', '=', 'personal')
    .where(sql<boolean>`${sql.raw(positionFunction[dialect])}(reference, ${given.needle}) > 0`),
)

/** Replaces the person's id in the columns that name an actor. */
const renames = [
  prepared<Ids>()((db, given) =>
    db.updateTable('links').set({ fetched_by: given.pseudonym }).where('fetched_by', '=', given.id),
  ),
  prepared<Ids>()((db, given) =>
    db.updateTable('desks').set({ set_by: given.pseudonym }).where('set_by', '=', given.id),
  ),
  prepared<Ids>()((db, given) =>
    db.updateTable('codes').set({ made_by: given.pseudonym }).where('made_by', '=', given.id),
  ),
  prepared<Ids>()((db, given) =>
    db.updateTable('pairings').set({ paired_by: given.pseudonym }).where('paired_by', '=', given.id),
  ),
]

/** Empties stored answers. A repeated delivery is still recognised, and gets an empty answer. */
const blankAnswers = prepared<{ needle: string }>()((db, given, dialect) =>
  db
    .updateTable('deliveries')
    .set({ answer: '' })
    .where(sql<boolean>`${sql.raw(positionFunction[dialect])}(answer, ${given.needle}) > 0`),
)

const findPayloads = prepared<{ needle: string }>()((db, given, dialect) =>
  db
    .selectFrom('outbox')
    .select(['id', 'payload'])
    .where(sql<boolean>`${sql.raw(positionFunction[dialect])}(payload, ${given.needle}) > 0`),
)
const writePayload = prepared<{ id: number; payload: string }>()((db, given) =>
  db.updateTable('outbox').set({ payload: given.payload }).where('id', '=', given.id),
)

/** Escapes a text as JSON does within a string. */
const inJson = (text: string) => JSON.stringify(text).slice(1, -1)

interface Forgetting extends Ids {
  people: readonly { account: string | null }[]
  /** Texts that identify a stored answer or message as the person's. */
  needles: readonly string[]
  /** Removes the person from the payload of a waiting effect. */
  clean: (value: unknown) => unknown
}

/** Erases a person from all tables except cases, ledger and history. */
export async function forgetPerson(tx: Tx, { id, pseudonym, people, needles, clean }: Forgetting): Promise<void> {
  await deletePeople.run(tx, { id })
  await deleteAttempts.run(tx, { id })
  for (const { account } of people) if (account) await deletePersonal.run(tx, { needle: inJson(account) })
  for (const rename of renames) await rename.run(tx, { id, pseudonym })
  for (const needle of needles) {
    await blankAnswers.run(tx, { needle: inJson(needle) })
    for (const row of await findPayloads.all(tx, { needle: inJson(needle) })) {
      await writePayload.run(tx, { id: row.id, payload: JSON.stringify(clean(JSON.parse(row.payload))) })
    }
  }
}
