import { expect, it } from 'vitest'
import { readCardAction } from '../../../cards/buttons.ts'
import { draw } from '../../../cards/draw.ts'
import { openCase, step } from '../../../dialogs/step.ts'
import { parse, serialize } from '../../../dialogs/versions.ts'
import { policy } from '../../support/policy.ts'

const at = '2026-11-28T10:00:00.000Z'
const person = { tenant: 'tenant', id: 'person' }
const question = 'contract' as 'offer'

it('asks the new question, reads its button, stores the answer and reads it back', () => {
  const opening = { id: 'MC-7K2P9Q', conversation: 'c', edition: '2026-11', cloud: 'global', at, by: person } as const
  let { case: caseRecord } = openCase(policy, { ...opening, role: 'direct' })
  const answer = (question: 'service' | 'licence-source' | 'goal' | 'offer', value: string) => {
    const by = { kind: 'person', person } as const
    const stepped = step(policy, caseRecord, { type: 'question.answered', question, value, at, by })
    if (!stepped.ok) throw new Error(`${question}: ${stepped.reason}`)
    caseRecord = stepped.value.case
  }
  const readBack = () => {
    const { version, context } = serialize(caseRecord)
    return parse(version, context)
  }
  answer('service', 'licence')
  answer('licence-source', 'syndication')
  answer('goal', 'take-over')
  expect(readBack().intake).toBe('asking-contract')
  const card = draw(policy, { kind: 'case', case: caseRecord }, { locale: 'de', sandbox: false, names: {}, at })
  expect(JSON.stringify(card)).toContain('Läuft der Vertrag')
  expect(readCardAction('answer', { case: caseRecord.id, rev: 2, question, value: 'running' })).toBeDefined()
  answer(question, 'running')
  expect(readBack()).toMatchObject({ intake: 'answered', answers: { contract: 'running' } })
})
