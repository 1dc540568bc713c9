import { expect, it } from 'vitest'
import { type AnyMachineSnapshot, initialTransition } from 'xstate'
import { requestNews } from '../../../dialogs/requests.ts'
import {
  HANDOVER_REMINDER_DAYS,
  INVITATION_DAYS,
  type InvitationContext,
  WORK_DAYS,
  WORK_REMINDER_DAYS,
} from '../../../dialogs/tracks/invitation/context.ts'
import { invitationMachine } from '../../../dialogs/tracks/invitation/machine.ts'
import type { TrackEvent } from '../../../dialogs/tracks/protocol.ts'
import { partsOf, walk } from '../../support/machine-walk.ts'
import { callRefused, contoso, fired, found, relationshipSeen, stepTicked, trackCancelled } from './acting.ts'
import { declined, everyNews, fetched, requestedInvitation, sentInvitation, signed } from './invitation-scenes.ts'
import {
  askedWork,
  filled,
  fromAsker,
  fromProvider,
  moved,
  requestDaysLater,
  requestPeers,
  workReported,
} from './request-scenes.ts'

const reseller = 'reseller'
const samples: TrackEvent[] = [
  filled,
  found(contoso),
  callRefused('find-tenant', 'not-found'),
  ...['ask-partner', 'sent', 'ask-by-hand', 'asked-by-hand', 'request-done'].map((step) => stepTicked(step)),
  ...everyNews.filter(({ kind }) => kind !== 'asked').flatMap((news) => [fromProvider(news), fromAsker(news)]),
  fromAsker(askedWork()),
  ...requestNews.map((state) => fromProvider(workReported(state))),
  ...['collecting', 'creating', 'awaiting-source-partner', 'rejected', 'completed'].map((state) =>
    moved('transfer', state),
  ),
  moved('plan/switch-licences', 'done'),
  { type: 'peer.linked', peer: requestPeers.provider, at: requestDaysLater(0), by: 'peer' },
  requestedInvitation,
  signed(true),
  fetched(),
  declined('Not our region.'),
  sentInvitation('reseller'),
  relationshipSeen(true),
  ...[...HANDOVER_REMINDER_DAYS, ...WORK_REMINDER_DAYS, INVITATION_DAYS, WORK_DAYS].map((count) =>
    fired(requestDaysLater(count)),
  ),
  trackCancelled,
]

/** States and transitions of one side of a request, by walking all samples from its beginning. */
function seenFrom(side: InvitationContext['side']) {
  const identify = ({ value, context }: AnyMachineSnapshot) =>
    JSON.stringify([
      value,
      { ...context, handed: context.handed.map(({ state = '' }: { state?: string }) => state).at(-1) },
    ])
  const [start] = initialTransition(invitationMachine, { side, request: 'transfer' })
  return walk(invitationMachine, [start], samples, identify)
}

it('a request has the states of work on either side, and none of an invitation', () => {
  const ends = ['cancelled', 'declined', 'fulfilled', 'lapsed']
  const [asker, desk] = [seenFrom(reseller), seenFrom('direct-partner')]
  expect([...asker.states].sort()).toEqual(['asking', 'at-direct-partner', 'by-hand', ...ends, 'in-hand'].sort())
  expect([...desk.states].sort()).toEqual(['asking', 'at-direct-partner', ...ends, 'in-hand'].sort())
  const ofWork = partsOf(invitationMachine).transitions.filter((name) => /by-hand|in-hand|fulfilled/.test(name))
  expect(ofWork.length).toBeGreaterThan(15)
  expect(ofWork.filter((name) => !asker.transitions.has(name) && !desk.transitions.has(name))).toEqual([])
})
