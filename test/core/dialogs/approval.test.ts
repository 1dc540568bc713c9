import { describe, expect, it } from 'vitest'
import {
  type ApprovalFault,
  type ApprovalRequest,
  approvalsNeeded,
  judge,
  judgeApproval,
  judgeDenial,
  judgeNarrowing,
} from '../../../dialogs/approval.ts'
import { ok, refused } from '../../../dialogs/result.ts'
import {
  adminRoles,
  everyRole,
  isAllPowerful,
  presetIds,
  presetRoles,
  roleKeyOf,
  rolesOf,
} from '../../../dialogs/roles.ts'
import type { TrackEvent } from '../../../dialogs/tracks/protocol.ts'
import { advance } from '../../../dialogs/tracks/registry.ts'
import { at, by, callsIn, fired, noticesIn, played, stepTicked, usable, wakeIn } from './acting.ts'
import {
  adminContextOf,
  approve,
  askApproval,
  deny,
  describedAdmin,
  directoryReaders,
  form,
  globalAdministrator,
  hours,
  narrow,
  requestedAdmin,
  withdraw,
} from './admin-scenes.ts'

const two = { required: 2 }
const [readers, helpdesk, support] = rolesOf(['helpdesk']) as [string, string, string]
const all = (required: number, ...events: TrackEvent[]) =>
  played(describedAdmin({ ...askApproval(required) }), ...events)

describe('an approval', () => {
  it('needs one approver, or as many different ones as the organisation requires', () => {
    expect(requestedAdmin(approve()).track.state).toBe('creating')
    const once = all(2, approve(two))
    expect(once.track.state).toBe('awaiting-approval')
    expect(once.effects).toEqual([])
    expect(advance(once.track, approve(two))).toBeUndefined()
    const twice = played(once, approve({ by: 'approver-2', ...two }))
    expect(twice.track.state).toBe('creating')
    expect(callsIn(twice.effects)).toMatchObject([{ name: 'create-admin', approvedBy: ['approver-1', 'approver-2'] }])
  })

  it('never comes from anybody who filled in, changed or sent the request', () => {
    const changed = played(describedAdmin(), { ...form({ days: '2' }), by: 'approver-1' })
    const sent = played(changed, { ...askApproval(1), by: 'approver-2' })
    for (const author of [by, 'approver-1', 'approver-2']) {
      expect(advance(sent.track, approve({ by: author }))).toBeUndefined()
    }
    expect(advance(sent.track, approve({ by: 'approver-3' }))?.track.state).toBe('creating')
  })

  it('needs one more approver for the Global Administrator role', () => {
    expect(approvalsNeeded([readers], 1)).toBe(1)
    expect(approvalsNeeded([readers, globalAdministrator], 1)).toBe(2)
    expect(approvalsNeeded([globalAdministrator], 3)).toBe(4)
  })

  it('needs the stricter quorum of the request and of now', () => {
    expect(all(2, approve()).track.state).toBe('awaiting-approval')
    expect(all(1, approve(two)).track.state).toBe('awaiting-approval')
    expect(all(0, approve({ required: 0 })).track.state).toBe('creating')
  })

  const refusals: [ApprovalFault, TrackEvent][] = [
    ['own-request', approve({ by })],
    ['not-approver', approve({ isApprover: false })],
    ['unreadable', approve({ isApprover: undefined })],
    ['expired', approve({ at: hours(72) })],
    ['not-approver', deny('no', { isApprover: false })],
    ['own-request', deny('no', { by })],
    ['no-reason', deny(' ')],
    ['own-request', narrow([readers], 30, { by })],
    ['unreadable', narrow([readers], 30, { isApprover: undefined })],
    ['not-requester', withdraw('approver-1')],
    ['expired', withdraw(by, hours(72))],
  ]
  it.each(refusals)('is refused as %s and changes nothing: %o', (_fault, event) => {
    expect(advance(requestedAdmin().track, event)).toBeUndefined()
  })

  it('is refused once the request is decided', () => {
    const over = [requestedAdmin(approve()), requestedAdmin(deny('no')), requestedAdmin(withdraw())]
    for (const { track } of over) {
      const clicks = [approve({ by: 'approver-2' }), deny('no'), narrow([readers], 1), withdraw()]
      expect(usable(track, clicks)).toEqual([])
    }
  })
})

describe('a denial', () => {
  it('needs one approver and a reason, even after an approval, and is announced', () => {
    for (const advanced of [requestedAdmin(deny(' too long ')), all(2, approve(two), deny('too long', { ...two }))]) {
      expect(advanced.track).toMatchObject({
        state: 'denied',
        context: { decision: { kind: 'denied', by: 'approver-1', at, reason: 'too long' }, remindAt: null },
      })
      expect(noticesIn(advanced.effects)).toEqual([{ key: 'approval-denied', days: 0 }])
    }
  })
})

