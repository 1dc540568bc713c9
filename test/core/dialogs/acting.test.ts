import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { daysAfter } from '../../../dialogs/calendar.ts'
import {
  type Call,
  type CallAnswer,
  type CallFault,
  faultKinds,
  isWrite,
  type Transfer,
  transferStatuses,
} from '../../../dialogs/calls.ts'
import type { TrackEvent } from '../../../dialogs/tracks/protocol.ts'
import { advance, startTrack, type Track, trackSchema } from '../../../dialogs/tracks/registry.ts'
import { ticketSteps } from '../../../dialogs/tracks/transfer/context.ts'
import { at, by, callsIn, contoso, email, fabrikam, item, transferOf } from './acting.ts'
import {
  beginTransfer,
  checkedOut,
  requestedTransfer,
  source,
  transferDaysLater,
  waitingTransfer,
} from './transfer-scenes.ts'

/** Something that happens: what, when, and whether it belongs to a call of long ago. */
interface Happening {
  what: object
  when: string
  isLate: boolean
}

/** Answer to a call: a no, a transfer in this status, or the other content it asked for. */
type Told = CallFault['kind'] | Transfer['status']

/** The answer to what a track waits for. */
function answerTo(track: Track, told: Told): CallAnswer {
  const name = (pendingOf(track)?.call ?? 'find-tenant') as Call['name']
  const kind = faultKinds.find((fault) => fault === told)
  if (kind) return { call: name, fault: { kind } }
  const transfer = transferOf(told as Transfer['status'])
  switch (name) {
    case 'fetch-invitation':
      return { call: name, url: 'https://admin.example/invitation' }
    case 'check-transfer':
      return { call: name, eligibility: { relationship: 'yes', region: 'yes', azurePlan: 'yes' } }
    case 'find-transfer':
      return { call: name, transfers: [transferOf('pending')], subscriptions: [item('s1'), item('s2')] }
    case 'create-transfer':
    case 'accept-transfer':
    case 'decline-transfer':
    case 'cancel-transfer':
      return { call: name, transfer }
    default:
      return { call: 'find-tenant', tenant: contoso, isCustomer: false }
  }
}

const pendingOf = ({ context }: Track) => ('pending' in context ? context.pending : null)

/** Plays what happens on a track and tells every event that counted, with the track before and after. */
function* playAll(begun: Track, happenings: readonly Happening[]) {
  let before = begun
  for (const { what, when, isLate } of happenings) {
    const pending = pendingOf(before)
    const answer = 'told' in what ? { answer: answerTo(before, what.told as Told) } : {}
    const call = 'call' in what && !isLate && pending ? { call: pending.call } : {}
    const since = isLate ? 'long ago' : (pending?.since ?? at)
    const event = { ...what, ...answer, ...call, since, at: when, by } as TrackEvent
    const next = advance(before, event)
    if (!next) continue
    yield { before, event, ...next }
    before = next.track
  }
}

