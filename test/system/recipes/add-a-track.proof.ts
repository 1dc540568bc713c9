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
const cancellation = 'cancellation' as TrackName

it('starts the new track from an answer, draws it, stores it and follows it to its end', () => {
  const opening = { id: 'MC-7K2P9Q', conversation: 'c', edition: '2017-03', cloud: 'global', at, by: person } as const
  let { case: caseRecord } = openCase(policy, { ...opening, role: 'direct' })
  type Fact = CaseEvent extends infer E ? (E extends CaseEvent ? Omit<E, 'at' | 'by'> : never) : never
  const happens = (fact: Fact) => {
    const stepped = step(policy, caseRecord, { ...fact, at, by: { kind: 'person', person } } as CaseEvent)
    if (!stepped.ok) throw new Error(`${fact.type}: ${stepped.reason}`)
    const { version, context } = serialize(stepped.value.case)
    caseRecord = { ...stepped.value.case, ...parse(version, context) }
  }
  happens({ type: 'question.answered', question: 'service', value: 'licence' })
  happens({ type: 'question.answered', question: 'licence-source', value: 'csp-partner' })
  expect(startable(policy, caseRecord)).toContain(cancellation)
  happens({ type: 'track.started', track: cancellation })
  const card = draw(policy, { kind: 'case', case: caseRecord }, { locale: 'fr', sandbox: false, names: {}, at })
  expect(JSON.stringify(card)).toContain('Le client résilie avant terme')
  happens({ type: 'step.ticked', step: 'cancellation-sent' })
  happens({ type: 'step.ticked', step: 'cancellation-confirmed' })
  expect(caseRecord.tracks).toMatchObject([{ kind: cancellation, state: 'confirmed' }])
  expect(stateOf(caseRecord)).toBe('done')
})
