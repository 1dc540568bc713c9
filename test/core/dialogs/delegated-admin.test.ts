import { describe, expect, it } from 'vitest'
import { rolesOf } from '../../../dialogs/roles.ts'
import { displayNameOf } from '../../../dialogs/tracks/delegated-admin/context.ts'
import { advance, resourceOf, trackSchema } from '../../../dialogs/tracks/registry.ts'
import {
  at,
  callAnswered,
  callRefused,
  callsIn,
  contoso,
  fabrikam,
  fired,
  found,
  noticesIn,
  parked,
  played,
  stepTicked,
  trackCancelled,
  usable,
  wakeIn,
} from './acting.ts'
import {
  adminContextOf,
  approve,
  beginAdmin,
  creating,
  daysLater,
  deny,
  describedAdmin,
  directoryReaders,
  done,
  forGroup,
  form,
  globalAdministrator,
  group,
  groupFound,
  link,
  narrow,
  presented,
  relation,
  requestedAdmin,
  statusSeen,
  unlocked,
  withdraw,
} from './admin-scenes.ts'

const keysIn = (effects: Parameters<typeof noticesIn>[0]) => noticesIn(effects).map(({ key }) => key)

describe('an approved request', () => {
  it('is carried out at once, with the ids of its approvers', () => {
    const approved = creating()
    expect(approved.track).toMatchObject({
      state: 'creating',
      context: { decision: { kind: 'approved', by: 'approver-1', at, reason: null }, due: null },
    })
    expect(keysIn(approved.effects)).toEqual(['approval-approved'])
    expect(callsIn(approved.effects)).toEqual([
      {
        name: 'create-admin',
        displayName: 'Contoso, MC-7K2P9Q, 2026-11-22 10:00:00',
        customer: contoso,
        roles: rolesOf(['helpdesk']),
        days: 180,
        autoExtend: false,
        approvedBy: ['approver-1'],
      },
    ])
  })

  it('asks Microsoft for the narrowed roles, and keeps the original ones', () => {
    const narrowed = requestedAdmin(narrow([directoryReaders], 30))
    expect(callsIn(narrowed.effects)).toMatchObject([{ roles: [directoryReaders], days: 30 }])
    expect(adminContextOf(narrowed)).toMatchObject({
      decision: { kind: 'narrowed' },
      narrowed: { roles: [directoryReaders], days: 30, from: { roles: rolesOf(['helpdesk']), days: 180 } },
    })
  })

  it('has a name of at most 50 characters that no other request of the case has', () => {
    const named = (name: string, requestedAt: string) =>
      displayNameOf({ ...adminContextOf(describedAdmin()), customer: { ...contoso, name }, requestedAt })
    const long = named(`${'A'.repeat(17)}😀`, at)
    expect(long.length).toBeLessThanOrEqual(50)
    expect(long.isWellFormed()).toBe(true)
    expect(named('Contoso', at)).not.toBe(named('Contoso', '2026-11-22T10:00:01.000Z'))
  })

  it('is denied if an approver has lost the role', () => {
    const lapsed = creating(callRefused('create-admin', 'approval-lapsed'))
    expect(lapsed.track).toMatchObject({
      state: 'denied',
      context: { decision: { kind: 'denied', by: 'upstream' }, fault: { kind: 'approval-lapsed' } },
    })
    expect(keysIn(lapsed.effects)).toEqual(['approval-denied'])
  })

  it('fails before a relationship exists', () => {
    const failed = creating(callRefused('create-admin', 'duplicate'))
    expect(failed.track).toMatchObject({ state: 'failed', context: { fault: { kind: 'duplicate' } } })
    expect(keysIn(failed.effects)).toEqual(['admin-failed'])
  })

  it('is locked, and then the customer has 90 days', () => {
    expect(callsIn(unlocked().effects)).toEqual([{ name: 'lock-admin', relationship: 'relationship-1' }])
    const locked = presented()
    expect(locked.track).toMatchObject({
      state: 'awaiting-customer',
      context: { link, relationship: relation('approvalPending'), due: daysLater(90), pending: null },
    })
    expect(noticesIn(locked.effects)).toEqual([{ key: 'admin-awaiting-customer', days: 90 }])
    expect(resourceOf(locked.track)).toBe('admin/relationship-1')
    expect(resourceOf(unlocked().track)).toBeUndefined()
  })
})

