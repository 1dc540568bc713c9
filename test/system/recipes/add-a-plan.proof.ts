import { expect, it } from 'vitest'
import { draw } from '../../../cards/draw.ts'
import { stateOf } from '../../../dialogs/case.ts'
import type { CaseEvent } from '../../../dialogs/events.ts'
import { openCase, startable, step } from '../../../dialogs/step.ts'
import type { TrackName } from '../../../dialogs/track-names.ts'
import { parse, serialize } from '../../../dialogs/versions.ts'
import { policy } from '../../support/policy.ts'

const at = '2026-11-28T10:00:00.000Z'
const person = { tenant: 'tenant', id: 'person' }
const plan = 'plan/register-nonprofit' as TrackName

it('starts the new plan from an answer, draws it, stores it and completes it step by step', () => {
  const opening = { id: 'MC-7K2P9Q', conversation: 'c', edition: '2026-11', cloud: 'global', at, by: person } as const
  let { case: caseRecord } = openCase(policy, { ...opening, role: 'direct' })
  type Fact = CaseEvent extends infer E ? (E extends CaseEvent ? Omit<E, 'at' | 'by'> : never) : never
  const happens = (fact: Fact) => {
    const stepped = step(policy, caseRecord, { ...fact, at, by: { kind: 'person', person } } as CaseEvent)
    if (!stepped.ok) throw new Error(`${fact.type}: ${stepped.reason}`)
    const { version, context } = serialize(stepped.value.case)
    caseRecord = { ...stepped.value.case, ...parse(version, context) }
  }
  happens({ type: 'question.answered', question: 'service', value: 'something-else' })
  happens({ type: 'question.answered', question: 'topic', value: 'nonprofit-public-sector' })
  expect(startable(policy, caseRecord)).toContain(plan)
  happens({ type: 'track.started', track: plan })
  const card = draw(policy, { kind: 'case', case: caseRecord }, { locale: 'de', sandbox: false, names: {}, at })
  expect(JSON.stringify(card)).toContain('Satzung und Freistellungsbescheid liegen vor.')
  expect(stateOf(caseRecord)).toBe('in-progress')
  for (const id of ['charter', 'registered', 'close']) happens({ type: 'step.ticked', step: id, track: plan })
  expect(stateOf(caseRecord)).toBe('done')
})
