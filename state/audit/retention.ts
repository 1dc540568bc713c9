import { withoutTexts } from '../../dialogs/erasable-texts.ts'
import { prepared } from '../engine/prepared.ts'
import type { CaseRow, HistoryRow } from '../engine/tables.ts'
import type { Tx } from '../engine/transaction.ts'
import { contextOf } from './erasure.ts'
import { entriesOf } from './history.ts'
import { redact } from './redaction.ts'

/** Cases whose texts are erased in one transaction. */
const casesAtOnce = 20

const findEnded = prepared<{ before: string }>()((db, given) =>
  db
    .selectFrom('cases')
    .select(['id', 'created_by', 'context'])
    // Both written out, not parameters: the index holds these rows only.
    .where('open', '=', (eb) => eb.lit(0))
    .where('texts', '=', (eb) => eb.lit(1))
    .where('updated_at', '<', given.before)
    .orderBy('updated_at')
    .limit(casesAtOnce),
)

const clearRow = prepared<Pick<CaseRow, 'id' | 'context'>>()((db, given) =>
  db.updateTable('cases').set({ context: given.context, texts: 0 }).where('id', '=', given.id),
)

/**
 * Erases what people typed in cases that ended before a time (ISO), in the case and in its history, which verifies all
 * the same. Takes some cases at once and says how many; call it until there is none.
 */
export async function eraseTextsOfEnded(tx: Tx, before: string, at: string): Promise<number> {
  const ended = await findEnded.all(tx, { before })
  const changed: HistoryRow[] = []
  for (const one of ended) {
    await clearRow.run(tx, { id: one.id, context: JSON.stringify(withoutTexts(contextOf(one))) })
    for (const row of await entriesOf(tx, one.id)) {
      const detail = JSON.stringify(withoutTexts(JSON.parse(row.detail)))
      if (detail !== row.detail) changed.push({ ...row, detail })
    }
  }
  await redact(tx, changed, { at, why: 'retention' })
  return ended.length
}
