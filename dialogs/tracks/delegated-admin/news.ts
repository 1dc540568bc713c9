import type { WaitingArgs } from '../waiting.ts'
import { type AdminContext, adminResource } from './context.ts'

/** The states of a relationship at Microsoft, and how a sighting of it is read. */

/** Meanings of the service's words for a relationship. An unknown word is kept, and changes nothing else. */
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

/** The new status of this relationship in an event. An approved relationship can only come to an end. */
export function statusIn({ context, event }: WaitingArgs<AdminContext>): string | undefined {
  if (event.type !== 'resource.seen' || !('status' in event.sighting)) return undefined
  const { resource, status } = event.sighting
  const known = context.relationship?.status
  if (resource !== adminResource(context) || status === known) return undefined
  const isOutdated = meaningOf(known) === 'active' && (meaningOf(status) ?? 'active') === 'active'
  return isOutdated ? undefined : status
}

/** True if the event shows that the relationship has come to this. */
export const hasBecome = (given: WaitingArgs<AdminContext>, meaning: Meaning): boolean =>
  meaningOf(statusIn(given)) === meaning
