import { describe, expect, it } from 'vitest'
import { daysAfter } from '../../../dialogs/calendar.ts'
import type { CallFault, Eligibility } from '../../../dialogs/calls.ts'
import type { TrackEvent } from '../../../dialogs/tracks/protocol.ts'
import { advance, dueOf } from '../../../dialogs/tracks/registry.ts'
import { isRequestable } from '../../../dialogs/tracks/transfer/context.ts'
import {
  at,
  callAnswered,
  callRefused,
  callsIn,
  contoso,
  email,
  fabrikam,
  fired,
  found,
  given,
  item,
  noticesIn,
  played,
  seen,
  stepTicked,
  transferOf,
  usable,
  wakeIn,
} from './acting.ts'
import {
  beginTransfer,
  checked,
  createdTransfer,
  describedTransfer,
  eligibility,
  fields,
  pending,
  requestedTransfer,
  target,
  transferDaysLater,
  waitingTransfer,
} from './transfer-scenes.ts'

describe('as the new partner', () => {
  it('looks up customer and current partner one after the other', () => {
    expect(advance(beginTransfer().track, describedTransfer)).toBeUndefined()
    const steps: TrackEvent[] = [describedTransfer, found(contoso), found(fabrikam), checked]
    let now = target()
    const asked = steps.map((event) => {
      now = played(now, event)
      return callsIn(now.effects)
    })
    expect(asked).toEqual([
      [{ name: 'find-tenant', who: 'customer', text: 'contoso.example' }],
      [{ name: 'find-tenant', who: 'source-partner', text: 'fabrikam.example' }],
      [{ name: 'check-transfer', customer: contoso.id }],
      [],
    ])
    expect(now.track).toMatchObject({
      state: 'collecting',
      context: { customer: contoso, source: fabrikam, email, eligibility, pending: null },
    })
  })

  it('keeps the typed fields if one is missing or cannot be found', () => {
    const typed = { customer: 'contoso.example', source: 'fabrikam.example', email }
    const unknown = target(describedTransfer, found(contoso), callRefused('find-tenant', 'not-found'))
    expect(unknown.track.context).toMatchObject({
      typed,
      customer: contoso,
      source: null,
      fault: { kind: 'not-found' },
      pending: null,
    })
    const half = target(given({ customer: 'contoso.example', source: '', email: 'no address' }))
    expect(half).toMatchObject({ effects: [], track: { context: { typed: { email: 'no address' }, email: null } } })
    expect(callsIn(played(half, given({ source: 'fabrikam.example' })).effects)).toHaveLength(1)
    expect(played(unknown, given({ side: 'source' })).track.context).toMatchObject({
      typed,
      customer: null,
      fault: null,
    })
  })

  it('makes the request once, and only when it is complete', () => {
    const early = [
      target(),
      target(describedTransfer),
      target(describedTransfer, found(contoso), found(fabrikam)),
      target(describedTransfer, found(contoso), found(fabrikam), callRefused('check-transfer', 'access-denied')),
      target(given({ ...fields, email: 'no address' }), found(contoso), found(fabrikam), checked),
    ]
    for (const { track } of early) expect(advance(track, stepTicked('request'))).toBeUndefined()
    const made = requestedTransfer()
    expect(made.track.state).toBe('creating')
    expect(made.track.kind === 'transfer' && isRequestable(made.track.context)).toBe(false)
    expect(callsIn(made.effects)).toEqual([
      { name: 'create-transfer', customer: contoso, source: fabrikam, email, product: 'azure' },
    ])
    expect(
      usable(made.track, [
        stepTicked('request'),
        describedTransfer,
        stepTicked('call-again'),
        stepTicked('call-happened'),
      ]),
    ).toEqual([])
  })

  it('waits for the current partner until the request expires', () => {
    const made = requestedTransfer(createdTransfer({ ...pending, expiresAt: '2026-12-20T00:00:00Z' }))
    expect(made).toMatchObject({
      track: { state: 'awaiting-source-partner', context: { pending: null, requestedAt: at } },
      effects: [{ kind: 'wake', track: 'transfer', timer: 'clock', due: '2026-12-13T00:00:00.000Z' }],
    })
    expect(dueOf(made.track)).toBe('2026-12-20T00:00:00.000Z')
    for (const expiresAt of [undefined, '0001-01-01T00:00:00', 'soon']) {
      const silent = requestedTransfer(
        createdTransfer({ ...pending, ...(expiresAt === undefined ? {} : { expiresAt }) }),
      )
      expect(dueOf(silent.track)).toBe(transferDaysLater(30))
    }
  })

  it('goes back to the filled form after a refusal, with the reason', () => {
    const back = requestedTransfer(callRefused('create-transfer', 'no-relationship'))
    expect(back.track).toMatchObject({
      state: 'collecting',
      context: { customer: contoso, source: fabrikam, email, pending: null, fault: { kind: 'no-relationship' } },
    })
    const busy = requestedTransfer(callRefused('create-transfer', 'access-denied'))
    const again = played(busy, stepTicked('request'))
    expect(callsIn(again.effects)).toHaveLength(1)
    expect(again.track.context).toMatchObject({ fault: null })
  })

  it('is checked again, and not requested, while something is missing', () => {
    const checkedWith = (more: Partial<Eligibility>) =>
      callAnswered({ call: 'check-transfer', eligibility: { ...eligibility, ...more } })
    const lacking = [
      target(describedTransfer, found(contoso), found(fabrikam), checkedWith({ azurePlan: 'no' })),
      target(describedTransfer, found(contoso), found(fabrikam), checkedWith({ relationship: 'no' })),
      target(describedTransfer, found(contoso), found(fabrikam), checkedWith({ reseller: 'no' })),
      requestedTransfer(callRefused('create-transfer', 'azure-plan-missing')),
    ]
    for (const missing of lacking) {
      expect(advance(missing.track, stepTicked('request'))).toBeUndefined()
      const again = played(missing, stepTicked('check-again'))
      expect(callsIn(again.effects)).toEqual([{ name: 'check-transfer', customer: contoso.id }])
      expect(usable(again.track, [stepTicked('check-again'), stepTicked('request')])).toEqual([])
      const mended = played(again, checked)
      expect(mended.track.context).toMatchObject({ eligibility, fault: null, pending: null })
      expect(played(mended, stepTicked('request')).track.state).toBe('creating')
    }
    const far = target(describedTransfer, found(contoso), found(fabrikam), checkedWith({ region: 'no' }))
    expect(played(far, stepTicked('request')).track.state).toBe('creating')
    expect(advance(target(describedTransfer).track, stepTicked('check-again'))).toBeUndefined()
  })

  it.each<CallFault['kind']>(['region', 'national-cloud'])('%s is final, and told', (kind) => {
    const failed = requestedTransfer(callRefused('create-transfer', kind))
    expect(failed.track).toMatchObject({ state: 'failed', context: { fault: { kind } } })
    expect(noticesIn(failed.effects)).toEqual([{ key: 'transfer-failed', days: 0 }])
  })

  it('asks for a sign-in if the call needs one', () => {
    expect(noticesIn(requestedTransfer(callRefused('create-transfer', 'second-factor')).effects)).toEqual([
      { key: 'sign-in-needed', days: 0 },
    ])
  })

  it('takes the request back only while it is pending', () => {
    const asked = waitingTransfer(stepTicked('take-back'))
    expect(asked.track.state).toBe('awaiting-source-partner')
    expect(callsIn(asked.effects)).toEqual([
      { name: 'cancel-transfer', customer: contoso, transfer: pending.id, source: fabrikam.id },
    ])
    expect(advance(asked.track, stepTicked('take-back'))).toBeUndefined()
    const gone = callAnswered({ call: 'cancel-transfer', transfer: transferOf('cancelled') })
    expect(played(asked, gone)).toMatchObject({ track: { state: 'cancelled' }, effects: [] })
    const refusal = played(asked, callRefused('cancel-transfer', 'stale'))
    expect(refusal.track).toMatchObject({ state: 'awaiting-source-partner', context: { fault: { kind: 'stale' } } })
    expect(advance(waitingTransfer(seen([transferOf('in-progress')])).track, stepTicked('take-back'))).toBeUndefined()
    expect(played(asked, seen([transferOf('cancelled')]))).toMatchObject({ track: { state: 'cancelled' }, effects: [] })
  })
})

