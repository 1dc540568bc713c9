import { describe, expect, it } from 'vitest'
import type { CallAnswer, Sighting } from '../../../dialogs/calls.ts'
import { type Case, isCaseOpen, stateOf } from '../../../dialogs/case.ts'
import type { Actor, CaseEvent, Effect } from '../../../dialogs/events.ts'
import { goalsOf } from '../../../dialogs/goals.ts'
import { decide } from '../../../dialogs/policy/decide.ts'
import type { Answers } from '../../../dialogs/questions.ts'
import { refused } from '../../../dialogs/result.ts'
import { openCase, startable, step, watchesOf } from '../../../dialogs/step.ts'
import type { TrackName } from '../../../dialogs/track-names.ts'
import { policy } from '../../support/policy.ts'
import { at, contoso, email, fabrikam, item, transferOf } from './acting.ts'

const person: Actor = { kind: 'person', person: { tenant: 'tenant', id: 'someone' } }
type What = CaseEvent extends infer E ? (E extends CaseEvent ? Omit<E, 'at' | 'by'> : never) : never
const event = (what: What, by: Actor = person) => ({ ...what, at, by }) as CaseEvent
const upstream = (what: What) => event(what, { kind: 'upstream' })

function answeredCase(edition: string, answers: Answers): Case {
  const { case: opened } = openCase(policy, {
    id: 'MC-7K2P9Q',
    conversation: 'c',
    edition,
    cloud: 'global',
    by: { tenant: 'tenant', id: 'someone' },
    at,
  })
  const answered: Case = { ...opened, intake: 'answered', answers: { role: 'direct', ...answers } }
  const outcome = decide(policy, answered)
  if (!outcome) throw new Error(`no answer to ${JSON.stringify(answers)}`)
  return { ...answered, goals: goalsOf(policy, outcome, answered.answers.role) }
}

/** Plays events on a case, every one of which has to count; the last step is what comes back. */
function played(caseRecord: Case, ...events: CaseEvent[]) {
  let last = { case: caseRecord, effects: [] as Effect[], entry: { detail: {} as Record<string, unknown>, by: '' } }
  for (const each of events) {
    const next = step(policy, last.case, each)
    if (!next.ok) throw new Error(`${next.reason}: ${JSON.stringify(each)}`)
    last = next.value
  }
  return last
}

const start = (track: TrackName) => event({ type: 'track.started', track })
const transferIn = (caseRecord: Case) => caseRecord.tracks.find(({ kind }) => kind === 'transfer')?.context
const licenceOnline: Answers = { service: 'licence', 'licence-source': 'microsoft-direct' }
const licenceElsewhere: Answers = { service: 'licence', 'licence-source': 'ea' }
const azureElsewhere: Answers = { service: 'usage', 'usage-source': 'ea' }
const azureInCsp: Answers = { service: 'usage', 'usage-source': 'csp-partner' }
const licenceInCsp: Answers = { service: 'licence', 'licence-source': 'csp-partner' }

const azurePlan = () => answeredCase('2026-11', { ...azureInCsp, offer: 'azure-plan' })

describe('tracks that can be started from an answer:', () => {
  it.each<[string, string, Answers, string[]]>([
    ['a relationship', '2017-03', licenceElsewhere, ['relationship']],
    [
      'the invitation of another partner',
      '2017-03',
      { ...licenceElsewhere, role: 'indirect-reseller' },
      ['invitation'],
    ],
    ['a relationship, then a migration by hand', '2017-03', azureElsewhere, ['relationship', 'plan/manual-migration']],
    [
      'a migration by hand, with the invitation of another partner',
      '2017-03',
      { ...azureElsewhere, role: 'indirect-reseller' },
      ['invitation', 'plan/manual-migration'],
    ],
    [
      'a relationship, then seats that go on in CSP or are ordered anew',
      '2026-11',
      licenceElsewhere,
      ['relationship', 'plan/channel-transfer', 'plan/switch-licences'],
    ],
    [
      'an invitation of its own or of another partner, and what the provider does',
      '2026-11',
      { ...licenceElsewhere, role: 'indirect-reseller' },
      ['relationship', 'invitation/channel-transfer', 'invitation/order', 'plan/switch-licences', 'invitation'],
    ],
    [
      'delegated admin alone',
      '2026-11',
      { ...licenceOnline, goal: 'support-only' },
      ['delegated-admin', 'plan/work-in-customer-tenant'],
    ],
    ['a transfer', '2017-03', azureInCsp, ['transfer']],
    [
      'a relationship and reservations, then a transfer or a move',
      '2026-11',
      { ...azureInCsp, offer: 'azure-plan' },
      ['relationship', 'plan/plan-reservations', 'transfer', 'plan/resource-move'],
    ],
    [
      'a conversion, then a transfer',
      '2026-11',
      { ...azureInCsp, offer: 'legacy' },
      ['relationship', 'plan/convert-to-azure-plan', 'transfer'],
    ],
    [
      'a request where the provider acts',
      '2026-11',
      { ...azureInCsp, 'same-provider': 'no', role: 'indirect-reseller' },
      ['relationship', 'plan/plan-reservations', 'invitation/transfer', 'invitation'],
    ],
    [
      'a transfer or the wait for the term',
      '2026-11',
      { ...licenceInCsp, commerce: 'new-commerce', 'term-end': '2027-06-30' },
      ['relationship', 'transfer', 'term'],
    ],
    [
      'nothing that depends on an unknown seller',
      '2026-11',
      { service: 'usage', 'usage-source': 'unknown' },
      ['plan/find-seller', 'relationship'],
    ],
  ])('%s (edition %s)', (_what, edition, answers, kinds) => {
    expect(startable(policy, answeredCase(edition, answers))).toEqual(kinds)
  })

  it('a relationship only once the term is over that binds the customer', () => {
    const waiting = played(answeredCase('2017-03', { ...licenceInCsp, 'term-end': '2026-12-24' }), start('term')).case
    expect(startable(policy, waiting)).toEqual([])
    const due = { ...event({ type: 'timer.fired', track: 'term', timer: 'reminder' }), at: '2026-12-24T08:00:00.000Z' }
    expect(startable(policy, played(waiting, due).case)).toEqual(['relationship'])
    const early = played(waiting, tick('cancelled-early')).case
    expect(startable(policy, early)).toContain('relationship')
  })

  it('a relationship not again once the customer has accepted, but again after it lapsed', () => {
    const begun = played(answeredCase('2017-03', azureElsewhere), start('relationship')).case
    expect(startable(policy, begun)).toEqual(['plan/manual-migration'])
    const [track] = begun.tracks
    if (track?.kind !== 'relationship') throw new Error('no relationship')
    expect(startable(policy, { ...begun, tracks: [{ ...track, state: 'accepted' }] })).toEqual([
      'plan/manual-migration',
    ])
    expect(startable(policy, { ...begun, tracks: [{ ...track, state: 'lapsed' }] })).toContain('relationship')
  })
})

