import { describe, expect, it } from 'vitest'
import { advance, trackSchema } from '../../../dialogs/tracks/registry.ts'
import { ticketSteps } from '../../../dialogs/tracks/transfer/context.ts'
import {
  at,
  by,
  callAnswered,
  callRefused,
  callsIn,
  contoso,
  delayed,
  fabrikam,
  fired,
  found,
  given,
  item,
  noticesIn,
  parked,
  played,
  seen,
  stepTicked,
  trackCancelled,
  transferOf,
  usable,
} from './acting.ts'
import {
  accept,
  beginTransfer,
  checked,
  checkedOut,
  createdTransfer,
  decline,
  declineFor,
  describedTransfer,
  offer,
  offered,
  pending,
  requestedTransfer,
  source,
  target,
  transferDaysLater,
  waitingTransfer,
} from './transfer-scenes.ts'

describe('as the current partner', () => {
  it('shows the offered transfers and our subscriptions', () => {
    const asked = played(
      beginTransfer(),
      given({ side: 'source' }),
      given({ customer: 'contoso.example' }),
      found(contoso),
    )
    expect(callsIn(asked.effects)).toEqual([{ name: 'find-transfer', customer: contoso.id }])
    expect(source().track).toMatchObject({
      state: 'collecting',
      context: { offered: [offer], subscriptions: [item('s1'), item('s2')], pending: null },
    })
    expect(advance(source().track, stepTicked('request'))).toBeUndefined()
  })

  it('hands over the chosen subscriptions only', () => {
    const accepted = source(accept(['s2']))
    expect(accepted.track.state).toBe('creating')
    expect(callsIn(accepted.effects)).toEqual([
      {
        name: 'accept-transfer',
        customer: contoso.id,
        transfer: offer.id,
        items: [{ subscription: 's2', product: 'AzureSubscription' }],
      },
    ])
    const useless = [accept([]), accept(['s2', 's2']), accept(['elsewhere']), accept(['s1'], 'transfer-2')]
    expect(usable(source().track, useless)).toEqual([])
    expect(usable(accepted.track, [accept(['s1']), decline])).toEqual([])
    expect(usable(checkedOut().track, [accept(['s1']), decline])).toEqual([])
  })

  it('follows an acceptance to its end, and keeps the chosen items until the service names its own', () => {
    const done = source(accept(['s2']), callAnswered({ call: 'accept-transfer', transfer: transferOf('in-progress') }))
    expect(done.track).toMatchObject({
      state: 'awaiting-source-partner',
      context: { transfer: { status: 'in-progress', items: [item('s2')] } },
    })
    const over = played(done, seen([transferOf('completed')]))
    expect(over.track.state).toBe('completed')
    expect(noticesIn(over.effects)).toEqual([{ key: 'transfer-completed', days: 0 }])
  })

  it('declines only with a reason', () => {
    for (const reason of ['', '  ']) expect(advance(source().track, declineFor(reason))).toBeUndefined()
    expect(advance(source().track, declineFor('We keep it.'))).toBeDefined()
  })

  it('declines an offer, without a notice to the person who did', () => {
    const declined = source(decline)
    expect(callsIn(declined.effects)).toEqual([{ name: 'decline-transfer', customer: contoso.id, transfer: offer.id }])
    const over = played(declined, callAnswered({ call: 'decline-transfer', transfer: transferOf('rejected') }))
    expect(over).toMatchObject({ track: { state: 'rejected' }, effects: [] })
  })

  it('keeps the offers after a refusal', () => {
    const back = source(accept(['s1']), callRefused('accept-transfer', 'under-review'))
    expect(back.track).toMatchObject({
      state: 'collecting',
      context: { transfer: null, offered: [offer], fault: { kind: 'under-review' } },
    })
    expect(played(back, decline).track.state).toBe('creating')
  })
})