describe('a sighting of a transfer', () => {
  it.each([
    ['completed', 'transfer-completed'],
    ['partially-completed', 'transfer-partly'],
    ['rejected', 'transfer-rejected'],
    ['expired', 'transfer-expired'],
    ['cancelled', 'transfer-cancelled'],
    ['failed', 'transfer-failed'],
  ] as const)('%s ends the track there, and is told', (status, key) => {
    const items = [{ ...item('s1'), status: 'failed' as const, error: 'no' }]
    const over = played(waitingTransfer(), seen([transferOf(status, { items })]))
    expect(over).toMatchObject({ track: { state: status, context: { transfer: { items }, remindAt: null } } })
    expect(noticesIn(over.effects)).toEqual([{ key, days: 0 }])
  })

  it('counts if it is new, and ends nothing if its status is unknown', () => {
    expect(advance(waitingTransfer().track, seen([pending]))).toBeUndefined()
    expect(played(waitingTransfer(), seen([transferOf('other', { said: 'Frozen' })])).track).toMatchObject({
      state: 'awaiting-source-partner',
      context: { transfer: { said: 'Frozen' } },
    })
  })

  it('changes nothing for another transfer or another customer', () => {
    const other = transferOf('completed', { id: 'transfer-2' })
    expect(advance(waitingTransfer().track, seen([other]))).toBeUndefined()
    const elsewhere = seen([transferOf('completed')], at, `transfers/${fabrikam.id}`)
    expect(advance(waitingTransfer().track, elsewhere)).toBeUndefined()
  })

  it('stops the clock once the current partner has agreed', () => {
    const agreed = waitingTransfer(seen([transferOf('in-progress')]))
    expect(wakeIn(agreed.effects)).toBeUndefined()
    expect(usable(agreed.track, [fired(transferDaysLater(23)), fired(transferDaysLater(40))])).toEqual([])
  })
})

