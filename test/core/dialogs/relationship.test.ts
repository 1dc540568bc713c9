import { describe, expect, it } from 'vitest'
import { type AnyMachineSnapshot, initialTransition } from 'xstate'
import { daysAfter } from '../../../dialogs/calendar.ts'
import type { CallFault } from '../../../dialogs/calls.ts'
import type { TrackEvent } from '../../../dialogs/tracks/protocol.ts'
import { advance, dueOf, startTrack, trackSchema } from '../../../dialogs/tracks/registry.ts'
import { LAPSE_DAYS, RELATIONSHIP_REMINDER_DAYS } from '../../../dialogs/tracks/relationship/context.ts'
import { relationshipMachine } from '../../../dialogs/tracks/relationship/machine.ts'
import { partsOf, walk } from '../../support/machine-walk.ts'
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
  noticesIn,
  parked,
  played,
  relationshipSeen,
  stepTicked,
  trackCancelled,
  usable,
  wakeIn,
} from './acting.ts'

const url = 'https://admin.example/invitation'
const linked = (when = at) => callAnswered({ call: 'fetch-invitation', url }, at, when)
const days = (count: number) => daysAfter(at, count)

const jointly: TrackEvent = { type: 'step.ticked', step: 'confirm-jointly', provider: fabrikam.id, at, by }

const otherSeen: TrackEvent = {
  type: 'resource.seen',
  sighting: { resource: `relationship/${fabrikam.id}`, accepted: true, tenant: fabrikam },
  at,
  by: 'upstream',
}

const begin = () => startTrack({ kind: 'relationship' }, by, at)
const typed = given({ customer: ' contoso.example ' })
const known = (...events: TrackEvent[]) => played(begin(), typed, found(contoso), ...events)
const fetching = (...events: TrackEvent[]) => known(stepTicked('confirm-customer'), ...events)
const ready = (...events: TrackEvent[]) => fetching(linked(), ...events)

it('a relationship reaches every state and takes every transition on generated paths', () => {
  const samples = [
    typed,
    given({ customer: ' ' }),
    found(contoso),
    found(contoso, true),
    callRefused('find-tenant', 'not-found'),
    delayed('find-tenant'),
    delayed('fetch-invitation'),
    linked(),
    callRefused('fetch-invitation', 'sign-in'),
    callRefused('fetch-invitation', 'refused'),
    callAnswered({ call: 'find-tenant', tenant: contoso, isCustomer: false, isClosed: true }),
    callRefused('fetch-invitation', 'access-denied'),
    ...['confirm-customer', 'fetch-link', 'sent', 'sent-by-hand', 'customer-accepted', 'nonsense'].map((step) =>
      stepTicked(step),
    ),
    jointly,
    otherSeen,
    ...['other-is-right', 'other-is-unrelated', 'send-again'].map((step) => stepTicked(step)),
    relationshipSeen(true),
    relationshipSeen(false),
    ...[...RELATIONSHIP_REMINDER_DAYS, LAPSE_DAYS].map((count) => fired(days(count))),
    trackCancelled,
  ]
  const identify = ({ value, context }: AnyMachineSnapshot) => JSON.stringify([value, context])
  const seen = walk(relationshipMachine, [initialTransition(relationshipMachine)[0]], samples, identify)
  const parts = partsOf(relationshipMachine)
  expect(parts.states.filter((state) => !seen.states.has(state))).toEqual([])
  expect(parts.transitions.filter((name) => !seen.transitions.has(name))).toEqual([])
})

