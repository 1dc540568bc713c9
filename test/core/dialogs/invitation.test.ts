import { describe, expect, it } from 'vitest'
import type { PeerNews } from '../../../dialogs/peer.ts'
import { type Advanced, advance, dueOf, isOpen, startTrack, trackSchema } from '../../../dialogs/tracks/registry.ts'
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
import {
  arrived,
  askingInvitation,
  atDesk,
  beginnings,
  createdInvitation,
  declined,
  everyNews,
  fetched,
  fromReseller,
  invitationDaysLater,
  invitationNews,
  linkedInvitation,
  linkedTo,
  newsOf,
  peers,
  requestedInvitation,
  sentInvitation,
  signed,
  told,
  typed,
  url,
  waitingInvitation,
} from './invitation-scenes.ts'

const stateOf = ({ track }: Advanced) => track.state
const contextOf = ({ track }: Advanced) => {
  if (track.kind !== 'invitation') throw new Error('no invitation')
  return track.context
}

describe('a reseller that asks for an invitation', () => {
  it('names the customer, which is looked up, and adds a note', () => {
    const typing = played(beginnings.reseller, typed)
    expect(callsIn(typing.effects)).toEqual([{ name: 'find-tenant', who: 'customer', text: 'contoso.example' }])
    expect(contextOf(askingInvitation())).toMatchObject({
      customer: contoso,
      note: 'They bought through Open.',
      pending: null,
    })
    const reworded = askingInvitation(given({ customer: 'contoso.example', note: 'Urgent.' }))
    expect(reworded.effects).toEqual([])
    expect(contextOf(reworded)).toMatchObject({ customer: contoso, note: 'Urgent.' })
  })

  it('keeps the typed text if there is no such customer, and requests nothing without one', () => {
    const lost = played(beginnings.reseller, typed, callRefused('find-tenant', 'not-found'))
    expect(contextOf(lost)).toMatchObject({ typed: 'contoso.example', customer: null, fault: { kind: 'not-found' } })
    expect(
      usable(lost.track, [
        stepTicked('ask-partner'),
        stepTicked('sent'),
        requestedInvitation,
        sentInvitation('customer'),
      ]),
    ).toEqual([])
    expect(usable(played(lost, typed).track, [stepTicked('ask-partner')])).toEqual([])
  })

  it('hands the request over once, with time and author, and starts the clock', () => {
    const handed = waitingInvitation()
    expect(stateOf(handed)).toBe('at-direct-partner')
    expect(handed.effects).toEqual([
      {
        kind: 'tell',
        track: 'invitation',
        news: { kind: 'asked', customer: contoso, note: 'They bought through Open.' },
      },
      { kind: 'wake', track: 'invitation', timer: 'clock', due: invitationDaysLater(1) },
    ])
    expect(contextOf(handed)).toMatchObject({ handed: [{ what: 'asked', at, by }], due: invitationDaysLater(14) })
    expect(dueOf(handed.track)).toBe(invitationDaysLater(14))
    expect(usable(handed.track, [stepTicked('ask-partner'), typed, requestedInvitation, declined('no')])).toEqual([])
  })

  it('gets the link, and passes it on to the customer', () => {
    const got = arrived()
    expect(got.track).toMatchObject({ state: 'with-reseller', context: { link: url, linkAt: at, peer: peers.desk } })
    expect(noticesIn(got.effects)).toEqual([{ key: 'invitation-arrived', days: 0 }])
    for (const pass of [
      stepTicked('sent', invitationDaysLater(1)),
      sentInvitation('customer', invitationDaysLater(1)),
    ]) {
      const passed = played(got, pass)
      expect(stateOf(passed)).toBe('with-customer')
      expect(newsOf(passed.effects)).toEqual([{ kind: 'with-customer' }])
      expect(contextOf(passed).handed.map(({ what, by: who }) => [what, who])).toEqual([
        ['asked', by],
        ['invitation', 'peer'],
        ['with-customer', by],
      ])
      expect(contextOf(passed).due).toBe(invitationDaysLater(15))
      expect(usable(passed.track, [pass, stepTicked('sent')])).toEqual([])
    }
  })

  it.each<[PeerNews, string, string | undefined]>([
    [{ kind: 'declined', reason: 'not ours' }, 'declined', 'invitation-declined'],
    [{ kind: 'with-customer' }, 'with-customer', undefined],
    [{ kind: 'accepted' }, 'accepted', 'invitation-accepted'],
    [{ kind: 'withdrawn' }, 'cancelled', 'invitation-withdrawn'],
    [{ kind: 'lapsed' }, 'lapsed', 'invitation-lapsed'],
  ])('hears %j', (news, state, key) => {
    const heard = linkedInvitation(told(news))
    expect(stateOf(heard)).toBe(state)
    expect(noticesIn(heard.effects).map((notice) => notice.key)).toEqual(key ? [key] : [])
    expect(newsOf(heard.effects)).toEqual([])
    if (news.kind === 'declined') expect(contextOf(heard).reason).toBe('not ours')
  })

  it('gets the link even if news of the customer overtake it', () => {
    const late = linkedInvitation(told({ kind: 'with-customer' }), told(invitationNews))
    expect(late.track).toMatchObject({ state: 'with-customer', context: { link: url } })
  })

  it('hears of the delegated admin requested on its behalf, even after the customer accepted', () => {
    const over = arrived(told({ kind: 'accepted' }))
    expect(isOpen(over.track)).toBe(false)
    const news = told({ kind: 'admin', state: 'active', customer: 'Contoso' }, peers.desk, invitationDaysLater(2))
    const heard = played(over, news)
    expect(stateOf(heard)).toBe('accepted')
    expect(contextOf(heard)).toMatchObject({
      admin: { state: 'active', customer: 'Contoso', at: invitationDaysLater(2) },
    })
    expect(contextOf(heard).handed.at(-1)).toEqual({
      what: 'admin',
      at: invitationDaysLater(2),
      by: 'peer',
      admin: 'active',
    })
    expect(noticesIn(heard.effects)).toEqual([
      { key: 'admin-news', days: 0, admin: 'active', rights: { state: 'active', customer: 'Contoso' } },
    ])
    const others = everyNews.filter(({ kind }) => kind !== 'admin').map((news) => told(news))
    expect(usable(over.track, [trackCancelled, ...others, stepTicked('sent'), fired(invitationDaysLater(20))])).toEqual(
      [],
    )
  })

  it('listens only to its own direct partner', () => {
    const stranger = { tenant: peers.desk.tenant, case: 'MC-0THER1' }
    const known = linkedInvitation()
    expect(
      usable(known.track, [
        ...everyNews.flatMap((news) => [told(news, stranger), told(news, { ...peers.desk, tenant: 'other' })]),
        linkedTo(stranger),
        linkedTo(peers.desk),
      ]),
    ).toEqual([])
    expect(usable(askingInvitation().track, [...everyNews.map((news) => told(news)), linkedTo(peers.desk)])).toEqual([])
  })

  it('tells its cancellation only to a direct partner that knows of the request', () => {
    expect(newsOf(askingInvitation(trackCancelled).effects)).toEqual([])
    expect(newsOf(linkedInvitation(trackCancelled).effects)).toEqual([{ kind: 'withdrawn' }])
    expect(newsOf(arrived(trackCancelled).effects)).toEqual([{ kind: 'withdrawn' }])
  })
})

