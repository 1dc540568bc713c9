import type { Call, CallAnswer, CallFault, TenantInfo, Transfer, WatchedResource } from '../../../dialogs/calls.ts'
import type { TrackEffect, TrackEvent } from '../../../dialogs/tracks/protocol.ts'
import { type Advanced, advance, type Track } from '../../../dialogs/tracks/registry.ts'

/** People, events and players shared by the tests of tracks that act at Microsoft. */

export const at = '2026-11-22T10:00:00.000Z'
export const by = 'someone'
const tenant = (digit: string, name: string): TenantInfo => ({
  id: `${digit.repeat(8)}-0000-4000-8000-000000000000`,
  name,
  domain: `${name.toLowerCase()}.example`,
})
export const contoso = tenant('c', 'Contoso')
export const fabrikam = tenant('f', 'Fabrikam')
const ours = tenant('0', 'Ours')
export const email = 'it@contoso.example'

export const item = (subscription: string) =>
  ({ subscription, name: subscription, product: 'AzureSubscription', status: 'open' }) as const
export const transferOf = (status: Transfer['status'], more: Partial<Transfer> = {}): Transfer => ({
  id: 'transfer-1',
  status,
  said: status,
  source: { tenant: fabrikam.id, name: fabrikam.name },
  target: { tenant: ours.id, name: ours.name },
  items: [],
  ...more,
})

export const stepTicked = (step: string, when = at): TrackEvent => ({ type: 'step.ticked', step, at: when, by })
export const fired = (when: string): TrackEvent => ({ type: 'timer.fired', timer: 'clock', at: when, by: 'timer' })
export const trackCancelled: TrackEvent = { type: 'track.cancelled', at, by }
export const given = (fields: Record<string, string>, when = at): TrackEvent => ({
  type: 'details.given',
  fields,
  at: when,
  by,
})
const upstream = { at, by: 'upstream' }
export const callAnswered = (answer: CallAnswer, since = at, when = at): TrackEvent => ({
  type: 'call.answered',
  since,
  answer,
  ...upstream,
  at: when,
})
export const callRefused = (call: Call['name'], kind: CallFault['kind']) => callAnswered({ call, fault: { kind } })
export const found = (tenant: TenantInfo, isCustomer = false) =>
  callAnswered({ call: 'find-tenant', tenant, isCustomer })
export const delayed = (call: Call['name']): TrackEvent => ({
  type: 'call.delayed',
  since: at,
  call,
  again: { at: '2026-11-22T10:05:00.000Z', why: 'busy' },
  ...upstream,
})
export const parked = (call: Call['name']): TrackEvent => ({ type: 'call.parked', since: at, call, ...upstream })
export const seen = (
  transfers: Transfer[],
  when = at,
  resource: WatchedResource = `transfers/${contoso.id}`,
): TrackEvent => ({ type: 'resource.seen', sighting: { resource, transfers }, ...upstream, at: when }) as TrackEvent
export const relationshipSeen = (accepted: boolean, customer = contoso.id, when = at): TrackEvent => ({
  type: 'resource.seen',
  sighting: { resource: `relationship/${customer}`, accepted },
  ...upstream,
  at: when,
})

/** Plays events on a track, every one of which has to count, and gives what the last of them came to. */
export function played(begun: Advanced, ...events: TrackEvent[]): Advanced {
  return events.reduce((now, event) => {
    const next = advance(now.track, event)
    if (!next) throw new Error(`refused in ${now.track.state}: ${JSON.stringify(event)}`)
    return next
  }, begun)
}

/** Lists the events that would count now, by type and argument. */
export const usable = (track: Track, events: readonly TrackEvent[]): TrackEvent[] =>
  events.filter((event) => advance(track, event) !== undefined)

export const callsIn = (effects: readonly TrackEffect[]): Call[] =>
  effects.flatMap((effect) => (effect.kind === 'call' ? [effect.call] : []))
export const noticesIn = (effects: readonly TrackEffect[]) =>
  effects.flatMap((effect) => (effect.kind === 'notify' ? [effect.notice] : []))
export const wakeIn = (effects: readonly TrackEffect[]): string | undefined =>
  effects.flatMap((effect) => (effect.kind === 'wake' ? [effect.due] : []))[0]
