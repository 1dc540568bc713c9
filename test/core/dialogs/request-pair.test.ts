import { describe, expect, it } from 'vitest'
import { type Case, stateOf } from '../../../dialogs/case.ts'
import type { CaseEvent, Effect } from '../../../dialogs/events.ts'
import { type PeerNews, peerNewsSchema } from '../../../dialogs/peer.ts'
import type { Answers } from '../../../dialogs/questions.ts'
import { type RequestKind, requestKinds } from '../../../dialogs/requests.ts'
import { openCase, openDeskCase, startable, step } from '../../../dialogs/step.ts'
import type { InvitationName, TrackName } from '../../../dialogs/track-names.ts'
import { workTrackOf } from '../../../dialogs/tracks/invitation/work.ts'
import { stepsOf } from '../../../dialogs/tracks/plan/context.ts'
import { nameOf, type Track } from '../../../dialogs/tracks/registry.ts'
import { policy } from '../../support/policy.ts'
import { at, contoso, email, fabrikam, item, transferOf } from './acting.ts'

/** Two cases, of a reseller and of its provider, that know of each other only by what they tell. */

type Side = 'reseller' | 'provider'
type What = CaseEvent extends infer E ? (E extends CaseEvent ? Omit<E, 'at' | 'by'> : never) : never
const people = {
  reseller: { tenant: 'a0000000-0000-4000-8000-000000000001', id: 'reseller-person' },
  provider: { tenant: 'a0000000-0000-4000-8000-000000000002', id: 'provider-person' },
}
const edition = '2026-11'
const place = { conversation: 'room', edition, cloud: 'global', at } as const

/** Answers of a reseller that lead to each request. */
const answersFor: Record<RequestKind, Answers> = {
  order: { service: 'licence', 'licence-source': 'microsoft-direct', goal: 'take-over' },
  'azure-plan': { service: 'usage', 'usage-source': 'microsoft-direct', goal: 'take-over', tenant: 'same' },
  transfer: { service: 'usage', 'usage-source': 'csp-partner', 'same-provider': 'no' },
  'billing-ownership': { service: 'usage', 'usage-source': 'ea', goal: 'take-over' },
  'channel-transfer': { service: 'licence', 'licence-source': 'ea', goal: 'take-over' },
  'reseller-of-record': { service: 'something-else', topic: 'seller-suspended' },
}

function createPair(request: RequestKind, answers: Answers = answersFor[request]) {
  const track: InvitationName = `invitation/${request}`
  const { case: opened } = openCase(policy, { ...place, id: 'MC-RESE11', by: people.reseller })
  const cases: { reseller: Case; provider?: Case } = {
    reseller: { ...opened, intake: 'answered', answers: { role: 'indirect-reseller', ...answers } },
  }
  const notices: Record<Side, string[]> = { reseller: [], provider: [] }
  const posted: PeerNews[] = []

  function take(side: Side, event: CaseEvent): boolean {
    const before = cases[side]
    const next = before && step(policy, before, event)
    if (!next?.ok) return false
    cases[side] = next.value.case
    deliver(side, next.value.effects)
    return true
  }
  function deliver(side: Side, effects: readonly Effect[]) {
    const own = cases[side] as Case
    for (const effect of effects) {
      if (effect.kind === 'notify') notices[side].push(effect.notice.request ?? effect.notice.key)
      if (effect.kind !== 'tell') continue
      const news = peerNewsSchema.parse(JSON.parse(JSON.stringify(effect.news)))
      posted.push(news)
      if (news.kind === 'asked') {
        const desk = openDeskCase(policy, { ...place, id: 'MC-DESK22', by: people.provider }, news)
        cases.provider = desk.case
        deliver('provider', desk.effects)
        const peer = { tenant: people.provider.tenant, case: 'MC-DESK22' }
        take('reseller', { type: 'peer.linked', track, peer, at, by: { kind: 'peer' } })
        continue
      }
      const from = { tenant: own.tenant, case: own.id }
      take(side === 'provider' ? 'reseller' : 'provider', {
        type: 'peer.told',
        track,
        from,
        news,
        at,
        by: { kind: 'peer' },
      })
    }
  }

  const trackIn = (side: Side, name: TrackName): Track => {
    const found = cases[side]?.tracks.find((each) => nameOf(each) === name)
    if (!found) throw new Error(`no ${name} at the ${side}`)
    return found
  }
  const must = (side: Side, what: What, by: CaseEvent['by'] = { kind: 'person', person: people[side] }) => {
    const event = { ...what, at, by } as CaseEvent
    if (!take(side, event)) throw new Error(`refused at the ${side}: ${JSON.stringify(event)}`)
  }
  const upstream = (side: Side, what: What) => must(side, what, { kind: 'upstream' })
  const ask = () => {
    must('reseller', { type: 'track.started', track })
    must('reseller', {
      type: 'details.given',
      track,
      fields: { customer: 'contoso.example', products: 'All', partnerId: '1000002', note: '' },
    })
    const answer = { call: 'find-tenant', tenant: contoso, isCustomer: false } as const
    upstream('reseller', { type: 'call.answered', track, since: at, answer })
    must('reseller', { type: 'step.ticked', step: 'ask-partner', track })
  }
  return { cases, notices, posted, take, must, upstream, ask, trackIn, track }
}

