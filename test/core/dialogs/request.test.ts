import { describe, expect, it } from 'vitest'
import { requestKinds, requestNews } from '../../../dialogs/requests.ts'
import { workTrackOf } from '../../../dialogs/tracks/invitation/work.ts'
import { type Advanced, advance, hasReached, isOpen, isStanding, startTrack } from '../../../dialogs/tracks/registry.ts'
import {
  at,
  by,
  contoso,
  fired,
  found,
  given,
  noticesIn,
  played,
  stepTicked,
  trackCancelled,
  usable,
  wakeIn,
} from './acting.ts'
import { declined, invitationNews, newsOf, requestedInvitation, sentInvitation } from './invitation-scenes.ts'
import {
  askedWork,
  beginAtDesk,
  beginRequest,
  deskRequest,
  filled,
  filledRequest,
  fromAsker,
  fromProvider,
  linkedRequest,
  moved,
  requestByHand,
  requestDaysLater,
  sentRequest,
  workReported,
} from './request-scenes.ts'

const contextOf = ({ track }: Advanced) => {
  if (track.kind !== 'invitation') throw new Error('no request')
  return track.context
}
const stateOf = ({ track }: Advanced) => track.state

describe('a reseller’s request to its provider', () => {
  it('is sent once the customer and the products are known', () => {
    const empty = played(
      beginRequest(),
      given({ customer: 'contoso.example', products: ' ', note: '' }),
      found(contoso),
    )
    expect(usable(empty.track, [stepTicked('ask-partner'), stepTicked('ask-by-hand')])).toEqual([])
    expect(newsOf(sentRequest().effects)).toEqual([
      { kind: 'asked', customer: contoso, note: 'Before the year ends.', request: 'transfer', products: 'Azure plan' },
    ])
    expect(stateOf(sentRequest())).toBe('at-direct-partner')
    expect(wakeIn(sentRequest().effects)).toBe(requestDaysLater(1))
  })

  it('takes over a customer that another track has found', () => {
    const begun = startTrack({ kind: 'invitation', side: 'reseller', request: 'order', customer: contoso }, by, at)
    const ready = played(begun, given({ customer: contoso.domain, products: '25 × E3', note: '' }))
    expect(contextOf(ready)).toMatchObject({ customer: contoso, pending: null, products: '25 × E3' })
    expect(stateOf(played(ready, stepTicked('ask-partner')))).toBe('at-direct-partner')
  })

  it.each(requestNews.filter((state) => state !== 'completed'))('is in hand once the provider reports %s', (state) => {
    const working = linkedRequest(fromProvider(workReported(state)))
    expect(stateOf(working)).toBe('in-hand')
    expect(noticesIn(working.effects)).toEqual([{ key: 'request-news', days: 0, request: state }])
    expect(contextOf(working).handed.at(-1)).toEqual({ what: 'request', at, by: 'peer', state })
    expect(wakeIn(working.effects)).toBe(requestDaysLater(7))
  })

  it('is fulfilled when the provider has completed it, with or without news before', () => {
    for (const over of [
      linkedRequest(fromProvider(workReported('completed'))),
      linkedRequest(fromProvider(workReported('in-hand')), fromProvider(workReported('completed'))),
    ]) {
      expect(stateOf(over)).toBe('fulfilled')
      expect(noticesIn(over.effects)).toEqual([{ key: 'request-news', days: 0, request: 'completed' }])
      expect(hasReached(over.track) && isStanding(over.track)).toBe(true)
      expect(contextOf(over).remindAt).toBeNull()
      expect(usable(over.track, [fromProvider(workReported('rejected')), trackCancelled])).toEqual([])
    }
  })

  it('hears of a refusal, a lapse and a withdrawal, before and during the work', () => {
    for (const begun of [linkedRequest(), linkedRequest(fromProvider(workReported('in-hand')))]) {
      const refused = played(begun, fromProvider({ kind: 'declined', reason: 'Not our region.' }))
      expect(refused.track).toMatchObject({ state: 'declined', context: { reason: 'Not our region.' } })
      expect(noticesIn(refused.effects)).toEqual([{ key: 'request-declined', days: 0 }])
      const lapsed = played(begun, fromProvider({ kind: 'lapsed' }))
      expect([stateOf(lapsed), noticesIn(lapsed.effects)[0]?.key]).toEqual(['lapsed', 'request-lapsed'])
      const withdrawn = played(begun, fromProvider({ kind: 'withdrawn' }))
      expect([stateOf(withdrawn), noticesIn(withdrawn.effects)[0]?.key]).toEqual(['cancelled', 'request-withdrawn'])
    }
  })

  it('waits fourteen days for an answer and ninety for the work', () => {
    const asked = sentRequest()
    expect(noticesIn(played(asked, fired(requestDaysLater(1))).effects)).toEqual([{ key: 'request-nudge', days: 1 }])
    expect(stateOf(played(asked, fired(requestDaysLater(14))))).toBe('lapsed')
    const working = linkedRequest(fromProvider(workReported('in-hand')))
    expect(usable(working.track, [fired(requestDaysLater(6))])).toEqual([])
    const nudged = played(working, fired(requestDaysLater(7)))
    expect([noticesIn(nudged.effects), wakeIn(nudged.effects)]).toEqual([
      [{ key: 'request-nudge', days: 7 }],
      requestDaysLater(30),
    ])
    const again = played(nudged, fired(requestDaysLater(30)))
    expect([noticesIn(again.effects), wakeIn(again.effects)]).toEqual([
      [{ key: 'request-nudge', days: 30 }],
      requestDaysLater(90),
    ])
    const over = played(again, fired(requestDaysLater(90)))
    expect(stateOf(over)).toBe('lapsed')
    expect(newsOf(over.effects)).toEqual([{ kind: 'lapsed' }])
  })

  it('tells the provider of its withdrawal', () => {
    expect(newsOf(sentRequest(trackCancelled).effects)).toEqual([{ kind: 'withdrawn' }])
    expect(newsOf(filledRequest(trackCancelled).effects)).toEqual([])
  })

  it('listens to its own provider alone', () => {
    const foreign = { ...fromProvider(workReported('completed')), from: { tenant: 'other', case: 'MC-OTHER1' } }
    expect(usable(linkedRequest().track, [foreign])).toEqual([])
    expect(usable(sentRequest().track, [foreign, fromProvider(workReported('completed'))])).toEqual([])
  })

  it('is never answered like an invitation', () => {
    expect(usable(sentRequest().track, [requestedInvitation, declined('no'), stepTicked('request-done')])).toEqual([])
  })
})

