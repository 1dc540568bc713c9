import { readCardAction } from '../../cards/buttons.ts'
import { findCase } from '../../state/case-store.ts'
import { deskAt } from '../../state/desks.ts'
import type { Database, Tx } from '../../state/engine/transaction.ts'
import type { Deployment } from '../deployment.ts'
import type { Approvers } from '../microsoft/approvers.ts'
import { type CardSource, invokeResponse, showCase } from '../present.ts'
import { type IncomingRequest, type Place, readRequest } from '../teams/activity.ts'
import { isBeforeDesk, mineOf } from '../turn/approvals/decide.ts'

export interface DeskRefreshDeps {
  database: Database
  deployment: Deployment
  approvers: Pick<Approvers, 'known'>
  /** The time of a transaction. */
  now: (tx: Tx) => Date
}

type Mine = ReturnType<typeof mineOf>

/** One read of a request, shared by all clients that refresh within a moment. */
interface SharedRead {
  until: number
  shown: Promise<CardSource | undefined>
  /** Answers by the reader's relation to the request. */
  answers: Map<Mine, Uint8Array>
}

const READ_LIFETIME_MS = 1_000
const MAX_READS = 500

/**
 * Answers refreshes of approval requests without a turn: every client of a channel sends one when the card comes into
 * sight, and nothing changes. Clients share one read per second; a client that has seen a later revision forces a new one.
 * Returns the response body as bytes of JSON; undefined for all other activities, which a turn must answer.
 */
export function createDeskRefresh({ database, deployment, approvers, now }: DeskRefreshDeps) {
  const reads = new Map<string, SharedRead>()

  function read({ tenant, room, kind }: Place, id: string): Promise<CardSource | undefined> {
    return database.transaction(async (tx) => {
      const stored = (await deskAt(tx, tenant, room, 'approvals')) && (await findCase(tx, tenant, id))
      if (!stored || !isBeforeDesk(stored.case)) return undefined
      const seat = { kind, locale: deployment.defaultLocale, user: undefined, at: now(tx).toISOString() }
      return showCase(tx, deployment, seat, { kind: 'approval', case: stored.case })
    })
  }

  function sharedRead(place: Place, id: string): SharedRead {
    const key = `${place.tenant} ${place.room} ${id}`
    const time = performance.now()
    const recent = reads.get(key)
    if (recent && time < recent.until) return recent
    if (reads.size >= MAX_READS) reads.clear()
    // A turn repeats the read and reports the error.
    const fresh = { until: time + READ_LIFETIME_MS, shown: read(place, id).catch(() => undefined), answers: new Map() }
    reads.set(key, fresh)
    return fresh
  }

  async function answer({ place, sender }: IncomingRequest, id: string, rev: number): Promise<Uint8Array | undefined> {
    const shared = sharedRead(place, id)
    const shown = await shared.shown
    if (shown?.view.kind !== 'approval') return undefined
    const { view, viewer } = shown
    if (rev > view.case.revision) {
      shared.until = 0
      return undefined
    }
    const isApprover = place.tenant === deployment.partner.tenant ? approvers.known(sender.id) : undefined
    const mine = mineOf(view.case, sender.id, isApprover)
    let body = shared.answers.get(mine)
    if (body === undefined) {
      body = invokeResponse(deployment.policy, { view: { ...view, ...(mine && { mine }) }, viewer })
      shared.answers.set(mine, body)
    }
    return body
  }

  return async (activity: { type?: unknown; name?: unknown; value?: unknown }): Promise<Uint8Array | undefined> => {
    if (activity.type !== 'invoke' || activity.name !== 'adaptiveCard/action') return undefined
    const { verb } = (activity.value as { action?: { verb?: unknown } } | undefined)?.action ?? {}
    const incoming = verb === 'refresh' ? readRequest(activity) : undefined
    if (incoming?.request.kind !== 'press' || incoming.place.kind !== 'channel' || incoming.sender.id === '')
      return undefined
    const pressed = readCardAction(verb, incoming.request.data)
    return pressed?.verb === 'refresh' ? answer(incoming, pressed.case, pressed.rev) : undefined
  }
}
export type DeskRefresh = ReturnType<typeof createDeskRefresh>