describe('the customer of a relationship', () => {
  it('is looked up as typed, and shown by name before any other call', () => {
    const asked = played(begin(), typed)
    expect(asked.effects).toEqual([
      {
        kind: 'call',
        track: 'relationship',
        since: at,
        call: { name: 'find-tenant', who: 'customer', text: 'contoso.example' },
      },
    ])
    expect(known()).toMatchObject({
      track: { state: 'collecting-customer', context: { customer: contoso, pending: null, fault: null } },
      effects: [],
    })
  })

  it('that cannot be found leaves the typed text, with the reason', () => {
    const { track } = played(begin(), typed, callRefused('find-tenant', 'not-found'))
    expect(track).toMatchObject({
      state: 'collecting-customer',
      context: { typed: 'contoso.example', customer: null, pending: null, fault: { kind: 'not-found' } },
    })
    expect(played({ track, effects: [] }, typed).track.context).toMatchObject({ fault: null })
  })

  it('can be typed again during a search, whose late answer is then ignored', () => {
    const later = '2026-11-22T10:00:05.000Z'
    const again = played(begin(), typed, given({ customer: 'fabrikam.example' }, later))
    expect(advance(again.track, found(contoso))).toBeUndefined()
    const answer = callAnswered({ call: 'find-tenant', tenant: fabrikam, isCustomer: false }, later, later)
    expect(played(again, answer).track.context).toMatchObject({ customer: fabrikam })
  })

  it('that has the relationship already needs no link', () => {
    const done = played(begin(), typed, found(contoso, true), stepTicked('confirm-customer'))
    expect(done).toMatchObject({ track: { state: 'accepted' }, effects: [] })
  })

  it('is confirmed before a link is fetched, and no call is made twice', () => {
    expect(advance(begin().track, stepTicked('confirm-customer'))).toBeUndefined()
    expect(advance(played(begin(), typed).track, stepTicked('confirm-customer'))).toBeUndefined()
    const confirmed = fetching()
    expect(confirmed.track.state).toBe('fetching-link')
    expect(callsIn(confirmed.effects)).toEqual([{ name: 'fetch-invitation' }])
    expect(usable(confirmed.track, [stepTicked('confirm-customer'), stepTicked('fetch-link'), typed])).toEqual([])
  })
})

describe('an invitation by hand', () => {
  const refused = fetching(callRefused('fetch-invitation', 'access-denied'))
  const sent = played(refused, stepTicked('sent-by-hand'))

  it('follows where Partner Center denies access, without a link and with its reminders', () => {
    expect(sent).toMatchObject({
      track: { state: 'awaiting-customer', context: { link: null, isByHand: true, fault: null, sentAt: at } },
      effects: [{ kind: 'wake', track: 'relationship', timer: 'clock', due: days(3) }],
    })
    expect(dueOf(sent.track)).toBe(days(30))
    expect(noticesIn(played(sent, fired(days(3))).effects)).toEqual([{ key: 'relationship-nudge', days: 3 }])
    expect(played(sent, fired(days(30))).track.state).toBe('lapsed')
  })

  it('is accepted when a person says so, or when it is seen after all', () => {
    expect(played(sent, stepTicked('customer-accepted'))).toMatchObject({
      track: { state: 'accepted', context: { remindAt: null } },
      effects: [],
    })
    expect(played(sent, relationshipSeen(true)).track.state).toBe('accepted')
  })

  it('is no way out of any other fault, and nobody’s word counts where the acceptance can be seen', () => {
    const asked = fetching(callRefused('fetch-invitation', 'sign-in'))
    expect(advance(asked.track, stepTicked('sent-by-hand'))).toBeUndefined()
    expect(advance(ready(stepTicked('sent')).track, stepTicked('customer-accepted'))).toBeUndefined()
  })

  it('may have a link, while our customers cannot be read', () => {
    const hidden = callAnswered({ call: 'find-tenant', tenant: contoso, isCustomer: false, isClosed: true })
    const awaiting = played(begin(), typed, hidden, stepTicked('confirm-customer'), linked(), stepTicked('sent'))
    expect(played(awaiting, stepTicked('customer-accepted')).track.state).toBe('accepted')
  })
})

