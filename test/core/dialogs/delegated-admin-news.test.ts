import { describe, expect, it } from 'vitest'
import type { TrackEvent } from '../../../dialogs/tracks/protocol.ts'
import { callRefused, fired } from './acting.ts'
import {
  approve,
  creating,
  deny,
  done,
  forReseller,
  hours,
  presented,
  requestedAdmin,
  statusSeen,
  withdraw,
} from './admin-scenes.ts'
import { newsOf } from './invitation-scenes.ts'

describe('a reseller whose customer it is for', () => {
  const told = (...events: TrackEvent[]) =>
    newsOf(forReseller(...events).effects).map((news) => (news.kind === 'admin' ? news.state : news.kind))

  it("hears of every change, with the customer's name", () => {
    const locked = [approve(), done('create-admin', 'created'), done('lock-admin', 'approvalPending')]
    expect(newsOf(forReseller().effects)).toEqual([{ kind: 'admin', state: 'awaiting-approval', customer: 'Contoso' }])
    expect(told(approve())).toEqual(['approved'])
    expect(told(...locked)).toEqual(['awaiting-customer'])
    expect(told(...locked, statusSeen('active'))).toEqual(['active'])
    expect(told(...locked, statusSeen('expired'))).toEqual(['expired'])
    expect(told(deny('no'))).toEqual(['denied'])
    expect(told(withdraw())).toEqual(['withdrawn'])
    expect(told(fired(hours(72)))).toEqual(['expired'])
    expect(told(approve(), callRefused('create-admin', 'refused'))).toEqual(['failed'])
  })

  it('hears of nothing else', () => {
    for (const advanced of [requestedAdmin(), creating(), presented(), presented(statusSeen('active'))]) {
      expect(newsOf(advanced.effects)).toEqual([])
    }
  })
})
