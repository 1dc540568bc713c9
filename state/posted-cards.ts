import { prepared } from './engine/prepared.ts'
import type { CopyRow } from './engine/tables.ts'
import type { Tx } from './engine/transaction.ts'

/** A message that shows a case elsewhere than in its own conversation, and what it shows of it. */
export interface PostedCard {
  caseId: string
  /** Of the conversation, which need not be that of the case. */
  tenant: string
  conversation: string
  message: string
  view: CopyRow['view']
}

const insertRow = prepared<CopyRow>()((db, given) =>
  db
    .insertInto('copies')
    .values({
      tenant: given.tenant,
      conversation: given.conversation,
      message: given.message,
      case_id: given.case_id,
      view: given.view,
    })
    .onConflict((conflict) => conflict.columns(['tenant', 'conversation', 'message']).doNothing()),
)

/** Remembers a copy; one that is known already stays as it is. */
export async function addPostedCard(tx: Tx, { caseId, ...copy }: PostedCard): Promise<void> {
  await insertRow.run(tx, { ...copy, case_id: caseId })
}

const findRows = prepared<{ case_id: string }>()((db, given) =>
  db
    .selectFrom('copies')
    .selectAll()
    .where('case_id', '=', given.case_id)
    .orderBy('tenant')
    .orderBy('conversation')
    .orderBy('message'),
)

/** Every copy of a case, in all tenants: only for updating them and for checking where a button was pressed. */
export async function postedCardsOf(tx: Tx, caseId: string): Promise<PostedCard[]> {
  const rows = await findRows.all(tx, { case_id: caseId })
  return rows.map(({ case_id, ...row }) => ({ ...row, caseId: case_id }))
}

const deleteRows = prepared<{ case_id: string }>()((db, given) =>
  db.deleteFrom('copies').where('case_id', '=', given.case_id),
)

/** Forgets every copy of a case, so that none is updated any more. */
export async function removePostedCards(tx: Tx, caseId: string): Promise<void> {
  await deleteRows.run(tx, { case_id: caseId })
}