describe('the acceptance of another tenant', () => {
  const awaiting = () => ready(stepTicked('sent'))
  const asked = () => played(awaiting(), otherSeen)

  it('is told once, and ends nothing', () => {
    expect(asked().track).toMatchObject({
      state: 'awaiting-customer',
      context: { customer: contoso, others: [fabrikam], isOtherOpen: true },
    })
    expect(noticesIn(asked().effects)).toEqual([{ key: 'relationship-other', days: 0 }])
    expect(advance(asked().track, otherSeen)).toBeUndefined()
    expect(advance(played(asked(), stepTicked('other-is-unrelated')).track, otherSeen)).toBeUndefined()
    expect(played(asked(), relationshipSeen(true)).track.state).toBe('accepted')
  })

  it('can be the right one after all', () => {
    expect(played(asked(), stepTicked('other-is-right')).track).toMatchObject({
      state: 'accepted',
      context: { customer: fabrikam, isCustomer: true, isOtherOpen: false, remindAt: null },
    })
  })

  it('is answered with the invitation to send again, or has nothing to do with it', () => {
    expect(played(asked(), stepTicked('send-again')).track).toMatchObject({
      state: 'link-ready',
      context: { customer: contoso, link: url, isOtherOpen: false },
    })
    expect(played(asked(), stepTicked('other-is-unrelated')).track).toMatchObject({
      state: 'awaiting-customer',
      context: { isOtherOpen: false },
    })
    const steps = ['other-is-right', 'other-is-unrelated', 'send-again'].map((step) => stepTicked(step))
    expect(usable(awaiting().track, steps)).toEqual([])
  })

  it('is none of ours without a link, and a busy partner is asked five times at most', () => {
    expect(advance(fetching().track, otherSeen)).toBeUndefined()
    const others = Array.from({ length: 6 }, (_, index): TrackEvent => {
      const tenant = { ...fabrikam, id: `f0000000-0000-4000-8000-00000000000${index}` }
      return { ...otherSeen, sighting: { resource: `relationship/${tenant.id}`, accepted: true, tenant } } as TrackEvent
    })
    const busy = played(awaiting(), ...others.slice(0, 5))
    expect(advance(busy.track, others[5] as TrackEvent)).toBeUndefined()
  })
})

describe('a joint invitation', () => {
  it('is fetched with the tenant of the provider, after a sign-in as well', () => {
    const asked = known(jointly)
    const call = { name: 'fetch-invitation', provider: fabrikam.id }
    expect(callsIn(asked.effects)).toEqual([call])
    const again = played(asked, callRefused('fetch-invitation', 'sign-in'), stepTicked('fetch-link'))
    expect(callsIn(again.effects)).toEqual([call])
    expect(played(again, linked()).track).toMatchObject({ state: 'link-ready', context: { provider: fabrikam.id } })
  })

  it('needs a provider', () => {
    expect(advance(known().track, stepTicked('confirm-jointly'))).toBeUndefined()
    expect(callsIn(fetching().effects)).toEqual([{ name: 'fetch-invitation' }])
  })
})

describe('the link of a relationship', () => {
  it('arrives with the answer, and starts the clock', () => {
    expect(ready()).toMatchObject({
      track: { state: 'link-ready', context: { link: url, linkAt: at, pending: null } },
      effects: [{ kind: 'wake', track: 'relationship', timer: 'clock', due: days(3) }],
    })
    expect(dueOf(ready().track)).toBe(days(30))
    expect(dueOf(fetching().track)).toBeUndefined()
  })

  const mendable: CallFault['kind'][] = ['sign-in', 'second-factor', 'user-needed', 'access-denied']
  it.each(mendable)('can be fetched again after %s', (kind) => {
    const stopped = fetching(callRefused('fetch-invitation', kind))
    expect(stopped.track).toMatchObject({ state: 'fetching-link', context: { pending: null, fault: { kind } } })
    const isSignIn = kind === 'sign-in' || kind === 'second-factor'
    expect(noticesIn(stopped.effects)).toEqual(isSignIn ? [{ key: 'sign-in-needed', days: 0 }] : [])
    const again = played(stopped, stepTicked('fetch-link'))
    expect(callsIn(again.effects)).toEqual([{ name: 'fetch-invitation' }])
    expect(again.track.context).toMatchObject({ fault: null })
    expect(played(again, linked()).track.state).toBe('link-ready')
  })

  it('that is refused for any other reason ends the track with the reason', () => {
    expect(fetching(callRefused('fetch-invitation', 'region')).track).toMatchObject({
      state: 'failed',
      context: { fault: { kind: 'region' } },
    })
  })

  it('shows the time of the next attempt until the answer arrives', () => {
    const waiting = fetching(delayed('fetch-invitation'))
    expect(waiting.track).toMatchObject({ state: 'fetching-link', context: { pending: { again: { why: 'busy' } } } })
    expect(played(waiting, linked()).track.context).toMatchObject({ link: url, pending: null })
  })

  it('is marked as sent by a person', () => {
    const sent = ready(stepTicked('sent', days(1)))
    expect(sent.track).toMatchObject({ state: 'awaiting-customer', since: days(1), context: { sentAt: days(1) } })
    expect(advance(sent.track, stepTicked('sent'))).toBeUndefined()
  })
})

