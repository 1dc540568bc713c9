import { randomInt } from 'node:crypto'
import { type Case, caseId } from '../../dialogs/case.ts'
import { openCase, type Stepped, step } from '../../dialogs/step.ts'
import { insertCase, type StoredCase } from '../../state/case-store.ts'
import type { Database } from '../../state/engine/transaction.ts'
import { policy } from '../support/policy.ts'

export const noon = '2026-11-22T12:00:00.000Z'

/** Minutes after noon. */
export const after = (minutes: number) => new Date(Date.parse(noon) + minutes * 60_000).toISOString()

/** Returns a name that no other test uses, so that tests can share a database. */
export const unique = (what: string) => `${what}-${randomInt(2 ** 40).toString(36)}`

export const randomCaseId = () => caseId(randomInt(2 ** 30))

/** Opens a case, and returns it with the first entry of its history. */
export function sample(
  given: Partial<{ tenant: string; conversation: string; person: string; id: string; at: string }> = {},
) {
  const { tenant = unique('tenant'), conversation = 'a:conversation', person = 'reseller', at = noon } = given
  const id = given.id ?? randomCaseId()
  return openCase(policy, { id, conversation, edition: '2017-03', cloud: 'global', by: { tenant, id: person }, at })
}

/** Opens a case and stores it. */
export async function stored(db: Database, given: Parameters<typeof sample>[0] = {}): Promise<StoredCase> {
  const { case: caseRecord, entry } = sample(given)
  return db.transaction((tx) => insertCase(tx, caseRecord, sampleRoomOf(caseRecord.conversation), entry))
}

const sampleRoomOf = (conversation: string) => conversation.replace(/;messageid=.*$/, '')

/** Answers the next question of a case. */
export function answerServices(caseRecord: Case, question: 'role' | 'service', value: string, at = after(1)): Stepped {
  const by = { kind: 'person', person: caseRecord.createdBy } as const
  const stepped = step(policy, caseRecord, { type: 'question.answered', question, value, at, by })
  if (!stepped.ok) throw new Error(`the sample case refuses ${question} ${value}`)
  return stepped.value
}

/** Cancels a case. */
export function cancelCase(caseRecord: Case, at = after(2)): Stepped {
  const by = { kind: 'person', person: caseRecord.createdBy } as const
  const stepped = step(policy, caseRecord, { type: 'case.cancelled', at, by })
  if (!stepped.ok) throw new Error('the sample case refuses to be cancelled')
  return stepped.value
}
