import { daysAfter } from '../../../dialogs/calendar.ts'
import type { AdminRelationship, CallAnswer } from '../../../dialogs/calls.ts'
import { adminRoles } from '../../../dialogs/roles.ts'
import type { TrackEvent } from '../../../dialogs/tracks/protocol.ts'
import { type Advanced, startTrack } from '../../../dialogs/tracks/registry.ts'
import { at, by, callAnswered, contoso, found, given, played, stepTicked } from './acting.ts'

/** Scenes of a delegated-admin request after the usual events. */

export const hours = (count: number) => daysAfter(at, count / 24)
export const daysLater = (count: number) => daysAfter(at, count)
export const relation = (status: string): AdminRelationship => ({ id: 'relationship-1', status })
export const link = 'https://admin.example/approve/relationship-1'
export const group = { id: '99999999-0000-4000-8000-000000000000', name: 'Helpdesk' }
export const directoryReaders = adminRoles['directory-readers']
export const globalAdministrator = adminRoles['global-administrator']
const why = 'Open licences moved to us.'

export const form = (fields: Record<string, string> = {}) =>
  given({ presets: 'helpdesk', days: '180', justification: why, ...fields })
export const groupFound = callAnswered({ call: 'find-group', group })
type AdminCall = 'create-admin' | 'lock-admin' | 'assign-access' | 'remove-admin'
export const done = (call: AdminCall, status: string): TrackEvent =>
  callAnswered({ call, relationship: relation(status), ...(call === 'create-admin' ? { link } : {}) } as CallAnswer)

interface Who {
  by?: string
  at?: string
  isApprover?: boolean | undefined
  required?: number
}
const authority = (who: Who) => ({
  at: who.at ?? at,
  by: who.by ?? 'approver-1',
  isApprover: 'isApprover' in who ? who.isApprover : true,
  required: who.required ?? 1,
})
export const approve = (who: Who = {}): TrackEvent => ({ type: 'approval.given', ...authority(who) })
export const deny = (reason: string, who: Who = {}): TrackEvent => ({
  type: 'approval.denied',
  reason,
  ...authority(who),
})
export const narrow = (roles: string[], count: number, who: Who = {}): TrackEvent => ({
  type: 'approval.narrowed',
  roles,
  days: count,
  ...authority(who),
})
export const withdraw = (who = by, when = at): TrackEvent => ({ type: 'approval.withdrawn', at: when, by: who })
export const askApproval = (required?: number): TrackEvent => ({
  type: 'step.ticked',
  step: 'ask-approval',
  at,
  by,
  ...(required === undefined ? {} : { required }),
})
export const statusSeen = (status: string, when = at, id = 'relationship-1'): TrackEvent => ({
  type: 'resource.seen',
  sighting: { resource: `admin/${id}`, status },
  at: when,
  by: 'upstream',
})

export const beginAdmin = (forCompany: string | null = null) =>
  startTrack(
    {
      kind: 'delegated-admin',
      token: 'MC-7K2P9Q',
      number: 1,
      customer: forCompany === null ? null : contoso,
      forCompany,
    },
    by,
    at,
  )
export const describedAdmin = (...events: TrackEvent[]) =>
  played(beginAdmin(), given({ customer: 'contoso.example' }), found(contoso), form(), ...events)
export const requestedAdmin = (...events: TrackEvent[]) => describedAdmin(askApproval(), ...events)
export const creating = (...events: TrackEvent[]) => requestedAdmin(approve(), ...events)
export const unlocked = (...events: TrackEvent[]) => creating(done('create-admin', 'created'), ...events)
export const presented = (...events: TrackEvent[]) => unlocked(done('lock-admin', 'approvalPending'), ...events)
/** The same with a group that is to be given the access. */
export const forGroup = (...events: TrackEvent[]) =>
  describedAdmin(
    given({ group: 'helpdesk' }),
    groupFound,
    askApproval(),
    approve(),
    done('create-admin', 'created'),
    done('lock-admin', 'approvalPending'),
    ...events,
  )
export const forReseller = (...events: TrackEvent[]) =>
  played(beginAdmin('Relecloud'), form(), askApproval(), ...events)

export const adminContextOf = ({ track }: Advanced) => {
  if (track.kind !== 'delegated-admin') throw new Error('no delegated admin')
  return track.context
}
export const tickAll = (...steps: string[]) => steps.map((step) => stepTicked(step))
