import { withoutTexts } from '../../dialogs/erasable-texts.ts'
import { prepared } from '../engine/prepared.ts'
import type { CaseRow, HistoryRow } from '../engine/tables.ts'
import type { Tx } from '../engine/transaction.ts'
import { removePostedCards } from '../posted-cards.ts'
import { contextOf } from './erasure.ts'
import { entriesOf } from './history.ts'
import { redact } from './redaction.ts'

/** Most cases per transaction. */
const MAX_CASES = 20

const findEnded = prepared<{ before: string }>()((db, given) =>
  db
    .selectFrom('cases')
    .select(['id', 'created_by', 'context'])
    // Literals, not parameters: the partial index covers these rows only.
    .where('open', '=', (eb) => eb.lit(0))
    .where('texts', '=', (eb) => eb.lit(1))
    .where('updated_at', '<', given.before)
    .orderBy('updated_at')
    .limit(MAX_CASES),
)

const clearRow = prepared<Pick<CaseRow, 'id' | 'context'>>()((db, given) =>
  db.updateTable('cases').set({ context: given.context, texts: 0 }).where('id', '=', given.id),
)

/**
 * Erases typed texts from cases that ended before an ISO time, and from their history, which still verifies, and
 * forgets the messages that show them.
 * Processes a batch of cases and returns its size; call it until it returns 0.
 */
export async function eraseTextsOfEnded(tx: Tx, before: string, at: string): Promise<number> {
  const ended = await findEnded.all(tx, { before })
  const changed: HistoryRow[] = []
  for (const endedCase of ended) {
    await clearRow.run(tx, { id: endedCase.id, context: JSON.stringify(withoutTexts(contextOf(endedCase))) })
    await removePostedCards(tx, endedCase.id)
    for (const row of await entriesOf(tx, endedCase.id)) {
      const detail = JSON.stringify(withoutTexts(JSON.parse(row.detail)))
      if (detail !== row.detail) changed.push({ ...row, detail })
    }
  }
  await redact(tx, changed, { at, why: 'retention' })
  return ended.length
}