describe('the acceptance of the customer', () => {
  it.each([
    ['before anybody said that the link was sent', ready()],
    ['afterwards', ready(stepTicked('sent'))],
  ])('ends the track, %s, and is told', (_when, waiting) => {
    const accepted = played(waiting, relationshipSeen(true))
    expect(accepted).toMatchObject({
      track: { state: 'accepted', context: { remindAt: null } },
      effects: [{ kind: 'notify', track: 'relationship', notice: { key: 'relationship-accepted', days: 0 } }],
    })
  })

  it('of another customer, or its lack, changes nothing', () => {
    const waiting = ready(stepTicked('sent')).track
    expect(usable(waiting, [relationshipSeen(true, fabrikam.id), relationshipSeen(false)])).toEqual([])
  })

  it('is awaited with reminders after 3, 7 and 14 days, and lapses after 30', () => {
    let now = ready()
    const told: unknown[] = []
    for (let due = wakeIn(now.effects); due !== undefined; due = wakeIn(now.effects)) {
      expect(advance(now.track, fired(new Date(Date.parse(due) - 1).toISOString()))).toBeUndefined()
      now = played(now, fired(due))
      told.push(...noticesIn(now.effects))
    }
    expect(told).toEqual([
      ...[3, 7, 14].map((count) => ({ key: 'relationship-nudge', days: count })),
      { key: 'relationship-lapsed', days: 0 },
    ])
    expect(now.track.state).toBe('lapsed')
  })

  it('gets one reminder after an outage, not the backlog', () => {
    const late = played(ready(stepTicked('sent')), fired(days(10)))
    expect(late.effects).toEqual([
      { kind: 'notify', track: 'relationship', notice: { key: 'relationship-nudge', days: 10 } },
      { kind: 'wake', track: 'relationship', timer: 'clock', due: days(14) },
    ])
    expect(played(ready(), fired(days(45))).track.state).toBe('lapsed')
  })
})

it('a relationship ignores answers that are not awaited', () => {
  const answers = [found(fabrikam), linked(), callRefused('find-tenant', 'refused'), delayed('fetch-invitation')]
  expect(usable(begin().track, answers)).toEqual([])
  expect(usable(known().track, answers)).toEqual([])
  expect(usable(ready().track, answers)).toEqual([])
  expect(usable(played(begin(), typed).track, [linked(), parked('find-tenant')])).toEqual([])
})

it('a relationship can be cancelled from every open state, can be stored, and then ignores events', () => {
  const open = [begin(), played(begin(), typed), known(), fetching(), ready(), ready(stepTicked('sent'))]
  for (const advanced of open) {
    expect(trackSchema.parse(JSON.parse(JSON.stringify(advanced.track)))).toEqual(advanced.track)
    const over = played(advanced, trackCancelled)
    expect(over).toMatchObject({ track: { state: 'cancelled' }, effects: [] })
    expect(usable(over.track, [typed, found(contoso), linked(), relationshipSeen(true), fired(days(40))])).toEqual([])
  }
})