describe('the clock of an invitation', () => {
  it.each([
    ['the reseller', waitingInvitation()],
    ['the direct partner', atDesk()],
    ['the reseller with the link', arrived()],
    ['the direct partner that has sent it', createdInvitation(sentInvitation('customer'))],
  ])('asks %s after 1 and 3 days how it goes, and gives up after 14, on both sides', (_who, begun) => {
    let now = begun
    const said: unknown[] = []
    for (let due = wakeIn(now.effects); due !== undefined; due = wakeIn(now.effects)) {
      expect(advance(now.track, fired(new Date(Date.parse(due) - 1).toISOString()))).toBeUndefined()
      now = played(now, fired(due))
      said.push(...noticesIn(now.effects))
    }
    expect(said).toEqual([
      { key: 'invitation-nudge', days: 1 },
      { key: 'invitation-nudge', days: 3 },
      { key: 'invitation-lapsed', days: 0 },
    ])
    expect(stateOf(now)).toBe('lapsed')
    expect(newsOf(now.effects)).toEqual([{ kind: 'lapsed' }])
  })

  it('restarts with every hand-over, and sends one reminder after an outage', () => {
    const sentOn = played(arrived(), stepTicked('sent', invitationDaysLater(10)))
    expect(contextOf(sentOn)).toMatchObject({ due: invitationDaysLater(24), remindAt: invitationDaysLater(11) })
    expect(noticesIn(played(waitingInvitation(), fired(invitationDaysLater(9))).effects)).toEqual([
      { key: 'invitation-nudge', days: 9 },
    ])
  })
})

