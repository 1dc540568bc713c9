import { sql } from 'kysely'
import { prepared } from '../engine/prepared.ts'
import type { Tx } from '../engine/transaction.ts'

const findRows = prepared<{ id: string }>()((db, given) =>
  db.selectFrom('people').select(['tenant', 'name', 'account']).where('id', '=', given.id),
)

/** Somebody as every tenant they were met in knows them. */
export const peopleOf = (tx: Tx, id: string): Promise<{ tenant: string; name: string; account: string | null }[]> =>
  findRows.all(tx, { id })

/** Which function finds a text in another. */
export const finding = { sqlite: 'instr', postgres: 'strpos' } as const

type Ids = { id: string; pseudonym: string }

const deletePeople = prepared<{ id: string }>()((db, given) => db.deleteFrom('people').where('id', '=', given.id))
const deleteAttempts = prepared<{ id: string }>()((db, given) =>
  db.deleteFrom('code_attempts').where('person', '=', given.id),
)
const deletePersonal = prepared<{ needle: string }>()((db, given, dialect) =>
  db
    .deleteFrom('conversations')
    .where('kind', '=', 'personal')
    .where(sql<boolean>`${sql.raw(finding[dialect])}(reference, ${given.needle}) > 0`),
)

/** Columns that say who did something. */
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

/** A repeat of such a delivery is still known, and answered with nothing. */
const blankAnswers = prepared<{ needle: string }>()((db, given, dialect) =>
  db
    .updateTable('deliveries')
    .set({ answer: '' })
    .where(sql<boolean>`${sql.raw(finding[dialect])}(answer, ${given.needle}) > 0`),
)

const findPayloads = prepared<{ needle: string }>()((db, given, dialect) =>
  db
    .selectFrom('outbox')
    .select(['id', 'payload'])
    .where(sql<boolean>`${sql.raw(finding[dialect])}(payload, ${given.needle}) > 0`),
)
const writePayload = prepared<{ id: number; payload: string }>()((db, given) =>
  db.updateTable('outbox').set({ payload: given.payload }).where('id', '=', given.id),
)

/** How a text stands within JSON. */
const inJson = (text: string) => JSON.stringify(text).slice(1, -1)

export interface Forgetting extends Ids {
  people: readonly { account: string | null }[]
  /** What gives a stored answer or message away as theirs. */
  needles: readonly string[]
  /** What becomes of a message that still waits. */
  clean: (value: unknown) => unknown
}

/** Takes a person out of everything but cases, ledger and history. */
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