describe('narrowing', () => {
  it('approves some of the roles for no longer', () => {
    const narrowed = requestedAdmin(narrow([support, readers], 30))
    expect(adminContextOf(narrowed)).toMatchObject({ roles: [readers, support], days: 30 })
    expect(narrowed.track.state).toBe('creating')
    expect(requestedAdmin(narrow([readers, helpdesk, support], 179)).track.state).toBe('creating')
    expect(requestedAdmin(narrow([readers, helpdesk], 180)).track.state).toBe('creating')
  })

  it.each<[string, string[], number]>([
    ['the same', [readers, helpdesk, support], 180],
    ['longer', [readers], 181],
    ['nothing', [], 30],
    ['no time', [readers], 0],
    ['half a day', [readers], 0.5],
    ['another role', [readers, globalAdministrator], 30],
    ['a role twice', [readers, readers], 30],
  ])('to %s is none', (_what, roles, days) => {
    expect(advance(requestedAdmin().track, narrow(roles, days))).toBeUndefined()
  })

  it('keeps earlier approvals, and counts as one', () => {
    const done = all(2, approve(two), narrow([readers], 30, { by: 'approver-2', ...two }))
    expect(callsIn(done.effects)).toMatchObject([
      { roles: [readers], days: 30, approvedBy: ['approver-1', 'approver-2'] },
    ])
    const self = all(2, approve(two), narrow([readers], 30, two))
    expect(self.track.state).toBe('awaiting-approval')
    expect(adminContextOf(self).approvals).toHaveLength(1)
    expect(adminContextOf(played(self, narrow([readers], 10, two))).narrowed).toMatchObject({
      days: 10,
      from: { days: 180 },
    })
  })

  it('to less than the Global Administrator needs no further approver', () => {
    const everything = describedAdmin({
      type: 'details.given',
      fields: { presets: 'helpdesk,global-administrator' },
      at,
      by,
    })
    const asked = played(everything, askApproval())
    expect(played(asked, approve()).track.state).toBe('awaiting-approval')
    expect(played(asked, approve(), narrow([readers], 180)).track.state).toBe('creating')
  })
})

describe('the time for a decision', () => {
  it('ends after 72 hours, with reminders to the desk after 24 and 48', () => {
    let now = requestedAdmin()
    const said: unknown[] = []
    for (let due = wakeIn(now.effects); due !== undefined; due = wakeIn(now.effects)) {
      expect(advance(now.track, fired(new Date(Date.parse(due) - 1).toISOString()))).toBeUndefined()
      now = played(now, fired(due))
      said.push([due, now.effects.filter(({ kind }) => kind !== 'wake')])
    }
    const again = { kind: 'ask-approval', track: 'delegated-admin', reminder: true }
    const over = { kind: 'notify', track: 'delegated-admin', notice: { key: 'approval-expired', days: 0 } }
    expect(said).toEqual([
      [hours(24), [again]],
      [hours(48), [again]],
      [hours(72), [over]],
    ])
    expect(now.track.state).toBe('expired')
  })

  it('ends when the requester withdraws the request', () => {
    expect(requestedAdmin(withdraw()).track.state).toBe('withdrawn')
    expect(all(2, approve(two), withdraw()).track.state).toBe('withdrawn')
    expect(advance(requestedAdmin(approve()).track, withdraw())).toBeUndefined()
    expect(advance(describedAdmin().track, withdraw())).toBeUndefined()
    expect(advance(describedAdmin().track, stepTicked('call-happened'))).toBeUndefined()
  })
})

describe('the rules of approvals', () => {
  const request: ApprovalRequest = { by, authors: ['author-1'], due: hours(72), roles: [readers, helpdesk], days: 30 }
  const nothing = { approvals: [], decision: null }
  const who = { by: 'approver-1', isApprover: true, at }

  it('name the reason of a refusal', () => {
    const decided = { approvals: [], decision: { kind: 'approved' } }
    const approved = { approvals: [{ by: 'approver-1', at }], decision: null }
    expect(judge(request, nothing, who)).toEqual(ok(undefined))
    expect(judge(request, decided, who)).toEqual(refused('decided'))
    expect(judge(request, nothing, { ...who, at: hours(72) })).toEqual(refused('expired'))
    expect(judge(request, nothing, { ...who, by })).toEqual(refused('own-request'))
    expect(judge(request, nothing, { ...who, by: 'author-1' })).toEqual(refused('own-request'))
    expect(judge(request, nothing, { ...who, isApprover: undefined })).toEqual(refused('unreadable'))
    expect(judge(request, nothing, { ...who, isApprover: false })).toEqual(refused('not-approver'))
    expect(judgeApproval(request, approved, who)).toEqual(refused('twice'))
    expect(judgeDenial(request, approved, who, '')).toEqual(refused('no-reason'))
    expect(judgeNarrowing(request, approved, who, request)).toEqual(refused('not-less'))
    expect(judgeNarrowing(request, approved, who, { roles: [readers], days: 30 })).toEqual(ok(undefined))
  })
})

describe('the roles', () => {
  it('have unique ids, and presets with the least that serves the purpose', () => {
    const ids = everyRole.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expect(presetRoles('helpdesk').map(({ key }) => key)).toEqual([
      'directory-readers',
      'helpdesk-administrator',
      'service-support-administrator',
    ])
    const powerful = presetIds.filter((preset) => isAllPowerful(rolesOf([preset])))
    expect(powerful).toEqual(['global-administrator'])
    expect(roleKeyOf(adminRoles['global-reader'])).toBe('global-reader')
    expect(roleKeyOf('else')).toBeUndefined()
    expect(readers).toBe(directoryReaders)
  })
})
