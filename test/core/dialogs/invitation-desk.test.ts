import { describe, expect, it } from 'vitest'
import type { CallFault } from '../../../dialogs/calls.ts'
import { type Advanced, advance, resourceOf } from '../../../dialogs/tracks/registry.ts'
import {
  callRefused,
  callsIn,
  contoso,
  fabrikam,
  noticesIn,
  played,
  relationshipSeen,
  stepTicked,
  usable,
  wakeIn,
} from './acting.ts'
import {
  arrived,
  askedInvitation,
  atDesk,
  beginnings,
  createdInvitation,
  declined,
  fetched,
  fromReseller,
  invitationDaysLater,
  invitationNews,
  knownCustomer,
  linkedInvitation,
  newsOf,
  peers,
  requestedInvitation,
  sentInvitation,
  signed,
  told,
  typed,
  url,
} from './invitation-scenes.ts'

const stateOf = ({ track }: Advanced) => track.state
const contextOf = ({ track }: Advanced) => {
  if (track.kind !== 'invitation') throw new Error('no invitation')
  return track.context
}

describe('a direct partner with a request for an invitation', () => {
  it('learns the customer and the reseller, and nothing else', () => {
    const opened = atDesk()
    expect(stateOf(opened)).toBe('at-direct-partner')
    expect(contextOf(opened)).toMatchObject({
      side: 'direct-partner',
      peer: peers.reseller,
      company: 'Relecloud',
      customer: contoso,
      note: askedInvitation.note,
    })
    expect(noticesIn(opened.effects)).toEqual([{ key: 'invitation-asked', days: 0 }])
    expect(wakeIn(opened.effects)).toBe(invitationDaysLater(1))
    expect(
      usable(opened.track, [
        sentInvitation('reseller'),
        sentInvitation('customer'),
        stepTicked('ask-partner'),
        stepTicked('sent'),
      ]),
    ).toEqual([])
  })

  it('has the agreement of the reseller checked before there is a link', () => {
    const checking = atDesk(requestedInvitation)
    expect(callsIn(checking.effects)).toEqual([
      { name: 'check-agreement', customer: contoso.id, reseller: peers.reseller.tenant },
    ])
    expect(advance(checking.track, requestedInvitation)).toBeUndefined()
    const fetching = played(checking, signed(true))
    expect(callsIn(fetching.effects)).toEqual([{ name: 'fetch-invitation' }])
    expect(played(fetching, fetched()).track).toMatchObject({ state: 'created', context: { link: url, pending: null } })
  })

  it('tells the reseller that the customer is already one of ours, and invites nobody', () => {
    const known = atDesk(requestedInvitation, knownCustomer)
    expect(known.track).toMatchObject({
      state: 'accepted',
      context: { isKnownCustomer: true, link: null, pending: null, remindAt: null },
    })
    expect(callsIn(known.effects)).toEqual([])
    expect(newsOf(known.effects)).toEqual([{ kind: 'accepted', already: true }])
    const heard = linkedInvitation(told({ kind: 'accepted', already: true }))
    expect(heard.track).toMatchObject({ state: 'accepted', context: { isKnownCustomer: true } })
    expect(noticesIn(heard.effects)).toEqual([{ key: 'invitation-needless', days: 0 }])
  })

  it('sees that the agreement is missing, and can try again', () => {
    const unsigned = atDesk(requestedInvitation, signed(false))
    expect(unsigned.track).toMatchObject({
      state: 'at-direct-partner',
      context: { fault: { kind: 'agreement-missing' }, pending: null, link: null },
    })
    expect(contextOf(played(unsigned, requestedInvitation))).toMatchObject({
      fault: null,
      pending: { call: 'check-agreement' },
    })
  })

  const faults: CallFault['kind'][] = ['sign-in', 'second-factor', 'user-needed', 'access-denied', 'refused']
  it.each(faults)('can try again after %s, on either call', (kind) => {
    for (const stopped of [
      atDesk(requestedInvitation, callRefused('check-agreement', kind)),
      atDesk(requestedInvitation, signed(true), callRefused('fetch-invitation', kind)),
    ]) {
      expect(stopped.track).toMatchObject({ state: 'at-direct-partner', context: { pending: null, fault: { kind } } })
      const isSignIn = kind === 'sign-in' || kind === 'second-factor'
      expect(noticesIn(stopped.effects)).toEqual(isSignIn ? [{ key: 'sign-in-needed', days: 0 }] : [])
      expect(callsIn(played(stopped, requestedInvitation).effects)).toHaveLength(1)
    }
  })

  it('sends it to the reseller, or to the customer, or to the one after the other', () => {
    const toReseller = createdInvitation(sentInvitation('reseller'))
    expect(stateOf(toReseller)).toBe('with-reseller')
    expect(newsOf(toReseller.effects)).toEqual([invitationNews])
    for (const passed of [
      createdInvitation(sentInvitation('customer')),
      played(toReseller, sentInvitation('customer')),
    ]) {
      expect(stateOf(passed)).toBe('with-customer')
      expect(newsOf(passed.effects)).toEqual([{ kind: 'with-customer' }])
      expect(usable(passed.track, [sentInvitation('customer'), sentInvitation('reseller'), declined('no')])).toEqual([])
    }
    expect(usable(toReseller.track, [sentInvitation('reseller'), stepTicked('sent')])).toEqual([])
    expect(stateOf(played(toReseller, fromReseller({ kind: 'with-customer' })))).toBe('with-customer')
  })

  it('declines with a reason, before it has sent anything', () => {
    expect(advance(atDesk().track, declined('  '))).toBeUndefined()
    for (const over of [atDesk(declined(' not ours ')), createdInvitation(declined('not ours'))]) {
      expect(over.track).toMatchObject({ state: 'declined', context: { reason: 'not ours', remindAt: null } })
      expect(newsOf(over.effects)).toEqual([{ kind: 'declined', reason: 'not ours' }])
    }
  })

  it('sees at Microsoft that the customer accepted, from the link on, and tells the reseller', () => {
    expect(resourceOf(atDesk(requestedInvitation, signed(true)).track)).toBeUndefined()
    for (const advanced of [
      createdInvitation(),
      createdInvitation(sentInvitation('reseller')),
      createdInvitation(sentInvitation('customer')),
    ]) {
      expect(resourceOf(advanced.track)).toBe(`relationship/${contoso.id}`)
      expect(usable(advanced.track, [relationshipSeen(false), relationshipSeen(true, fabrikam.id)])).toEqual([])
      expect(usable(advanced.track, [fromReseller({ kind: 'accepted' })])).toEqual([])
      const over = played(advanced, relationshipSeen(true))
      expect(stateOf(over)).toBe('accepted')
      expect(newsOf(over.effects)).toEqual([{ kind: 'accepted' }])
      expect(noticesIn(over.effects)).toEqual([{ key: 'invitation-accepted', days: 0 }])
      expect(resourceOf(over.track)).toBeUndefined()
    }
    expect(resourceOf(arrived().track)).toBeUndefined()
  })

  it('hears that the reseller has given up', () => {
    for (const advanced of [
      atDesk(),
      createdInvitation(),
      createdInvitation(sentInvitation('reseller')),
      createdInvitation(sentInvitation('customer')),
    ]) {
      const over = played(advanced, fromReseller({ kind: 'withdrawn' }))
      expect(stateOf(over)).toBe('cancelled')
      expect(noticesIn(over.effects)).toEqual([{ key: 'invitation-withdrawn', days: 0 }])
      expect(newsOf(over.effects)).toEqual([])
    }
  })

  it('is opened only by a request of its sender', () => {
    const foreign = told(askedInvitation, { ...peers.reseller, tenant: 'other' })
    expect(
      usable(beginnings.desk.track, [foreign, fromReseller(invitationNews), typed, stepTicked('ask-partner')]),
    ).toEqual([])
    expect(advance(beginnings.reseller.track, fromReseller(askedInvitation))).toBeUndefined()
  })
})
