import { expect, it } from 'vitest'
import type { Case } from '../../../dialogs/case.ts'
import type { CaseEvent } from '../../../dialogs/events.ts'
import { openCase, step } from '../../../dialogs/step.ts'
import { policy } from '../../support/policy.ts'
import { propertyRuns } from '../../support/property-runs.ts'
import { at, by, contoso } from './acting.ts'
import { beginAdmin, relation, requestedAdmin } from './admin-scenes.ts'
import { createRandom, happen, openWorld, type Random, turn } from './approval-happenings.ts'
import { type Expected, expectedAfter, type Happening, type Setup } from './approval-reference.ts'

/** Compares requests for approval with a reference, over random actions. */

const steps = propertyRuns(120_000)
const tenant = 'tenant'

const person = (id: string, isGuest = false) =>
  ({ kind: 'person', person: { tenant: isGuest ? 'elsewhere' : tenant, id } }) as const
const when = (minute: number) => new Date(Date.parse(at) + minute * 60_000).toISOString()

/** A case whose request was just made. */
function openRequest({ requester, authors, roles, days, quorum }: Setup): Case {
  const { case: caseRecord } = openCase(policy, {
    id: 'MC-7K2P9Q',
    conversation: 'c',
    edition: '2026-11',
    cloud: 'global',
    by: { tenant, id: requester },
    at,
  })
  const { track } = begun
  if (track.kind !== 'delegated-admin') throw new Error('no request')
  const context = {
    ...track.context,
    roles: [...roles],
    days,
    required: quorum,
    requestedBy: requester,
    authors: [...authors],
  }
  return { ...caseRecord, intake: 'answered', tracks: [{ ...track, context }] }
}

const trackOf = ({ tracks: [track] }: Case) => {
  if (track?.kind !== 'delegated-admin') throw new Error('no request')
  return track
}

/** Turns an action into the event that the case gets; `execute` carries the approver status of that moment. */
function eventOf(caseRecord: Case, { what, who, isGuest, minute, approvers, quorum, ...rest }: Happening): CaseEvent {
  const isApprover = approvers === 'unreadable' ? undefined : approvers.includes(who)
  const said = { at: when(minute), by: person(who, isGuest) }
  const authority = { isApprover, required: quorum }
  switch (what) {
    case 'approve':
      return { type: 'approval.given', ...authority, ...said }
    case 'deny':
      return { type: 'approval.denied', reason: rest.reason, ...authority, ...said }
    case 'narrow':
      return { type: 'approval.narrowed', roles: [...rest.roles], days: rest.days, ...authority, ...said }
    case 'withdraw':
      return { type: 'approval.withdrawn', ...said }
    case 'cancel':
      return { type: 'track.cancelled', track: 'delegated-admin', ...said }
    case 'clock':
      return { type: 'timer.fired', track: 'delegated-admin', timer: 'clock', at: said.at, by: { kind: 'timer' } }
    case 'edit':
      return { type: 'details.given', track: 'delegated-admin', fields: { days: '730', presets: 'exchange' }, ...said }
    case 'execute':
      return executed(caseRecord, approvers, said.at)
  }
  return what satisfies never
}

/** The approvers are read again before anything is made; while they cannot be read, nothing is. */
function executed(caseRecord: Case, approvers: Happening['approvers'], now: string): CaseEvent {
  const { pending, approvals } = trackOf(caseRecord).context
  const call = 'create-admin' as const
  const common = { track: 'delegated-admin', since: pending?.since ?? '', at: now, by: { kind: 'upstream' } } as const
  if (approvers === 'unreadable') {
    return { type: 'call.delayed', call, again: { at: now, why: 'unreachable' }, ...common }
  }
  const isStill = approvals.every(({ by: who }) => approvers.includes(who))
  const answer = isStill
    ? { call, relationship: relation('created') }
    : { call, fault: { kind: 'approval-lapsed' as const } }
  return { type: 'call.answered', answer, ...common }
}

type System = (caseRecord: Case, event: CaseEvent) => ReturnType<typeof step>
const real: System = (caseRecord, event) => step(policy, caseRecord, event)
/** The scene that every request begins with: played once, as no event changes a track in place. */
const begun = requestedAdmin()

/** State of a case in the words of the reference. */
function seen(caseRecord: Case): Omit<Expected, 'objection'> {
  const { state, context } = trackOf(caseRecord)
  const phases: Partial<Record<typeof state, Expected['phase']>> = {
    'awaiting-approval': 'open',
    creating: context.relationship ? 'made' : 'approved',
    denied: 'denied',
    withdrawn: 'withdrawn',
    cancelled: 'cancelled',
    expired: 'expired',
  }
  const { roles, days, decision, approvals } = context
  const phase = phases[state]
  if (!phase) throw new Error(`what is ${state}?`)
  return { phase, yes: approvals.map((approval) => approval.by), roles, days, decidedBy: decision?.by ?? null }
}