it('an invitation ignores answers that are not awaited', () => {
  const later = '2026-11-22T10:00:05.000Z'
  const answers = [
    found(fabrikam),
    signed(true),
    fetched(),
    callRefused('find-tenant', 'refused'),
    parked('find-tenant'),
  ]
  expect(usable(askingInvitation().track, answers)).toEqual([])
  expect(usable(atDesk().track, answers)).toEqual([])
  expect(usable(createdInvitation().track, answers)).toEqual([])
  expect(
    usable(atDesk(requestedInvitation).track, [
      fetched(),
      callAnswered({ call: 'check-agreement', signed: true }, later),
    ]),
  ).toEqual([])
  expect(
    usable(createdInvitation(sentInvitation('reseller')).track, [...answers, delayed('fetch-invitation')]),
  ).toEqual([])
})

it('an invitation stores its last hand-overs, without links', () => {
  const admin = (index: number) =>
    told({ kind: 'admin', state: 'active', customer: 'Contoso' }, peers.desk, invitationDaysLater(index))
  const long = arrived(...Array.from({ length: 30 }, (_, index) => admin(index)))
  const { handed } = contextOf(long)
  expect(handed).toHaveLength(20)
  expect(handed.at(-1)?.at).toBe(invitationDaysLater(29))
  expect(JSON.stringify([handed, contextOf(createdInvitation(sentInvitation('reseller'))).handed])).not.toContain(
    'http',
  )
  expect(trackSchema.parse(JSON.parse(JSON.stringify(long.track)))).toEqual(long.track)
})

it('an invitation can be cancelled from every open state, can be stored, and then ignores events', () => {
  const open = [
    startTrack({ kind: 'invitation', side: 'reseller', request: null }, by, at),
    ...[askingInvitation(), waitingInvitation(), arrived(), arrived(stepTicked('sent'))],
    ...[
      atDesk(),
      atDesk(requestedInvitation),
      createdInvitation(),
      createdInvitation(sentInvitation('reseller')),
      createdInvitation(sentInvitation('customer')),
    ],
  ]
  for (const advanced of open) {
    expect(trackSchema.parse(JSON.parse(JSON.stringify(advanced.track)))).toEqual(advanced.track)
    const over = played(advanced, trackCancelled)
    expect(over.track).toMatchObject({ state: 'cancelled', context: { remindAt: null, pending: null } })
    const late = [
      typed,
      found(contoso),
      fetched(),
      relationshipSeen(true),
      fired(invitationDaysLater(40)),
      sentInvitation('customer'),
      requestedInvitation,
    ]
    const news = everyNews.flatMap((each) => [told(each), fromReseller(each)])
    expect(usable(over.track, [...late, ...news])).toEqual([])
  }
})
