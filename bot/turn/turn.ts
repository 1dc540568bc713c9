import type { Locale } from '../../cards/text/text.ts'
import type { DirectoryId } from '../../dialogs/directory-id.ts'
import type { CaseEvent } from '../../dialogs/events.ts'
import type { PersonRecord } from '../../state/directory.ts'
import type { Database, Tx } from '../../state/engine/transaction.ts'
import type { Deployment } from '../deployment.ts'
import type { CardClick } from '../effects/effects.ts'
import type { IncomingActivity } from '../teams/activity.ts'

/** Draws 30 random bits for the id of a new case. */
export type RandomBits = () => number

/** Everything that handles events shares this. */
export interface TurnDeps {
  database: Database
  deployment: Deployment
  /** The time of a transaction: the database's own, except in tests. Several servers must not disagree about due times. */
  now: (tx: Tx) => Date
  /** Wakes the outbox after effects were written, so that they don't wait for its next poll. */
  wake: () => void
  /** Reads the name of a company; undefined if it cannot be read. */
  companyOf?: (tenant: string) => Promise<string | undefined>
  random?: RandomBits
}

/** The context of one delivery while it is handled, inside its transaction. */
export interface Turn {
  tx: Tx
  deployment: Deployment
  incoming: IncomingActivity
  /** ISO time. */
  at: string
  person: PersonRecord & { id: DirectoryId }
  /** The person's language. */
  locale: Locale
  /** Names of the companies that a command connects or disconnects, by tenant, as far as they are known. */
  companies: Readonly<Record<string, string>>
}

/** An event of the core without its time and actor. */
export type UnstampedEvent<E extends CaseEvent = CaseEvent> = E extends CaseEvent ? Omit<E, 'at' | 'by'> : never

/** Stamps an event with the time and the person of the turn. */
export function personEvent(turn: Turn, event: UnstampedEvent): CaseEvent {
  const { tenant, id } = turn.person
  return { ...event, at: turn.at, by: { kind: 'person', person: { tenant, id } } } as CaseEvent
}

/** Returns what later effects need to know about the click of this turn. */
export const clickOf = ({ incoming }: Turn): CardClick => ({
  origin: { place: incoming.place, sender: { id: incoming.sender.id, account: incoming.sender.account } },
  message: incoming.request.kind === 'press' ? incoming.request.message : undefined,
  delivery: incoming.delivery,
})