describe('a request without a paired provider', () => {
  it('goes on by hand: asked, then done', () => {
    const open = requestByHand()
    expect(stateOf(open)).toBe('by-hand')
    const asked = played(open, stepTicked('asked-by-hand'))
    expect(contextOf(asked)).toMatchObject({ askedAt: at, remindAt: requestDaysLater(7), due: requestDaysLater(90) })
    expect(usable(asked.track, [stepTicked('asked-by-hand')])).toEqual([])
    for (const before of [open, asked]) {
      const done = played(before, stepTicked('request-done'))
      expect([stateOf(done), hasReached(done.track), newsOf(done.effects)]).toEqual(['fulfilled', true, []])
    }
  })

  it('is sent to the desk as soon as there is one', () => {
    const sent = requestByHand(stepTicked('asked-by-hand'), stepTicked('ask-partner'))
    expect([stateOf(sent), newsOf(sent.effects).length, wakeIn(sent.effects)]).toEqual([
      'at-direct-partner',
      1,
      requestDaysLater(1),
    ])
  })

  it('ends without telling anybody', () => {
    const asked = requestByHand(stepTicked('asked-by-hand'))
    const lapsed = played(asked, fired(requestDaysLater(90)))
    expect([stateOf(lapsed), newsOf(lapsed.effects)]).toEqual(['lapsed', []])
    expect(newsOf(played(asked, trackCancelled).effects)).toEqual([])
  })

  it('does not exist for an invitation', () => {
    const begun = startTrack({ kind: 'invitation', side: 'reseller', request: null }, by, at)
    expect(usable(played(begun, filled, found(contoso)).track, [stepTicked('ask-by-hand')])).toEqual([])
  })
})

