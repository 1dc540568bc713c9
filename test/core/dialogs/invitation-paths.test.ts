import { expect, it } from 'vitest'
import { type AnyMachineSnapshot, initialTransition } from 'xstate'
import { HANDOVER_REMINDER_DAYS, INVITATION_DAYS } from '../../../dialogs/tracks/invitation/context.ts'
import { invitationMachine } from '../../../dialogs/tracks/invitation/machine.ts'
import type { TrackEvent } from '../../../dialogs/tracks/protocol.ts'
import { partsOf, walk } from '../../support/machine-walk.ts'
import {
  callRefused,
  contoso,
  delayed,
  fired,
  found,
  given,
  relationshipSeen,
  stepTicked,
  trackCancelled,
} from './acting.ts'
import {
  declined,
  everyNews,
  fetched,
  fromReseller,
  invitationDaysLater,
  knownCustomer,
  linkedTo,
  peers,
  requestedInvitation,
  sentInvitation,
  signed,
  told,
  typed,
} from './invitation-scenes.ts'

it('an invitation reaches every state and takes every transition on generated paths', () => {
  const samples: TrackEvent[] = [
    typed,
    given({ note: 'more' }),
    given({ customer: '' }),
    found(contoso),
    callRefused('find-tenant', 'not-found'),
    delayed('find-tenant'),
    ...['ask-partner', 'sent', 'nonsense'].map((step) => stepTicked(step)),
    ...everyNews.flatMap((news) => [told(news), fromReseller(news)]),
    linkedTo(peers.desk),
    requestedInvitation,
    signed(true),
    signed(false),
    knownCustomer,
    callRefused('check-agreement', 'access-denied'),
    callRefused('fetch-invitation', 'sign-in'),
    fetched(),
    declined('not ours'),
    declined(' '),
    sentInvitation('reseller'),
    sentInvitation('customer'),
    relationshipSeen(true),
    relationshipSeen(false),
    ...[...HANDOVER_REMINDER_DAYS, INVITATION_DAYS].map((count) => fired(invitationDaysLater(count))),
    trackCancelled,
  ]
  const identify = ({ value, context }: AnyMachineSnapshot) =>
    JSON.stringify([value, { ...context, handed: context.handed.length > 0 }])
  const starts = (['reseller', 'direct-partner'] as const).map(
    (side) => initialTransition(invitationMachine, { side, request: null })[0],
  )
  const seen = walk(invitationMachine, starts, samples, identify)
  const parts = partsOf(invitationMachine)
  // The work of a request has states of its own, see request-paths.test.ts.
  const isOfRequest = (name: string) => ['by-hand', 'in-hand', 'fulfilled'].some((state) => name.includes(state))
  expect(parts.states.filter((state) => !seen.states.has(state) && !isOfRequest(state))).toEqual([])
  expect(parts.transitions.filter((name) => !seen.transitions.has(name) && !isOfRequest(name))).toEqual([])
})
