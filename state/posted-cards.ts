import { prepared } from './engine/prepared.ts'
import type { PostedCardRow } from './engine/tables.ts'
import type { Tx } from './engine/transaction.ts'

/** A message that shows a whole case, or its request at the approvals desk. The table is called `copies`. */
export interface PostedCard {
  caseId: string
  /** Tenant of the conversation; may differ from that of the case. */
  tenant: string
  conversation: string
  message: string
  view: PostedCardRow['view']
}

const upsertRow = prepared<PostedCardRow>()((db, given) =>
  db
    .insertInto('copies')
    .values({
      tenant: given.tenant,
      conversation: given.conversation,
      message: given.message,
      case_id: given.case_id,
      view: given.view,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['tenant', 'conversation', 'message'])
        .doUpdateSet((eb) => ({ case_id: eb.ref('excluded.case_id'), view: eb.ref('excluded.view') })),
    ),
)

/** Stores what a message shows from now on. */
export async function putPostedCard(tx: Tx, { caseId, ...card }: PostedCard): Promise<void> {
  await upsertRow.run(tx, { ...card, case_id: caseId })
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

/** Lists the posted cards of a case in all tenants. */
export async function postedCardsOf(tx: Tx, caseId: string): Promise<PostedCard[]> {
  const rows = await findRows.all(tx, { case_id: caseId })
  return rows.map(({ case_id, ...row }) => ({ ...row, caseId: case_id }))
}

type Address = Pick<PostedCard, 'tenant' | 'conversation' | 'message'>

const deleteRow = prepared<Address>()((db, given) =>
  db
    .deleteFrom('copies')
    .where('tenant', '=', given.tenant)
    .where('conversation', '=', given.conversation)
    .where('message', '=', given.message),
)

/** Forgets a message that shows no case any more, or is gone. */
export async function removePostedCard(tx: Tx, { tenant, conversation, message }: Address): Promise<void> {
  await deleteRow.run(tx, { tenant, conversation, message })
}

const deleteRows = prepared<{ case_id: string }>()((db, given) =>
  db.deleteFrom('copies').where('case_id', '=', given.case_id),
)

/** Forgets the posted cards of a case, so that they are no longer updated. */
export async function removePostedCards(tx: Tx, caseId: string): Promise<void> {
  await deleteRows.run(tx, { case_id: caseId })
}