describe('a request at the provider’s desk', () => {
  it('shows customer, products and note', () => {
    const opened = deskRequest()
    expect(contextOf(opened)).toMatchObject({ customer: contoso, products: 'Azure plan', company: 'Relecloud' })
    expect(noticesIn(opened.effects)).toEqual([{ key: 'request-asked', days: 0 }])
    expect(usable(opened.track, [requestedInvitation, sentInvitation('reseller'), fromAsker(invitationNews)])).toEqual(
      [],
    )
  })

  it.each(requestKinds)('is accepted by the start of the work on %s, and by no other track', (request) => {
    const opened = played(beginAtDesk(request), fromAsker(askedWork(request)))
    const others = requestKinds.map(workTrackOf).filter((track) => track !== workTrackOf(request))
    expect(
      usable(
        opened.track,
        others.map((track) => moved(track, 'open')),
      ),
    ).toEqual([])
    const begun = played(opened, moved(workTrackOf(request), request === 'transfer' ? 'collecting' : 'open'))
    expect([stateOf(begun), newsOf(begun.effects)]).toEqual(['in-hand', [workReported('in-hand')]])
    expect(wakeIn(begun.effects)).toBe(requestDaysLater(7))
  })

  it('reports each step of a transfer once', () => {
    const steps = [
      ['collecting', 'in-hand'],
      ['creating', undefined],
      ['collecting', undefined],
      ['awaiting-source-partner', 'requested'],
      ['rejected', 'rejected'],
      ['collecting', 'in-hand'],
      ['expired', 'expired'],
      ['failed', 'failed'],
      ['cancelled', 'stopped'],
      ['partially-completed', 'partly'],
      ['completed', 'completed'],
    ] as const
    let now = deskRequest()
    for (const [state, news] of steps) {
      const next = advance(now.track, moved('transfer', state))
      expect([state, next && newsOf(next.effects)]).toEqual([state, news && [workReported(news)]])
      now = next ?? now
    }
    expect([stateOf(now), isOpen(now.track)]).toEqual(['fulfilled', false])
  })

  it('stays open, as partly done, until both services have moved that it is for', () => {
    const both = { ...askedWork(), answers: { ...askedWork().answers, service: 'both' } } as const
    const begun = played(beginAtDesk(), fromAsker(both), moved('transfer', 'collecting'))
    const first = played(begun, moved('transfer', 'completed', ['transfer', 'transfer/licences']))
    expect([stateOf(first), newsOf(first.effects)]).toEqual(['in-hand', [workReported('partly')]])
    const second = played(first, moved('transfer', 'collecting', ['transfer/licences']))
    const done = played(second, moved('transfer', 'completed', ['transfer', 'transfer/licences', 'transfer/azure']))
    expect([stateOf(done), newsOf(done.effects)]).toEqual(['fulfilled', [workReported('completed')]])
  })

  it('is done by hand elsewhere, before or during the work', () => {
    for (const before of [deskRequest(), deskRequest(moved('transfer', 'collecting'))]) {
      const done = played(before, stepTicked('request-done'))
      expect([stateOf(done), newsOf(done.effects)]).toEqual(['fulfilled', [workReported('completed')]])
    }
    expect(contextOf(deskRequest(stepTicked('request-done'))).handed.at(-1)).toEqual({
      what: 'request',
      at,
      by,
      state: 'completed',
    })
  })

  it('is declined with a reason, before or during the work', () => {
    for (const before of [deskRequest(), deskRequest(moved('transfer', 'collecting'))]) {
      expect(advance(before.track, declined(' '))).toBeUndefined()
      const over = played(before, declined('Not our region.'))
      expect([stateOf(over), newsOf(over.effects)]).toEqual([
        'declined',
        [{ kind: 'declined', reason: 'Not our region.' }],
      ])
    }
  })

  it('hears that the reseller has given up', () => {
    const over = deskRequest(moved('transfer', 'collecting'), fromAsker({ kind: 'withdrawn' }))
    expect([stateOf(over), noticesIn(over.effects)]).toEqual(['cancelled', [{ key: 'request-withdrawn', days: 0 }]])
  })
})
