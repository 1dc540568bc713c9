import { expect, it } from 'vitest'
import { type AnyMachineSnapshot, initialTransition } from 'xstate'
import { adminSteps } from '../../../dialogs/tracks/delegated-admin/context.ts'
import { delegatedAdminMachine } from '../../../dialogs/tracks/delegated-admin/machine.ts'
import type { TrackEvent } from '../../../dialogs/tracks/protocol.ts'
import { partsOf, walk } from '../../support/machine-walk.ts'
import { by, callRefused, contoso, delayed, fired, found, given, parked, trackCancelled } from './acting.ts'
import {
  approve,
  daysLater,
  deny,
  directoryReaders,
  done,
  form,
  groupFound,
  hours,
  narrow,
  statusSeen,
  tickAll,
  withdraw,
} from './admin-scenes.ts'

it('a delegated admin reaches every state and takes every transition on generated paths', () => {
  const samples: TrackEvent[] = [
    given({ customer: 'contoso.example' }),
    form(),
    given({ group: 'helpdesk' }),
    given({ days: '0' }),
    found(contoso),
    groupFound,
    callRefused('find-tenant', 'not-found'),
    delayed('find-tenant'),
    ...tickAll(...adminSteps, 'nonsense'),
    approve(),
    approve({ by, required: 2 }),
    approve({ required: 2 }),
    deny('no'),
    narrow([directoryReaders], 30),
    narrow([directoryReaders], 30, { required: 2 }),
    withdraw(),
    ...(['create-admin', 'lock-admin', 'assign-access', 'remove-admin'] as const).flatMap((call) => [
      done(call, 'created'),
      parked(call),
      callRefused(call, 'stale'),
      callRefused(call, 'sign-in'),
    ]),
    callRefused('create-admin', 'approval-lapsed'),
    callRefused('remove-admin', 'not-found'),
    ...['approved', 'active', 'expired', 'terminated'].map((status) => statusSeen(status)),
    ...[hours(24), hours(72), daysLater(83), daysLater(90)].map((when) => fired(when)),
    trackCancelled,
  ]
  const identify = ({ value, context }: AnyMachineSnapshot) => {
    const { justification, days: length, typed, fault, ...rest } = context
    return JSON.stringify([value, { ...rest, isFault: fault !== null }])
  }
  const [start] = initialTransition(delegatedAdminMachine, {
    token: 'MC-7K2P9Q',
    number: 1,
    customer: null,
    forCompany: null,
  })
  const seen = walk(delegatedAdminMachine, [start], samples, identify)
  const parts = partsOf(delegatedAdminMachine)
  expect(parts.states.filter((state) => !seen.states.has(state))).toEqual([])
  expect(parts.transitions.filter((name) => !seen.transitions.has(name))).toEqual([])
})
