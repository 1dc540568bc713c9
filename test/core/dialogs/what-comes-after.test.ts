import { describe, expect, it } from 'vitest'
import { type Case, isCaseOpen, nextOf, standingOf, stateOf } from '../../../dialogs/case.ts'
import type { CaseEvent } from '../../../dialogs/events.ts'
import type { Cloud } from '../../../dialogs/policy/policy.ts'
import type { QuestionId, Role } from '../../../dialogs/questions.ts'
import { openCase, startable, step } from '../../../dialogs/step.ts'
import type { TrackName } from '../../../dialogs/track-names.ts'
import { nextStepOf } from '../../../dialogs/tracks/plan/context.ts'
import { nameOf, type PlanTrack } from '../../../dialogs/tracks/registry.ts'
import type { TransferContext } from '../../../dialogs/tracks/transfer/context.ts'
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
    expect(standingOf(accepted)).toEqual({ state: 'next', next: 'plan/switch-licences' })
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
    expect(standingOf(licences)).toEqual({ state: 'next', next: 'plan/resource-move' })
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

/** A case whose transfer has moved this product, as far as the core can tell. */
function transferred(before: Case, product: TransferContext['product']): Case {
  const started = go(before, { type: 'track.started', track: 'transfer' })
  const track = started.tracks.find(({ kind }) => kind === 'transfer')
  expect(track?.context).toMatchObject({ product })
  const asSource = go(started, { type: 'details.given', track: 'transfer', fields: { side: 'target' } })
  // The way through the API belongs to the tests of transfers.
  const paper = asSource.tracks.map((each) =>
    each.kind === 'transfer' ? { ...each, state: 'completed' as const } : each,
  )
  return { ...asSource, tracks: paper }
}

describe('a transfer', () => {
  const both = () =>
    answered('direct', {
      service: 'both',
      'licence-source': 'csp-partner',
      'usage-source': 'csp-partner',
      commerce: 'new-commerce',
      offer: 'azure-plan',
    })

  it('fulfils only the part whose product it moves', () => {
    const licences = transferred(both(), 'licences')
    expect(nextOf(licences, () => startable(policy, licences))).toBe('transfer')
    expect(startable(policy, licences)).not.toContain('plan/regain-access')
    const azure = transferred(licences, 'azure')
    expect(stateOf(azure)).toBe('done')
    expect(startable(policy, azure)).toContain('plan/regain-access')
  })

  it('that is complete leads on to nothing but what comes afterwards', () => {
    const azure = answered('direct', { service: 'usage', 'usage-source': 'csp-partner', offer: 'azure-plan' })
    expect(startable(policy, transferred(azure, 'azure'))).toEqual(['plan/regain-access'])
  })

  it('leads the partner that handed over to nothing', () => {
    const azure = answered('direct', { service: 'usage', 'usage-source': 'csp-partner', offer: 'azure-plan' })
    const done = transferred(azure, 'azure')
    const tracks = done.tracks.map((track) =>
      track.kind === 'transfer' ? { ...track, context: { ...track.context, side: 'source' as const } } : track,
    )
    expect(startable(policy, { ...done, tracks })).toEqual([])
  })

  it('can be requested again for the rest', () => {
    const azure = answered('direct', { service: 'usage', 'usage-source': 'csp-partner', offer: 'azure-plan' })
    const done = transferred(azure, 'azure')
    const tracks = done.tracks.map((track) =>
      track.kind === 'transfer' ? { ...track, state: 'partially-completed' as const } : track,
    )
    expect(startable(policy, { ...done, tracks })).toEqual(['plan/regain-access', 'transfer'])
  })

  it('completes no step of a plan about the other product', () => {
    const older = answered('direct', {
      service: 'both',
      'licence-source': 'csp-partner',
      'usage-source': 'csp-partner',
      commerce: 'legacy',
      offer: 'legacy',
    })
    const licences = transferred(older, 'licences')
    const planned = go(licences, { type: 'track.started', track: 'plan/convert-to-azure-plan' })
    expect(planIn(planned, 'plan/convert-to-azure-plan')?.context.settled).not.toHaveProperty('transfer')
  })
})

describe('a goal', () => {
  it('of a topic is more than a preparation', () => {
    const leaving = answered('direct', { service: 'something-else', topic: 'leaving-csp' })
    const none = go(leaving, { type: 'track.started', track: 'plan/plan-reservations', none: true })
    expect(stateOf(none)).toBe('next')
    const suspended = answered('direct', { service: 'something-else', topic: 'seller-suspended' })
    expect(stateOf(withRelationship(suspended))).toBe('next')
  })

  it('is the plan, where an alternative begins with a request to the provider', () => {
    const owner = answered('indirect-reseller', { service: 'usage', 'usage-source': 'ea' })
    expect(owner.goals).toEqual([['invitation/billing-ownership', 'plan/resource-move']])
  })

  it('is never to find the seller, which ends by itself with the answer', () => {
    const unknown = answered('direct', { service: 'usage', 'usage-source': 'unknown' })
    const finding = go(unknown, { type: 'track.started', track: 'plan/find-seller' })
    expect(stateOf(finish(finding, 'plan/find-seller'))).toBe('answered')
    const reopened = go(finding, { type: 'question.reopened', question: 'usage-source' })
    const found = go(reopened, { type: 'question.answered', question: 'usage-source', value: 'ea' })
    expect(planIn(found, 'plan/find-seller')?.state).toBe('done')
    expect(stateOf(found)).toBe('next')
  })

  it('after a term is what the term leads to', () => {
    const seats = answered('direct', { service: 'licence', 'licence-source': 'csp-partner', commerce: 'new-commerce' })
    expect(seats.goals).toEqual([['transfer/licences', 'plan/switch-licences']])
  })

  it('survives the withdrawal of an edition while a question is open again', () => {
    const accepted = withRelationship(answered('direct', bought))
    const reopened = go(accepted, { type: 'question.reopened', question: 'licence-source' })
    const moved = go(reopened, { type: 'edition.withdrawn', from: '2025', edition: '2026-11' })
    expect(stateOf(moved)).toBe('next')
    expect(moved.goals).toEqual([['plan/switch-licences']])
  })
})