describe('a call with an unknown outcome', () => {
  const inDoubt = requestedTransfer(parked('create-transfer'))

  it('is shown to a person, once', () => {
    expect(inDoubt.track).toMatchObject({ state: 'creating', context: { pending: { parked: true } } })
    expect(noticesIn(inDoubt.effects)).toEqual([{ key: 'action-parked', days: 0 }])
    expect(callsIn(inDoubt.effects)).toEqual([])
    expect(usable(inDoubt.track, [parked('create-transfer'), stepTicked('request'), describedTransfer])).toEqual([])
  })

  it('counts as confirmed once the person says so, and takes up the next sighting', () => {
    const on = played(inDoubt, stepTicked('call-happened'))
    expect(callsIn(on.effects)).toEqual([])
    expect(on.track).toMatchObject({
      state: 'awaiting-source-partner',
      context: { pending: null, transfer: null, due: transferDaysLater(30) },
    })
    const minutes = (count: number) => new Date(Date.parse(at) + count * 60_000).toISOString()
    const older = transferOf('pending', { id: 'older', createdAt: minutes(-6) })
    const foreign = transferOf('pending', { createdAt: at, source: { tenant: contoso.id, name: 'Else' } })
    expect(usable(on.track, [seen([older]), seen([foreign]), seen([transferOf('pending')])])).toEqual([])
    const mine = transferOf('pending', { id: 'mine', createdAt: minutes(-4) })
    expect(played(on, seen([older, mine])).track.context).toMatchObject({ transfer: { id: 'mine' } })
  })

  it('is repeated unchanged if the person says so', () => {
    const first = [
      requestedTransfer(),
      source(accept(['s2'])),
      source(decline),
      waitingTransfer(stepTicked('take-back')),
    ]
    for (const asked of first) {
      const [call] = callsIn(asked.effects)
      if (!call) throw new Error('nothing was asked')
      const again = played(asked, parked(call.name), stepTicked('call-again', transferDaysLater(1)))
      expect(callsIn(again.effects)).toEqual([call])
      expect(again.track.context).toMatchObject({ pending: { call: call.name, since: transferDaysLater(1) } })
      expect(usable(again.track, [stepTicked('call-again'), stepTicked('call-happened')])).toEqual([])
    }
  })

  it.each([
    ['accept', source(accept(['s2']), parked('accept-transfer')), 'awaiting-source-partner'],
    ['decline', source(decline, parked('decline-transfer')), 'rejected'],
    ['take back', waitingTransfer(stepTicked('take-back'), parked('cancel-transfer')), 'cancelled'],
  ] as const)('%s: as if confirmed', (_what, doubtful, state) => {
    expect(played(doubtful, stepTicked('call-happened'))).toMatchObject({
      track: { state, context: { pending: null } },
    })
  })

  it('is resolved by a late answer', () => {
    expect(played(inDoubt, createdTransfer(pending)).track).toMatchObject({
      state: 'awaiting-source-partner',
      context: { pending: null, transfer: { id: pending.id } },
    })
  })

  it('can only be a write', () => {
    expect(usable(target(describedTransfer).track, [parked('find-tenant')])).toEqual([])
  })
})

describe('a transfer on paper', () => {
  it('collects until the ticket is opened, and completes once all steps are ticked', () => {
    let now = beginTransfer('ticket')
    const states = ticketSteps.map((step) => {
      now = played(now, stepTicked(step))
      expect(now.effects).toEqual([])
      return now.track.state
    })
    expect(states).toEqual([
      'collecting',
      'collecting',
      'awaiting-source-partner',
      'awaiting-source-partner',
      'completed',
    ])
    expect(now.track.context).toMatchObject({ settled: { access: { at, by } } })
  })

  it('opens a step that is ticked again', () => {
    const waitingForMicrosoft = played(beginTransfer('ticket'), stepTicked('ticket'))
    expect(played(waitingForMicrosoft, stepTicked('ticket')).track).toMatchObject({
      state: 'collecting',
      context: { settled: {} },
    })
  })

  it('makes no call to Microsoft; a transfer by the API has no such steps', () => {
    expect(
      usable(beginTransfer('ticket').track, [given({ side: 'target' }), describedTransfer, stepTicked('request')]),
    ).toEqual([])
    expect(
      usable(
        checkedOut().track,
        ticketSteps.map((step) => stepTicked(step)),
      ),
    ).toEqual([])
  })
})

it('a transfer ignores answers that are not awaited', () => {
  const late = [
    found(fabrikam),
    checked,
    offered,
    createdTransfer(pending),
    callRefused('create-transfer', 'refused'),
    delayed('check-transfer'),
    parked('create-transfer'),
  ]
  for (const { track } of [beginTransfer(), target(), checkedOut(), source(), waitingTransfer()])
    expect(usable(track, late)).toEqual([])
  const [_found, ...others] = late
  expect(usable(target(describedTransfer).track, others)).toEqual([])
})

it('a transfer can be cancelled from every open state, can be stored, and then ignores events', () => {
  const open = [
    beginTransfer(),
    target(),
    target(describedTransfer),
    checkedOut(),
    requestedTransfer(),
    waitingTransfer(),
    source(),
    beginTransfer('ticket'),
  ]
  for (const advanced of open) {
    expect(trackSchema.parse(JSON.parse(JSON.stringify(advanced.track)))).toEqual(advanced.track)
    const over = played(advanced, trackCancelled)
    expect(over).toMatchObject({ track: { state: 'cancelled' }, effects: [] })
    const events = [
      describedTransfer,
      found(contoso),
      createdTransfer(pending),
      seen([transferOf('completed')]),
      stepTicked('ticket'),
    ]
    expect(usable(over.track, [...events, fired(transferDaysLater(40)), trackCancelled])).toEqual([])
  }
})
