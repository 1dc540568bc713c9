import { findCase, saveCase } from '../../state/case-store.ts'
import { openDatabase } from '../../state/engine/database.ts'
import { ConflictError } from '../../state/engine/transaction.ts'
import { answerServices } from './sample-case.ts'

/**
 * A process that saves a case repeatedly, and prints each revision after its transaction: `node writer.ts URL TENANT CASE SAVES`.
 */
const [url = '', tenant = '', id = '', saves = ''] = process.argv.slice(2)
const db = await openDatabase(url)

async function saveOnce(): Promise<number> {
  return db.transaction(async (tx) => {
    const stored = await findCase(tx, tenant, id)
    if (!stored) throw new Error('the case is missing')
    const next = answerServices({ ...stored.case, intake: 'asking-role' }, 'role', 'direct')
    const saved = await saveCase(tx, stored, next.case, next.entry)
    return saved.case.revision
  })
}

for (let count = 0; count < Number(saves); ) {
  try {
    process.stdout.write(`${await saveOnce()}\n`)
    count += 1
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error
  }
}
await db.close()