describe('a relationship that stands but cannot be approved', () => {
  const stuck = () => unlocked(callRefused('lock-admin', 'refused'))

  it('is shown to a person, who goes on with it or removes it', () => {
    expect(stuck().track).toMatchObject({ state: 'creating', context: { fault: { kind: 'refused' }, pending: null } })
    expect(keysIn(stuck().effects)).toEqual(['admin-stuck'])
    expect(keysIn(unlocked(callRefused('lock-admin', 'sign-in')).effects)).toEqual(['sign-in-needed'])
    const again = played(stuck(), stepTicked('continue'))
    expect(callsIn(again.effects)).toEqual([{ name: 'lock-admin', relationship: 'relationship-1' }])
    expect(played(again, done('lock-admin', 'approvalPending')).track.state).toBe('awaiting-customer')
    const removing = played(stuck(), stepTicked('remove'))
    expect(callsIn(removing.effects)).toEqual([{ name: 'remove-admin', relationship: 'relationship-1' }])
    expect(played(removing, done('remove-admin', 'terminated')).track.state).toBe('failed')
    expect(played(removing, callRefused('remove-admin', 'not-found')).track.state).toBe('failed')
    expect(played(removing, callRefused('remove-admin', 'stale'), stepTicked('continue')).track.state).toBe('creating')
  })

  it('cannot be cancelled before it is removed or goes on', () => {
    const open = [
      stuck(),
      unlocked(),
      creating(),
      played(stuck(), stepTicked('remove')),
      unlocked(parked('lock-admin')),
    ]
    for (const advanced of open) expect(advance(advanced.track, trackCancelled)).toBeUndefined()
    for (const advanced of [describedAdmin(), requestedAdmin(), creating(parked('create-admin')), presented()]) {
      expect(played(advanced, trackCancelled).track.state).toBe('cancelled')
    }
  })
})

describe('a call with an unknown outcome', () => {
  it('waits for a person, who confirms it or has it repeated unchanged', () => {
    const lock = unlocked(parked('lock-admin'))
    expect(keysIn(lock.effects)).toEqual(['action-parked'])
    expect(advance(lock.track, parked('lock-admin'))).toBeUndefined()
    expect(usable(unlocked().track, [stepTicked('call-happened'), stepTicked('call-again')])).toEqual([])
    expect(played(lock, stepTicked('call-happened')).track).toMatchObject({
      state: 'awaiting-customer',
      context: { relationship: relation('approvalPending'), link, due: daysLater(90) },
    })
    expect(callsIn(played(lock, stepTicked('call-again')).effects)).toEqual(callsIn(unlocked().effects))
    const removing = unlocked(callRefused('lock-admin', 'stale'), stepTicked('remove'), parked('remove-admin'))
    expect(played(removing, stepTicked('call-happened')).track.state).toBe('failed')
    const assigning = forGroup(statusSeen('active'), parked('assign-access'))
    expect(played(assigning, stepTicked('call-happened')).track).toMatchObject({
      state: 'active',
      context: { assigned: true },
    })
  })

  it('is found again by its name if it may have created a relationship', () => {
    const create = creating(parked('create-admin'))
    expect(advance(create.track, stepTicked('call-happened'))).toBeUndefined()
    expect(callsIn(played(create, stepTicked('call-again')).effects)).toEqual(callsIn(creating().effects))
  })
})