describe('a term under another answer', () => {
  it('leads to no purchase for a customer that leaves', () => {
    const leaving = answered('direct', { service: 'something-else', topic: 'leaving-csp', 'term-end': '2026-12-10' })
    const waiting = go(leaving, { type: 'track.started', track: 'term' })
    expect(startable(policy, waiting)).not.toContain('plan/switch-licences')
  })
})

describe('a plan', () => {
  it('that the answer no longer wants can be stopped', () => {
    const bundle = answered('direct', { ...bought, 'licence-source': 'syndication' })
    const leaving = go(bundle, { type: 'track.started', track: 'plan/leave-syndication' })
    const stopped = go(leaving, { type: 'track.cancelled', track: 'plan/leave-syndication' })
    expect(stateOf(stopped)).toBe('answered')
  })

  it('keeps a choice while a step that follows from it is completed', () => {
    const bundle = answered('direct', { ...bought, 'licence-source': 'syndication' })
    const track = 'plan/leave-syndication'
    const steps = ['region:yes', 'model:federated', 'own-admin', 'backup', 'tell-users', 'defederate']
    const defederated = steps.reduce(
      (before, each) => {
        const [id = '', choice] = each.split(':')
        return go(before, { type: 'step.ticked', track, step: id, ...(choice === undefined ? {} : { choice }) })
      },
      go(bundle, { type: 'track.started', track }),
    )
    for (const choice of ['syndicated', undefined]) {
      const event = { type: 'step.ticked', track, step: 'model', ...(choice && { choice }), at } as const
      expect(step(policy, defederated, { ...event, by: { kind: 'person', person } }).ok).toBe(false)
    }
  })

  it('waits for the plan that it has started', () => {
    const azure = answered('direct', { service: 'usage', 'usage-source': 'microsoft-direct', tenant: 'same' })
    const moving = go(azure, { type: 'track.started', track: 'plan/resource-move' })
    const sorting = go(moving, { type: 'track.started', track: 'plan/plan-reservations' })
    const event = { type: 'step.ticked', track: 'plan/resource-move', step: 'reservations', at } as const
    expect(step(policy, sorting, { ...event, by: { kind: 'person', person } }).ok).toBe(false)
    const none = go(sorting, { type: 'track.started', track: 'plan/plan-reservations', none: true })
    expect(planIn(none, 'plan/resource-move')?.context.settled).toHaveProperty('reservations')
  })

  it('asks for a second relationship where Azure is in another tenant', () => {
    const azure = answered('direct', { service: 'usage', 'usage-source': 'microsoft-direct', tenant: 'other' })
    const accepted = withRelationship(azure)
    const aligning = go(accepted, { type: 'track.started', track: 'plan/align-tenant' })
    const checked = go(aligning, { type: 'step.ticked', track: 'plan/align-tenant', step: 'region', choice: 'yes' })
    const chosen = go(checked, {
      type: 'step.ticked',
      track: 'plan/align-tenant',
      step: 'choose',
      choice: 'other-relationship',
    })
    expect(startable(policy, chosen)).toContain('relationship')
    const again = withRelationship(chosen)
    expect(planIn(again, 'plan/align-tenant')?.context.settled).toHaveProperty('second-relationship')
  })

  it('starts anew under another topic', () => {
    const azure = answered('direct', { service: 'usage', 'usage-source': 'microsoft-direct', tenant: 'same' })
    const moving = go(azure, { type: 'track.started', track: 'plan/resource-move' })
    const checked = go(moving, { type: 'step.ticked', track: 'plan/resource-move', step: 'region', choice: 'yes' })
    const owned = go(checked, { type: 'step.ticked', track: 'plan/resource-move', step: 'owner-both' })
    const reopened = go(owned, { type: 'question.reopened', question: 'service' })
    const other = go(reopened, { type: 'question.answered', question: 'service', value: 'something-else' })
    const leaving = go(other, { type: 'question.answered', question: 'topic', value: 'leaving-csp' })
    expect(Object.keys(planIn(leaving, 'plan/resource-move')?.context.settled ?? {})).toEqual(['region'])
  })
})

describe('the wrong account', () => {
  it('leaves room for a second relationship', () => {
    const wrong = withRelationship(answered('direct', { service: 'something-else', topic: 'wrong-account-accepted' }))
    expect(startable(policy, wrong)).toContain('relationship')
  })
})

describe('another edition', () => {
  it('gives back what only the first one asks, unless the answers before it change', () => {
    const support = answered('direct', { service: 'usage', 'usage-source': 'ea', goal: 'support-only' })
    const old = go(support, { type: 'edition.changed', edition: '2017-03' })
    const back = (before: Case) => go(before, { type: 'edition.changed', edition: '2026-11' })
    const answer = (value: string) => {
      const reopened = go(old, { type: 'question.reopened', question: 'usage-source' })
      return back(go(reopened, { type: 'question.answered', question: 'usage-source', value }))
    }
    expect(answer('ea').answers.goal).toBe('support-only')
    expect(answer('open').answers.goal).toBeUndefined()
  })
})
