import { readCardAction } from '../../cards/buttons.ts'
import { findCase } from '../../state/case-store.ts'
import { deskAt } from '../../state/desks.ts'
import type { Database, Tx } from '../../state/engine/transaction.ts'
import type { Deployment } from '../deployment.ts'
import type { Approvers } from '../microsoft/approvers.ts'
import { type CardSource, showCase } from '../present.ts'
import { type IncomingRequest, type Place, readRequest } from '../teams/activity.ts'
import { isBeforeDesk, mineOf } from '../turn/approvals.ts'
import { invokeResponse } from './reply.ts'

export interface DeskRefreshDeps {
  database: Database
  deployment: Deployment
  approvers: Pick<Approvers, 'known'>
  /** What time it is by the clock that cases go by. */
  now: (tx: Tx) => Date
}

type Mine = ReturnType<typeof mineOf>

/** A request as the desk sees it, for everybody who asks within a moment. */
interface Look {
  until: number
  shown: Promise<CardSource | undefined>
  /** What each of them is answered, by what they could do with the request. */
  answers: Map<Mine, Uint8Array>
}

/** Milliseconds for which one look serves. */
const keptMs = 1_000
const most = 500

/**
 * Answers the clients of a channel, which all ask for a request anew when its card comes into their sight. That is no
 * event: nothing changes and nothing is remembered, so it needs no turn. Whoever asks within a second shares one read,
 * but for those who have seen a later revision already, and each face is drawn once.
 *
 * Gives the body of the answer as bytes of JSON; undefined for everything else, and for what is not to be seen here: a turn says so.
 */
export function createDeskRefresh({ database, deployment, approvers, now }: DeskRefreshDeps) {
  const looks = new Map<string, Look>()

  function read({ tenant, room, kind }: Place, id: string): Promise<CardSource | undefined> {
    return database.transaction(async (tx) => {
      const stored = (await deskAt(tx, tenant, room, 'approvals')) && (await findCase(tx, tenant, id))
      if (!stored || !isBeforeDesk(stored.case)) return undefined
      const seat = { kind, locale: deployment.defaultLocale, user: undefined, at: now(tx).toISOString() }
      return showCase(tx, deployment, seat, { kind: 'approval', case: stored.case })
    })
  }

  function lookAt(place: Place, id: string): Look {
    const key = `${place.tenant} ${place.room} ${id}`
    const time = performance.now()
    const kept = looks.get(key)
    if (kept && time < kept.until) return kept
    if (looks.size >= most) looks.clear()
    // Whatever is wrong with the case or the database, a turn will tell.
    const look = { until: time + keptMs, shown: read(place, id).catch(() => undefined), answers: new Map() }
    looks.set(key, look)
    return look
  }

  async function answer({ place, sender }: IncomingRequest, id: string, rev: number): Promise<Uint8Array | undefined> {
    const look = lookAt(place, id)
    const shown = await look.shown
    if (shown?.view.kind !== 'approval') return undefined
    const { view, viewer } = shown
    if (rev > view.case.revision) {
      look.until = 0
      return undefined
    }
    const isApprover = place.tenant === deployment.partner.tenant ? approvers.known(sender.id) : undefined
    const mine = mineOf(view.case, sender.id, isApprover)
    let body = look.answers.get(mine)
    if (body === undefined) {
      body = invokeResponse(deployment.policy, { view: { ...view, ...(mine && { mine }) }, viewer })
      look.answers.set(mine, body)
    }
    return body
  }

  return async (activity: { type?: unknown; name?: unknown; value?: unknown }): Promise<Uint8Array | undefined> => {
    if (activity.type !== 'invoke' || activity.name !== 'adaptiveCard/action') return undefined
    const { verb } = (activity.value as { action?: { verb?: unknown } } | undefined)?.action ?? {}
    const asked = verb === 'refresh' ? readRequest(activity) : undefined
    if (asked?.request.kind !== 'press' || asked.place.kind !== 'channel' || asked.sender.id === '') return undefined
    const pressed = readCardAction(verb, asked.request.data)
    return pressed?.verb === 'refresh' ? answer(asked, pressed.case, pressed.rev) : undefined
  }
}
export type DeskRefresh = ReturnType<typeof createDeskRefresh>