/** One request from its beginning: what happened, and the first step after which it stood otherwise than it has to. */
function playOne(system: System, random: Random) {
  const { setup, world } = openWorld(random)
  const happened: Happening[] = []
  let caseRecord = openRequest(setup)
  let made = 0
  for (let count = 4 + random.below(40); count > 0; count -= 1) {
    turn(world, random)
    happened.push(happen(setup, world, random, happened))
    const event = eventOf(caseRecord, happened.at(-1) as Happening)
    const next = system(caseRecord, event)
    const { objection, ...expected } = expectedAfter(setup, happened)
    if (next.ok) {
      caseRecord = next.value.case
      made += next.value.effects.filter(
        (effect) => effect.kind === 'call' && effect.call.name === 'create-admin',
      ).length
    }
    const refusal = next.ok ? null : next.reason
    const isSame = JSON.stringify(seen(caseRecord)) === JSON.stringify(expected)
    const isSaidSo = objection === null || objection === 'nothing' ? true : refusal === objection
    const isMade = made === (['approved', 'made'].includes(expected.phase) || expected.decidedBy === 'upstream' ? 1 : 0)
    if (!isSame || !isSaidSo || !isMade || (objection === null && event.type.startsWith('approval.') && refusal)) {
      return { happened, diverged: { expected, objection, seen: seen(caseRecord), refusal, made } }
    }
  }
  return { happened, diverged: undefined, phase: seen(caseRecord).phase }
}

/** Plays requests for at least so many steps, or until the first divergence. */
function playAll(system: System, seed: number, least: number) {
  const random = createRandom(seed)
  const ends: Record<string, number> = {}
  const divergences: object[] = []
  let played = 0
  while (played < least && divergences.length === 0) {
    const { happened, diverged, phase } = playOne(system, random)
    played += happened.length
    if (diverged) divergences.push({ ...diverged, happened })
    else ends[phase as string] = (ends[phase as string] ?? 0) + 1
  }
  return { played, divergences, ends }
}

it('a request for approval always stands as the reference expects', () => {
  const seed = Number(process.env.APPROVAL_SEED ?? Math.floor(Math.random() * 2 ** 32))
  const { played, divergences, ends } = playAll(real, seed, steps)
  console.info(`approvals: seed ${seed}, ${played} steps, ${divergences.length} divergences, ${JSON.stringify(ends)}`)
  expect(divergences, `seed ${seed}`).toEqual([])
  expect(played).toBeGreaterThanOrEqual(steps)
  for (const phase of ['open', 'approved', 'made', 'denied', 'withdrawn', 'cancelled', 'expired']) {
    expect(ends[phase], phase).toBeGreaterThan(steps / 6_000)
  }
})

const isDecision = (event: CaseEvent) => event.type === 'approval.given' || event.type === 'approval.narrowed'

it.each<[string, System]>([
  [
    'everybody counts as an approver',
    (caseRecord, event) => real(caseRecord, { ...event, isApprover: true } as CaseEvent),
  ],
  [
    'whoever cannot be looked up counts as an approver',
    (caseRecord, event) =>
      real(caseRecord, 'isApprover' in event ? { ...event, isApprover: event.isApprover ?? true } : event),
  ],
  [
    'one approver is always enough',
    (caseRecord, event) => {
      const track = trackOf(caseRecord)
      const tracks = [{ ...track, context: { ...track.context, required: 0 } }]
      return real({ ...caseRecord, tracks }, isDecision(event) ? ({ ...event, required: 0 } as CaseEvent) : event)
    },
  ],
  [
    'the requester counts as anybody else',
    (caseRecord, event) => {
      const track = trackOf(caseRecord)
      const context = { ...track.context, requestedBy: event.type === 'approval.withdrawn' ? by : null }
      return real({ ...caseRecord, tracks: [{ ...track, context }] }, event)
    },
  ],
  [
    'whoever wrote the request counts as anybody else',
    (caseRecord, event) => {
      const track = trackOf(caseRecord)
      return real({ ...caseRecord, tracks: [{ ...track, context: { ...track.context, authors: [] } }] }, event)
    },
  ],
  [
    'a request never ends by itself',
    (caseRecord, event) => {
      const track = trackOf(caseRecord)
      const isLate = event.type.startsWith('approval.') && track.state === 'awaiting-approval'
      return real(caseRecord, isLate ? ({ ...event, at } as CaseEvent) : event)
    },
  ],
  [
    'guests are let in',
    (caseRecord, event) =>
      real(caseRecord, event.by.kind === 'person' ? { ...event, by: person(event.by.person.id) } : event),
  ],
  [
    'a second yes of the same person counts',
    (caseRecord, event) => {
      const who = event.by.kind === 'person' ? event.by.person.id : ''
      const isTwice =
        event.type === 'approval.given' && trackOf(caseRecord).context.approvals.some(({ by: id }) => id === who)
      return real(caseRecord, isTwice ? { ...event, by: person('somebody-else') } : event)
    },
  ],
  [
    'approvers are not looked up again when it is carried out',
    (caseRecord, event) =>
      real(
        caseRecord,
        event.type === 'call.answered' && 'fault' in event.answer
          ? { ...event, answer: { call: 'create-admin', relationship: relation('created') } }
          : event,
      ),
  ],
])('the comparison notices when %s', (_rule, broken) => {
  expect(playAll(broken, 1, 4_000).divergences.length).toBeGreaterThan(0)
})

it('the comparison begins with a scene that real events lead to', () => {
  expect(beginAdmin().track.state).toBe('drafting')
  expect(requestedAdmin().track).toMatchObject({ state: 'awaiting-approval', context: { customer: contoso } })
})