describe('the customer', () => {
  it('approves, and it is active', () => {
    const active = presented(statusSeen('active'))
    expect(active.track).toMatchObject({ state: 'active', context: { relationship: relation('active') } })
    expect(keysIn(active.effects)).toEqual(['admin-active'])
    expect(presented(statusSeen('approved'), statusSeen('activating')).track.state).toBe('awaiting-customer')
  })

  it('is of this relationship and no other', () => {
    const other = statusSeen('active', at, 'relationship-2')
    expect(usable(presented().track, [other, statusSeen('approvalPending')])).toEqual([])
  })

  it('approves, and the group is given the access first', () => {
    const assigning = forGroup(statusSeen('active'))
    expect(assigning.track.state).toBe('awaiting-customer')
    const roles = rolesOf(['helpdesk'])
    const call = { name: 'assign-access', relationship: 'relationship-1', group: group.id, roles }
    expect(callsIn(assigning.effects)).toEqual([call])
    const outdated = ['active', 'expiring', 'approved', 'approvalPending'].map((status) => statusSeen(status))
    expect(usable(assigning.track, [...outdated, fired(daysLater(90)), trackCancelled])).toEqual([])
    const over = played(assigning, done('assign-access', 'active'))
    expect(over.track).toMatchObject({ state: 'active', context: { assigned: true } })
    expect(keysIn(over.effects)).toEqual(['admin-active'])
    const failed = played(assigning, callRefused('assign-access', 'refused'))
    expect(keysIn(failed.effects)).toEqual(['admin-stuck'])
    expect(callsIn(played(failed, stepTicked('continue')).effects)).toEqual([call])
    expect(played(failed, stepTicked('without-group')).track).toMatchObject({
      state: 'active',
      context: { assigned: false },
    })
  })

  it.each([
    ['expired', 'expired', 'admin-expired'],
    ['terminated', 'failed', 'admin-failed'],
    ['terminationRequested', 'failed', 'admin-failed'],
  ])('%s ends it', (status, state, key) => {
    const over = presented(statusSeen(status))
    expect(over.track.state).toBe(state)
    expect(keysIn(over.effects)).toEqual([key])
  })

  it('gets reminders 7 days and 1 day before the request expires', () => {
    let now = presented()
    const said: unknown[] = []
    for (let due = wakeIn(now.effects); due !== undefined; due = wakeIn(now.effects)) {
      expect(advance(now.track, fired(new Date(Date.parse(due) - 1).toISOString()))).toBeUndefined()
      now = played(now, fired(due))
      said.push(...noticesIn(now.effects))
    }
    expect(said).toEqual([
      { key: 'admin-awaiting-customer', days: 7 },
      { key: 'admin-awaiting-customer', days: 1 },
      { key: 'admin-expired', days: 0 },
    ])
    expect(now.track.state).toBe('expired')
  })
})

it('a delegated admin ignores answers that are not awaited', () => {
  const later = '2026-11-22T10:00:05.000Z'
  const answers = [found(fabrikam), groupFound, callRefused('lock-admin', 'refused'), parked('create-admin')]
  for (const advanced of [beginAdmin(), describedAdmin(), requestedAdmin(), presented()]) {
    expect(usable(advanced.track, [...answers, done('create-admin', 'created')])).toEqual([])
  }
  const old = callAnswered({ call: 'create-admin', relationship: relation('created') }, later)
  expect(usable(creating().track, [...answers.slice(0, 3), old, done('lock-admin', 'approvalPending')])).toEqual([])
  expect(
    usable(unlocked().track, [done('create-admin', 'created'), stepTicked('continue'), stepTicked('remove')]),
  ).toEqual([])
})

it('a delegated admin can be stored in every state, and ignores events once it is over', () => {
  const open = [
    ...[
      beginAdmin(),
      describedAdmin(),
      requestedAdmin(),
      creating(),
      unlocked(),
      presented(),
      forGroup(statusSeen('active')),
    ],
    ...[requestedAdmin(approve({ required: 3 }), narrow([directoryReaders], 2, { by: 'approver-2', required: 3 }))],
  ]
  for (const { track } of open) expect(trackSchema.parse(JSON.parse(JSON.stringify(track)))).toEqual(track)
  const over = [
    requestedAdmin(deny('no')),
    requestedAdmin(withdraw()),
    presented(statusSeen('active')),
    describedAdmin(trackCancelled),
  ]
  const late = [
    approve(),
    deny('no'),
    withdraw(),
    stepTicked('continue'),
    statusSeen('expired'),
    fired(daysLater(99)),
    trackCancelled,
  ]
  for (const { track } of over) {
    expect(usable(track, [...late, form(), narrow([globalAdministrator], 1), done('lock-admin', 'x')])).toEqual([])
  }
})
