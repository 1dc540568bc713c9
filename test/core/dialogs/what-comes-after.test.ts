import { describe, expect, it } from 'vitest'
import type { Case } from '../../../dialogs/case.ts'
import type { CaseEvent } from '../../../dialogs/events.ts'
import type { Cloud } from '../../../dialogs/policy/policy.ts'
import type { QuestionId, Role } from '../../../dialogs/questions.ts'
import { isCaseOpen, openCase, startable, stateOf, step } from '../../../dialogs/step.ts'
import type { TrackName } from '../../../dialogs/track-names.ts'
import { nextStepOf } from '../../../dialogs/tracks/plan/context.ts'
import { nameOf, type PlanTrack } from '../../../dialogs/tracks/registry.ts'
import { policy } from '../../support/policy.ts'

const person = { tenant: '11111111-1111-4111-8111-111111111111', id: '22222222-2222-4222-8222-222222222222' }
const customer = { id: '33333333-3333-4333-8333-333333333333', name: 'Fabrikam', domain: 'fabrikam.com' }
const at = '2026-11-28T10:00:00.000Z'
type Unstamped<E> = E extends CaseEvent ? Omit<E, 'at' | 'by'> : never

function go(before: Case, event: Unstamped<CaseEvent>, time = at): Case {
  const stepped = step(policy, before, { ...event, at: time, by: { kind: 'person', person } } as CaseEvent)
  if (!stepped.ok) throw new Error(`${event.type} was refused: ${stepped.reason}`)
  return stepped.value.case
}

function answered(role: Role, answers: Partial<Record<QuestionId, string>>, cloud: Cloud = 'global'): Case {
  const opened = openCase(policy, {
    id: 'MC-7K2P9Q',
    conversation: 'a:1',
    edition: '2026-11',
    cloud,
    by: person,
    at,
    role,
  })
  return Object.entries(answers).reduce(
    (before, [question, value]) => go(before, { type: 'question.answered', question: question as QuestionId, value }),
    opened.case,
  )
}

/** Asks for a relationship that exists already, so that it is accepted at once. */
function withRelationship(before: Case, region?: 'yes' | 'unknown'): Case {
  const started = go(before, { type: 'track.started', track: 'relationship' })
  const asked = go(started, { type: 'details.given', track: 'relationship', fields: { customer: customer.domain } })
  const answer = { call: 'find-tenant', tenant: customer, isCustomer: true, ...(region && { region }) } as const
  const found = go(asked, { type: 'call.answered', track: 'relationship', since: at, answer })
  return go(found, { type: 'step.ticked', step: 'confirm-customer' })
}

const planIn = (caseRecord: Case, name: TrackName) =>
  caseRecord.tracks.find((track): track is PlanTrack => track.kind === 'plan' && nameOf(track) === name)

/** Completes every step of a plan by hand. */
function finish(before: Case, name: Extract<TrackName, `plan/${string}`>): Case {
  let caseRecord = before
  for (;;) {
    const plan = planIn(caseRecord, name)
    const next = plan && nextStepOf(plan.context)
    if (!next || plan.state !== 'open') return caseRecord
    const [choice] = next.choices ?? []
    caseRecord = go(caseRecord, {
      type: 'step.ticked',
      track: name,
      step: next.id,
      ...(choice === undefined ? {} : { choice }),
    })
  }
}

const bought = { service: 'licence', 'licence-source': 'microsoft-direct', goal: 'take-over' }

