import { prepared } from './engine/prepared.ts'
import type { PostedCardRow } from './engine/tables.ts'
import type { Tx } from './engine/transaction.ts'

/** A message that shows a case outside its own conversation. The table is called `copies`. */
export interface PostedCard {
  caseId: string
  /** Tenant of the conversation; may differ from that of the case. */
  tenant: string
  conversation: string
  message: string
  view: PostedCardRow['view']
}

const insertRow = prepared<PostedCardRow>()((db, given) =>
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

/** Stores a posted card; keeps the earlier row if the message is known. */
export async function addPostedCard(tx: Tx, { caseId, ...card }: PostedCard): Promise<void> {
  await insertRow.run(tx, { ...card, case_id: caseId })
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

/** Lists the posted cards of a case in all tenants, for updating them and for checking where a button was clicked. */
export async function postedCardsOf(tx: Tx, caseId: string): Promise<PostedCard[]> {
  const rows = await findRows.all(tx, { case_id: caseId })
  return rows.map(({ case_id, ...row }) => ({ ...row, caseId: case_id }))
}

const deleteRows = prepared<{ case_id: string }>()((db, given) =>
  db.deleteFrom('copies').where('case_id', '=', given.case_id),
)

/** Deletes the posted cards of a case, so that they are no longer updated. */
export async function removePostedCards(tx: Tx, caseId: string): Promise<void> {
  await deleteRows.run(tx, { case_id: caseId })
}