describe('a track that acts at Microsoft, under random events,', () => {
  const text = fc.constantFrom(
    '',
    ' ',
    'contoso.example',
    'fabrikam.example',
    email,
    contoso.id,
    '__proto__',
    '\u0000'.repeat(3),
  )
  const when = fc.oneof(
    fc.constant(at),
    fc.constantFrom(-400, 1, 8, 24, 30, 31, 45).map((count) => daysAfter(at, count)),
  )
  const time = fc.constantFrom(
    undefined,
    '',
    'soon',
    '0001-01-01T00:00:00',
    at,
    transferDaysLater(3),
    transferDaysLater(90),
  )
  const names: Call['name'][] = [
    'find-tenant',
    'fetch-invitation',
    'check-transfer',
    'find-transfer',
    'create-transfer',
    'accept-transfer',
    'decline-transfer',
    'cancel-transfer',
  ]
  const call = fc.constantFrom(...names)
  const transfer = fc
    .record({
      status: fc.constantFrom(...transferStatuses),
      id: fc.constantFrom('transfer-1', 'transfer-2'),
      expires: time,
      created: time,
    })
    .map(({ status, id, expires, created }) =>
      transferOf(status, {
        id,
        ...(expires === undefined ? {} : { expiresAt: expires }),
        ...(created === undefined ? {} : { createdAt: created }),
        items: id === 'transfer-2' ? [item('s1')] : [],
      }),
    )
  const answer: fc.Arbitrary<CallAnswer> = fc.oneof(
    fc.record({
      call: fc.constant('find-tenant' as const),
      tenant: fc.constantFrom(contoso, fabrikam),
      isCustomer: fc.boolean(),
    }),
    fc.constant({ call: 'fetch-invitation' as const, url: 'https://admin.example/invitation' }),
    fc.constant({
      call: 'check-transfer' as const,
      eligibility: { relationship: 'no', region: 'unknown', azurePlan: 'yes' } as const,
    }),
    fc.record({
      call: fc.constant('find-transfer' as const),
      transfers: fc.array(transfer, { maxLength: 2 }),
      subscriptions: fc.subarray([item('s1'), item('s2')]),
    }),
    fc.record({
      call: fc.constantFrom('create-transfer' as const, 'accept-transfer', 'decline-transfer', 'cancel-transfer'),
      transfer,
    }),
    fc.record({ call, fault: fc.record({ kind: fc.constantFrom(...faultKinds) }) }),
  )
  const details = fc.oneof(
    fc.dictionary(
      fc.constantFrom('side', 'customer', 'source', 'email', 'other'),
      fc.oneof(text, fc.constantFrom('target', 'source')),
    ),
    fc.constantFrom('target', 'source').map((side) => ({ side })),
    fc.constant({ customer: 'contoso.example', source: 'fabrikam.example', email }),
  )
  /** An event without its time and its `since`, which come from where the track stands. */
  const what = fc.oneof(
    details.map((fields) => ({ type: 'details.given', fields })),
    fc.record({ type: fc.constant('call.answered'), answer }),
    ...[transferStatuses, transferStatuses, ['pending', 'pending', 'sign-in', ...faultKinds] as const].map((told) =>
      fc.constantFrom<Told>(...told).map((told) => ({ type: 'call.answered', told: told })),
    ),
    ...['request', 'check-again', 'take-back', 'call-again'].map((step) => fc.constant({ type: 'step.ticked', step })),
    fc.record({ type: fc.constant('call.parked'), call }),
    fc.record({
      type: fc.constant('call.delayed'),
      call,
      again: fc.constant({ at: transferDaysLater(1), why: 'busy' }),
    }),
    fc.record({
      type: fc.constant('resource.seen'),
      sighting: fc
        .array(transfer, { maxLength: 3 })
        .map((transfers) => ({ resource: `transfers/${contoso.id}`, transfers })),
    }),
    fc
      .boolean()
      .map((accepted) => ({ type: 'resource.seen', sighting: { resource: `relationship/${contoso.id}`, accepted } })),
    fc
      .constantFrom('confirm-customer', 'fetch-link', 'sent', 'call-happened', 'nonsense', ...ticketSteps)
      .map((step) => ({ type: 'step.ticked', step })),
    fc.record({
      type: fc.constant('transfer.accepted'),
      transfer: fc.constantFrom('transfer-1', 'transfer-2'),
      items: fc.subarray(['s1', 's2', 's3']),
    }),
    fc.constant({ type: 'transfer.declined', transfer: 'transfer-1', reason: 'Not agreed.' }),
    fc.constant({ type: 'timer.fired', timer: 'clock' }),
  )
  const starts = fc.constantFrom(
    startTrack({ kind: 'relationship' }, by, at),
    beginTransfer('ticket'),
    ...[beginTransfer(), checkedOut(), requestedTransfer(), waitingTransfer(), source()],
  )
  const happening = fc.record({ what, when, isLate: fc.constantFrom(false, false, false, false, true) })

  it('throws nothing, and stores only tracks that can be read back', () => {
    fc.assert(
      fc.property(starts, fc.array(happening, { maxLength: 60, size: 'max' }), (start, happenings) => {
        for (const { track } of playAll(start.track, happenings)) {
          expect(trackSchema.parse(JSON.parse(JSON.stringify(track)))).toEqual(track)
        }
      }),
      { numRuns: 400 },
    )
  })

  it('changes something at Microsoft only after a click for it, once, and never during a write', () => {
    let written = 0
    fc.assert(
      fc.property(starts, fc.array(happening, { maxLength: 60, size: 'max' }), (start, happenings) => {
        for (const { before, event, effects } of playAll(start.track, happenings)) {
          const made = callsIn(effects).filter(isWrite)
          if (made.length === 0) continue
          written += 1
          expect(made).toHaveLength(1)
          expect(event.type === 'step.ticked' ? event.step : event.type).toMatch(
            /^(request|take-back|call-again|transfer\.(accepted|declined))$/,
          )
          const open = pendingOf(before)
          expect(open === null || (event.type === 'step.ticked' && event.step === 'call-again' && open.parked)).toBe(
            true,
          )
        }
      }),
      { numRuns: 800 },
    )
    expect(written).toBeGreaterThan(100)
  })
})