describe('a permission', () => {
  it('does not end a case whose goal is to sell, and leads on to the order', () => {
    const accepted = withRelationship(answered('direct', bought))
    expect(stateOf(accepted)).toBe('answered')
    expect(isCaseOpen(accepted)).toBe(true)
    expect(startable(policy, accepted)).toEqual(['plan/switch-licences'])
  })

  it('completes the step of a plan that waits for it, and of one that starts later', () => {
    const planned = go(answered('direct', bought), { type: 'track.started', track: 'plan/switch-licences' })
    for (const caseRecord of [
      withRelationship(planned),
      go(withRelationship(answered('direct', bought)), { type: 'track.started', track: 'plan/switch-licences' }),
    ]) {
      expect(planIn(caseRecord, 'plan/switch-licences')?.context.settled).toHaveProperty('relationship')
    }
  })

  it('hands the region that was found on to a plan', () => {
    const accepted = withRelationship(answered('direct', bought), 'unknown')
    const planned = go(accepted, { type: 'track.started', track: 'plan/switch-licences' })
    expect(planIn(planned, 'plan/switch-licences')?.context.settled.region).toEqual({
      at,
      by: 'upstream',
      choice: 'unknown',
    })
  })

  it('is the goal where nothing else is wanted', () => {
    expect(answered('direct', { ...bought, goal: 'support-only' }).goals).toEqual([
      ['delegated-admin', 'plan/work-in-customer-tenant'],
    ])
  })
})

describe('a goal that is reached', () => {
  it('ends the case and offers what comes afterwards', () => {
    const planned = go(answered('direct', bought), { type: 'track.started', track: 'plan/switch-licences' })
    expect(startable(policy, planned)).not.toContain('delegated-admin')
    const done = finish(planned, 'plan/switch-licences')
    expect(stateOf(done)).toBe('done')
    expect(startable(policy, done)).toContain('delegated-admin')
  })

  it('is needed for each of two services', () => {
    const both = answered('direct', {
      service: 'both',
      'licence-source': 'microsoft-direct',
      'usage-source': 'microsoft-direct',
    })
    const licences = finish(go(both, { type: 'track.started', track: 'plan/switch-licences' }), 'plan/switch-licences')
    expect(stateOf(licences)).toBe('answered')
    const azure = finish(go(licences, { type: 'track.started', track: 'plan/resource-move' }), 'plan/resource-move')
    expect(stateOf(azure)).toBe('done')
  })

  it('may be reached by an alternative', () => {
    const azure = answered('direct', { service: 'usage', 'usage-source': 'microsoft-direct', tenant: 'same' })
    const started = go(azure, { type: 'track.started', track: 'plan/manual-migration' })
    expect(stateOf(finish(started, 'plan/manual-migration'))).toBe('done')
  })
})

describe('a plan that is a step of another', () => {
  const azure = answered('direct', { service: 'usage', 'usage-source': 'microsoft-direct', tenant: 'same' })

  it('completes that step when it is over', () => {
    const moving = go(azure, { type: 'track.started', track: 'plan/resource-move' })
    const none = go(moving, { type: 'track.started', track: 'plan/plan-reservations', none: true })
    expect(planIn(none, 'plan/plan-reservations')?.state).toBe('done')
    expect(planIn(none, 'plan/resource-move')?.context.settled).toHaveProperty('reservations')
  })

  it('cannot be needless unless it says so', () => {
    const refused = step(policy, azure, {
      type: 'track.started',
      track: 'plan/resource-move',
      none: true,
      at,
      by: { kind: 'person', person },
    })
    expect(refused.ok).toBe(false)
  })
})

describe('a term', () => {
  const waiting = (end: string) => {
    const china = answered('direct', { service: 'licence', 'licence-source': 'csp-partner' }, 'china')
    const dated = go(china, { type: 'question.answered', question: 'term-end', value: end })
    return go(dated, { type: 'track.started', track: 'term' })
  }

  it('lets the new seats be ordered within its last 30 days, and a relationship be requested at any time', () => {
    expect(startable(policy, waiting('2026-12-29'))).toEqual(['relationship'])
    expect(startable(policy, waiting('2026-12-28'))).toEqual(['relationship', 'plan/switch-licences'])
  })
})

describe('a step of another track', () => {
  it('is not completed in a plan that has a step of the same id', () => {
    const azure = answered('direct', { service: 'usage', 'usage-source': 'ea' })
    const planned = go(azure, { type: 'track.started', track: 'plan/billing-ownership' })
    const ticked = step(policy, planned, {
      type: 'step.ticked',
      step: 'request',
      at,
      by: { kind: 'person', person },
    })
    expect(ticked.ok).toBe(false)
  })
})