describe('the way of a transfer', () => {
  it.each<[string, Answers, { way: string; product: string }]>([
    ['2017-03', azureInCsp, { way: 'ticket', product: 'azure' }],
    ['2026-11', { ...azureInCsp, offer: 'azure-plan' }, { way: 'api', product: 'azure' }],
    ['2026-11', { ...azureInCsp, offer: 'legacy' }, { way: 'api', product: 'azure' }],
    ['2026-11', { ...licenceInCsp, commerce: 'new-commerce' }, { way: 'api', product: 'licences' }],
    ['2026-11', { ...licenceInCsp, commerce: 'unknown' }, { way: 'api', product: 'licences' }],
  ])('in edition %s of %o', (edition, answers, expected) => {
    expect(transferIn(played(answeredCase(edition, answers), start('transfer')).case)).toMatchObject(expected)
  })

  it('is not guessed while it is unknown', () => {
    const unknown = answeredCase('2026-11', { ...azureInCsp, offer: 'unknown' })
    expect(startable(policy, unknown)).toContain('transfer')
    const onPaper = structuredClone(policy)
    for (const rule of onPaper['2026-11']?.rules ?? []) {
      if (rule.id === 'use-csp-legacy-partner') rule.do = [{ id: 'support-ticket' }]
    }
    expect(startable(onPaper, unknown)).not.toContain('transfer')
    expect(step(onPaper, unknown, start('transfer'))).toEqual(refused('not-now'))
  })

  it('leads to the other service once the first has been transferred', () => {
    const both: Answers = {
      service: 'both',
      'licence-source': 'csp-partner',
      'usage-source': 'csp-partner',
      commerce: 'new-commerce',
      offer: 'azure-plan',
    }
    const first = played(answeredCase('2026-11', both), start('transfer')).case
    expect(transferIn(first)).toMatchObject({ product: 'licences' })
    const inVain = played(first, event({ type: 'track.cancelled', track: 'transfer' }), start('transfer')).case
    expect(transferIn(inVain)).toMatchObject({ product: 'licences' })
    const done = first.tracks.map((track) => ({ ...track, state: 'completed' })) as Case['tracks']
    expect(transferIn(played({ ...first, tracks: done }, start('transfer')).case)).toMatchObject({ product: 'azure' })
  })

  it('is offered again after the only service has been transferred', () => {
    const first = played(azurePlan(), start('transfer')).case
    const done = first.tracks.map((track) => ({ ...track, state: 'partially-completed' })) as Case['tracks']
    expect(transferIn(played({ ...first, tracks: done }, start('transfer')).case)).toMatchObject({ product: 'azure' })
  })
})

const told = (track: 'relationship' | 'transfer', answer: CallAnswer) =>
  upstream({ type: 'call.answered', track, since: at, answer })
const given = (track: 'relationship' | 'transfer', fields: Record<string, string>) =>
  event({ type: 'details.given', track, fields })
const tick = (name: string) => event({ type: 'step.ticked', step: name })
const link = 'https://admin.example/invitation?id=secret'