describe('the clock of a transfer', () => {
  it('sends reminders 7 days and 1 day before the deadline, and expires one day after it', () => {
    let now = waitingTransfer()
    const told: unknown[] = []
    const times: string[] = []
    for (let due = wakeIn(now.effects); due !== undefined; due = wakeIn(now.effects)) {
      expect(advance(now.track, fired(new Date(Date.parse(due) - 1).toISOString()))).toBeUndefined()
      now = played(now, fired(due))
      times.push(due)
      told.push(...noticesIn(now.effects))
    }
    expect(times).toEqual([transferDaysLater(23), transferDaysLater(29), transferDaysLater(31)])
    expect(told).toEqual([
      { key: 'transfer-reminder', days: 7 },
      { key: 'transfer-reminder', days: 1 },
      { key: 'transfer-expired', days: 0 },
    ])
    expect(now.track.state).toBe('expired')
  })

  it('sends no reminder after the deadline, and looks again', () => {
    const late = played(waitingTransfer(), fired(daysAfter(at, 30.5)))
    expect(late.effects).toEqual([{ kind: 'wake', track: 'transfer', timer: 'clock', due: transferDaysLater(31) }])
  })

  it('follows the service if that moves the deadline', () => {
    const moved = played(waitingTransfer(), seen([transferOf('pending', { expiresAt: transferDaysLater(40) })]))
    expect(wakeIn(moved.effects)).toBe(transferDaysLater(33))
    expect(advance(moved.track, fired(transferDaysLater(23)))).toBeUndefined()
  })
})
