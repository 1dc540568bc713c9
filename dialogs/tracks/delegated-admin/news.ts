import { daysUntil } from '../../calendar.ts'
import type { Notice } from '../../events.ts'
import type { AdminNews } from '../../peer.ts'
import type { TrackEffect } from '../protocol.ts'
import { signInNotice } from '../waiting.ts'
import type { Given } from './changes.ts'
import { adminCall, adminResource, customerDays } from './context.ts'

/** What a delegated-admin request orders, and how it reads what is seen of it at Microsoft. */

export const notify = (key: Notice['key'], days = 0): TrackEffect[] => [
  { kind: 'notify', track: 'delegated-admin', notice: { key, days } },
]

/** A reseller hears how the request stands that is made for it, and nothing else. */
export const tell =
  (state: AdminNews) =>
  ({ context: { forCompany, customer } }: Given): TrackEffect[] =>
    forCompany === null || !customer
      ? []
      : [{ kind: 'tell', track: 'invitation', news: { kind: 'admin', state, customer: customer.name } }]

export function ask({ context }: Given): TrackEffect[] {
  const call = adminCall(context)
  return call && context.pending ? [{ kind: 'call', track: 'delegated-admin', since: context.pending.since, call }] : []
}

export const wake = ({ context: { remindAt } }: Given): TrackEffect[] =>
  remindAt === null ? [] : [{ kind: 'wake', track: 'delegated-admin', timer: 'clock', due: remindAt }]

export const present = (reminder: boolean) => (): TrackEffect[] => [
  { kind: 'ask-approval', track: 'delegated-admin', reminder },
]

/** The customer has so many days left to approve. */
export const tellDays = ({ context: { due }, event }: Given): TrackEffect[] =>
  notify('admin-awaiting-customer', due === null ? customerDays : daysUntil(due.slice(0, 10), event.at))

/** Something stands at Microsoft and does not go on by itself: by signing in, or a person has to decide. */
export function tellStuck(given: Given): TrackEffect[] {
  const signIn = signInNotice('delegated-admin')(given)
  return signIn.length > 0 ? signIn : notify('admin-stuck')
}

/** What the service's words for a relationship come to; words nobody knows yet are news and nothing else. */
const meanings = {
  active: 'active',
  expiring: 'active',
  expired: 'expired',
  terminationRequested: 'ended',
  terminating: 'ended',
  terminated: 'ended',
} as const satisfies Record<string, 'active' | 'expired' | 'ended'>
export type Meaning = (typeof meanings)[keyof typeof meanings]

export const meaningOf = (status: string | undefined): Meaning | undefined =>
  status !== undefined && Object.hasOwn(meanings, status) ? meanings[status as keyof typeof meanings] : undefined

/** The status an event shows of this very relationship, if that is news. What is approved only comes to an end. */
export function statusIn({ context, event }: Given): string | undefined {
  if (event.type !== 'resource.seen' || !('status' in event.sighting)) return undefined
  const { resource, status } = event.sighting
  const known = context.relationship?.status
  if (resource !== adminResource(context) || status === known) return undefined
  const isOutdated = meaningOf(known) === 'active' && (meaningOf(status) ?? 'active') === 'active'
  return isOutdated ? undefined : status
}

/** Does the event show that it has come to this? */
export const hasBecome = (given: Given, meaning: Meaning): boolean => meaningOf(statusIn(given)) === meaning