const linked = [
  start('relationship'),
  given('relationship', { customer: 'https://contoso.example/?token=secret' }),
  told('relationship', { call: 'find-tenant', tenant: contoso, isCustomer: false }),
  tick('confirm-customer'),
  told('relationship', { call: 'fetch-invitation', url: link }),
]
const requested = [
  start('transfer'),
  given('transfer', { side: 'target' }),
  given('transfer', { customer: 'contoso.example', source: 'fabrikam.example', email }),
  told('transfer', { call: 'find-tenant', tenant: contoso, isCustomer: true }),
  told('transfer', { call: 'find-tenant', tenant: fabrikam, isCustomer: false }),
  told('transfer', {
    call: 'check-transfer',
    eligibility: { relationship: 'yes', region: 'yes', azurePlan: 'yes' },
  }),
  tick('request'),
]
const pending = transferOf('pending', { items: [item('s1')] })
const created = told('transfer', { call: 'create-transfer', transfer: pending })

describe('the watched resource of a case', () => {
  it('is the customer from the link to the yes, and the transfer while it is open', () => {
    expect(watchesOf(played(azurePlan(), ...linked.slice(0, -1)).case)).toEqual([])
    const both = played(azurePlan(), ...linked, ...requested, created).case
    expect(watchesOf(both)).toEqual([
      { track: 'relationship', resource: `relationship/${contoso.id}` },
      { track: 'transfer', resource: `transfers/${contoso.id}` },
    ])
    const accepted = upstream({
      type: 'resource.seen',
      track: 'relationship',
      sighting: { resource: `relationship/${contoso.id}`, accepted: true },
    })
    expect(watchesOf(played(both, accepted, tick('take-back')).case).map(({ track }) => track)).toEqual(['transfer'])
    expect(watchesOf(played(both, event({ type: 'case.cancelled' })).case)).toEqual([])
  })
})

describe('an event that names its track', () => {
  it('reaches that track only, although two wait for the same kind of answer', () => {
    const both = played(azurePlan(), ...linked.slice(0, 2), ...requested.slice(0, 3)).case
    const next = played(both, told('transfer', { call: 'find-tenant', tenant: contoso, isCustomer: false })).case
    expect(next.tracks[0]).toBe(both.tracks[0])
    expect(transferIn(next)).toMatchObject({ customer: contoso })
  })
})

describe('history', () => {
  const entries = (events: CaseEvent[]) =>
    events.map((_each, index) => played(azurePlan(), ...events.slice(0, index + 1)).entry)

  it('records the outcome of a call in a few words, with Microsoft as its author', () => {
    const [, , found, , fetched] = entries(linked)
    expect(found).toMatchObject({
      by: 'upstream',
      detail: { track: 'relationship', call: 'find-tenant', tenant: contoso.id, isCustomer: false },
    })
    expect(fetched?.detail).toEqual({
      track: 'relationship',
      call: 'fetch-invitation',
      from: 'in-progress',
      to: 'in-progress',
      tracks: [{ kind: 'relationship', from: 'fetching-link', to: 'link-ready' }],
    })
    const refused = told('transfer', { call: 'create-transfer', fault: { kind: 'region', code: '900131' } })
    expect(played(azurePlan(), ...requested, refused).entry.detail).toMatchObject({
      call: 'create-transfer',
      fault: 'region',
      code: '900131',
    })
    const sighting: Sighting = { resource: `transfers/${contoso.id}`, transfers: [transferOf('completed')] }
    const seen = upstream({ type: 'resource.seen', track: 'transfer', sighting })
    expect(played(azurePlan(), ...requested, created, seen).entry).toMatchObject({
      by: 'upstream',
      detail: { resource: sighting.resource, transfer: pending.id, status: 'completed' },
    })
  })

  it('stays small and stores no link, typed text or address', () => {
    const parked = upstream({ type: 'call.parked', track: 'transfer', since: at, call: 'create-transfer' })
    const later = { at, why: 'busy' } as const
    const delayed = upstream({
      type: 'call.delayed',
      track: 'transfer',
      since: at,
      call: 'create-transfer',
      again: later,
    })
    for (const { detail } of entries([...linked, ...requested, delayed, parked, created])) {
      const text = JSON.stringify(detail)
      expect(text.length).toBeLessThan(400)
      expect(text).not.toMatch(/https?:|secret|@|fabrikam\.example/)
    }
  })
})

it('a case needs attention once a track has failed, is answered once it was given up, and done once its goal is reached', () => {
  const begun = played(azurePlan(), ...linked, ...requested, created).case
  const ended = (state: string) => ({ ...begun, tracks: begun.tracks.map((track) => ({ ...track, state })) }) as Case
  for (const [state, word] of [
    ['failed', 'needs-attention'],
    ['lapsed', 'needs-attention'],
    ['partially-completed', 'needs-attention'],
    ['cancelled', 'answered'],
  ] as const) {
    expect(stateOf(ended(state))).toBe(word)
    expect(isCaseOpen(ended(state))).toBe(true)
  }
  expect(stateOf(begun)).toBe('in-progress')
  expect(stateOf(ended('accepted'))).toBe('answered')
  expect(stateOf(ended('completed'))).toBe('done')
})