/** Completes every step of an open plan, in order. */
function finishPlan(pair: ReturnType<typeof createPair>, name: TrackName) {
  for (let count = 0; count < 40; count += 1) {
    const plan = pair.trackIn('provider', name)
    if (plan.kind !== 'plan' || plan.state !== 'open') return
    const caseRecord = pair.cases.provider as Case
    const done = Object.keys(plan.context.settled)
    const moved = allSteps(plan).some(({ id, choices: offered }) => {
      if (done.includes(id)) return false
      const choice = offered?.[0]
      const event = { type: 'step.ticked', track: name, step: id, ...(choice === undefined ? {} : { choice }) } as const
      return pair.take('provider', { ...event, at, by: { kind: 'person', person: people.provider } })
    })
    if (!moved) throw new Error(`${name} of ${caseRecord.id} goes no further`)
  }
}
const allSteps = (plan: Extract<Track, { kind: 'plan' }>) => stepsOf(plan.context)

describe('a request between two tenants', () => {
  it.each(requestKinds)('on %s is offered by the answer, and its work stands ready at the desk', (request) => {
    const pair = createPair(request)
    expect(startable(policy, pair.cases.reseller)).toContain(pair.track)
    pair.ask()
    expect(pair.trackIn('reseller', pair.track).state).toBe('at-direct-partner')
    const desk = pair.cases.provider as Case
    expect(desk.answers).toEqual({ role: 'indirect-provider', ...answersFor[request] })
    expect(startable(policy, desk)).toContain(workTrackOf(request))
    expect(pair.notices).toEqual({ reseller: [], provider: ['request-asked'] })
  })

  it.each(requestKinds)('on %s has its work ready though the desk’s edition does not know the answers', (request) => {
    const { posted, ask } = createPair(request)
    ask()
    const [news] = posted
    if (news?.kind !== 'asked') throw new Error('nothing was asked')
    const older = { ...place, edition: '2017-03', id: 'MC-DESK22', by: people.provider }
    const { case: desk } = openDeskCase(policy, older, news)
    expect(startable(policy, desk)).toContain(workTrackOf(request))
    const done = step(policy, desk, {
      type: 'step.ticked',
      step: 'request-done',
      at,
      by: { kind: 'person', person: people.provider },
    })
    expect(done.ok && stateOf(done.value.case)).toBe('done')
  })

  it.each(requestKinds.filter((request) => request !== 'transfer'))(
    'on %s is fulfilled by the last step of the provider’s plan',
    (request) => {
      const pair = createPair(request)
      pair.ask()
      const work = workTrackOf(request)
      pair.must('provider', { type: 'track.started', track: work })
      expect(pair.trackIn('reseller', pair.track).state).toBe('in-hand')
      expect(pair.trackIn('provider', work).context).toMatchObject({ role: 'indirect-provider' })
      finishPlan(pair, work)
      expect(pair.trackIn('provider', work).state).toBe('done')
      expect(pair.trackIn('provider', pair.track).state).toBe('fulfilled')
      expect(pair.trackIn('reseller', pair.track).state).toBe('fulfilled')
      expect(pair.notices.reseller).toEqual(['in-hand', 'completed'])
      expect(stateOf(pair.cases.provider as Case)).toBe('done')
    },
  )

  it('tells every turn of the provider’s transfer, which knows customer and reseller', () => {
    const pair = createPair('transfer')
    pair.ask()
    const track = 'transfer'
    const call = (answer: Extract<CaseEvent, { type: 'call.answered' }>['answer']) =>
      pair.upstream('provider', { type: 'call.answered', track, since: at, answer })
    pair.must('provider', { type: 'track.started', track })
    expect(pair.trackIn('provider', track).context).toMatchObject({
      way: 'api',
      product: 'azure',
      side: 'target',
      typed: { customer: contoso.domain },
      reseller: { tenant: people.reseller.tenant },
      partnerId: '1000002',
    })
    const request = () => {
      const fields = { customer: contoso.domain, source: fabrikam.domain, email }
      pair.must('provider', { type: 'details.given', track, fields })
      call({ call: 'find-tenant', tenant: contoso, isCustomer: true })
      call({ call: 'find-tenant', tenant: fabrikam, isCustomer: false })
      call({ call: 'check-transfer', eligibility: { relationship: 'yes', region: 'yes', azurePlan: 'yes' } })
      pair.must('provider', { type: 'step.ticked', step: 'request' })
      call({ call: 'create-transfer', transfer: transferOf('pending', { createdAt: at }) })
    }
    const seen = (status: Parameters<typeof transferOf>[0]) => {
      const transfers = [transferOf(status, { createdAt: at, items: [item('one')] })]
      const sighting = { resource: `transfers/${contoso.id}`, transfers } as const
      pair.upstream('provider', { type: 'resource.seen', track, sighting })
    }
    request()
    seen('rejected')
    expect(pair.trackIn('reseller', pair.track).state).toBe('in-hand')
    pair.must('provider', { type: 'track.started', track })
    request()
    seen('completed')
    expect(pair.notices.reseller).toEqual(['in-hand', 'requested', 'rejected', 'in-hand', 'requested', 'completed'])
    expect(pair.trackIn('reseller', pair.track).state).toBe('fulfilled')
    const told = JSON.stringify(pair.posted.slice(1))
    expect(told).not.toContain(fabrikam.id)
    expect(told).not.toContain(email)
  })

  it('is withdrawn by either side, and the work of the other goes on', () => {
    const left = createPair('order')
    left.ask()
    left.must('provider', { type: 'track.started', track: 'plan/switch-licences' })
    left.must('reseller', { type: 'track.cancelled', track: left.track })
    expect(left.trackIn('provider', left.track).state).toBe('cancelled')
    expect(left.trackIn('provider', 'plan/switch-licences').state).toBe('open')
    const right = createPair('order')
    right.ask()
    right.must('provider', { type: 'case.cancelled' })
    expect(right.trackIn('reseller', right.track).state).toBe('cancelled')
    expect(right.notices.reseller).toEqual(['request-withdrawn'])
  })

  it('completes the step of the reseller’s plan that waits for it', () => {
    const pair = createPair('order')
    const plan = 'plan/switch-licences'
    pair.must('reseller', { type: 'track.started', track: plan })
    pair.ask()
    const settled = () => {
      const track = pair.trackIn('reseller', plan)
      return track.kind === 'plan' ? Object.keys(track.context.settled) : []
    }
    pair.must('provider', { type: 'track.started', track: plan })
    expect(settled()).not.toContain('order')
    pair.must('provider', { type: 'step.ticked', step: 'request-done', track: pair.track })
    expect(settled()).toContain('order')
  })

  it('passes on no answer that the provider does not need', () => {
    const pair = createPair('order', { ...answersFor.order, 'term-end': '2027-01-31' })
    pair.ask()
    const [asked] = pair.posted
    expect(asked?.kind === 'asked' && asked.answers).toEqual(answersFor.order)
  })
})

describe('news of earlier releases', () => {
  it('are read as requests for an invitation', () => {
    const news = {
      kind: 'asked',
      customer: contoso,
      note: '',
      from: { tenant: 'reseller-tenant', case: 'MC-RESE11' },
      answers: { service: 'licence', 'licence-source': 'open' },
    } as const
    expect(peerNewsSchema.parse(news)).toEqual(news)
    const { case: desk } = openDeskCase(policy, { ...place, id: 'MC-DESK22', by: people.provider }, news)
    expect(desk.answers.role).toBe('direct')
    expect(desk.tracks).toMatchObject([{ kind: 'invitation', state: 'at-direct-partner', context: { request: null } }])
  })
})
