import { expect, it } from 'vitest'
import { type AnyMachineSnapshot, initialTransition } from 'xstate'
import { transferStatuses } from '../../../dialogs/calls.ts'
import type { TrackEvent } from '../../../dialogs/tracks/protocol.ts'
import { ticketSteps } from '../../../dialogs/tracks/transfer/context.ts'
import { transferMachine } from '../../../dialogs/tracks/transfer/machine.ts'
import { partsOf, walk } from '../../support/machine-walk.ts'
import {
  callAnswered,
  callRefused,
  contoso,
  delayed,
  fired,
  found,
  given,
  parked,
  seen,
  stepTicked,
  trackCancelled,
  transferOf,
} from './acting.ts'
import { accept, checked, decline, describedTransfer, offered, pending, transferDaysLater } from './transfer-scenes.ts'

it('a transfer reaches every state and takes every transition on generated paths', () => {
  const writes = ['create-transfer', 'accept-transfer', 'decline-transfer', 'cancel-transfer'] as const
  const samples: TrackEvent[] = [
    given({ side: 'target' }),
    given({ side: 'source' }),
    describedTransfer,
    given({ customer: '' }),
    found(contoso),
    callRefused('find-tenant', 'not-found'),
    checked,
    offered,
    accept(['s1']),
    decline,
    ...writes.flatMap((call) => [
      parked(call),
      callRefused(call, 'region'),
      callRefused(call, 'stale'),
      callAnswered({ call, transfer: pending }),
    ]),
    delayed('create-transfer'),
    ...transferStatuses.map((status) => seen([transferOf(status)])),
    ...['request', 'check-again', 'take-back', 'call-happened', 'call-again', 'nonsense', ...ticketSteps].map((step) =>
      stepTicked(step),
    ),
    ...[23, 29, 31].map((count) => fired(transferDaysLater(count))),
    trackCancelled,
  ]
  const identify = ({ value, context }: AnyMachineSnapshot) =>
    JSON.stringify([value, { ...context, settled: Object.keys(context.settled).sort() }])
  const starts = (['api', 'ticket'] as const).map(
    (way) => initialTransition(transferMachine, { way, product: 'azure', moved: [] })[0],
  )
  const visited = walk(transferMachine, starts, samples, identify)
  const parts = partsOf(transferMachine)
  expect(parts.states.filter((state) => !visited.states.has(state))).toEqual([])
  expect(parts.transitions.filter((name) => !visited.transitions.has(name))).toEqual([])
})
