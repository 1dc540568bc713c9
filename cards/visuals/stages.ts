import { daysAfter } from '../../dialogs/calendar.ts'
import { isOpen, type Track } from '../../dialogs/tracks/registry.ts'
import { TERM_REMINDER_DAYS } from '../../dialogs/tracks/term/machine.ts'
import type { Key } from '../text/text.ts'

type Named<P extends string> = Key extends infer K ? (K extends `${P}.${infer Name}` ? Name : never) : never

/** A stage of a track, with the time at which it was reached or is due, if that is known. */
export interface Stage {
  name: Named<'stage'>
  at?: string | null | undefined
}

/** The way of a track in at most four stages. */
export interface Stages {
  stages: readonly Stage[]
  /** Number of stages that lie behind. */
  reached: number
  /** True if the track ended before the last stage. */
  isStopped: boolean
}

type Of<K extends Track['kind']> = Extract<Track, { kind: K }>
type Way = Omit<Stages, 'isStopped'>

/** Number of the first stages that are reached: up to the last one that is. */
const countOf = (...reached: readonly boolean[]) => reached.lastIndexOf(true) + 1

function relationshipWay({ state, since, context }: Of<'relationship'>): Way {
  const { customer, link, linkAt, sentAt } = context
  const accepted: Stage = { name: 'accepted', at: state === 'accepted' ? since : undefined }
  const isConfirmed = state !== 'collecting-customer' && customer !== null
  const isWaiting = state === 'awaiting-customer' || state === 'lapsed'
  // A customer one had already needs no link, and has accepted nothing now.
  if (state === 'accepted' && link === null && sentAt === null)
    return { stages: [{ name: 'customer' }, { name: 'done' }], reached: 2 }
  return {
    stages: [{ name: 'customer' }, { name: 'link', at: linkAt }, { name: 'sent', at: sentAt }, accepted],
    reached: countOf(isConfirmed, link !== null, sentAt !== null || isWaiting, state === 'accepted'),
  }
}

function transferWay({ state, since, context }: Of<'transfer'>): Way {
  const { way, side, requestedAt, transfer, settled } = context
  const isEnd = state === 'completed' || state === 'partially-completed'
  const moved: Stage = { name: 'moved', at: isEnd ? since : undefined }
  if (way === 'ticket') {
    const { agreement, forms, ticket } = settled
    return {
      stages: [
        { name: 'agreed', at: agreement?.at },
        { name: 'signed', at: forms?.at },
        { name: 'ticket', at: ticket?.at },
        moved,
      ],
      reached: countOf(!!agreement, !!forms, !!ticket, isEnd),
    }
  }
  const isHandedOver = side === 'source' ? requestedAt !== null : transfer?.status === 'in-progress'
  return {
    stages: [
      { name: 'requested', at: side === 'source' ? transfer?.createdAt : requestedAt },
      { name: 'handed-over', at: side === 'source' ? requestedAt : undefined },
      moved,
    ],
    reached: countOf(requestedAt !== null, isHandedOver || isEnd, state === 'completed'),
  }
}

function adminWay({ state, since, context }: Of<'delegated-admin'>): Way {
  const { requestedAt, approvals, decision, pending, assigned } = context
  const isApproved = decision !== null && decision.kind !== 'denied'
  return {
    stages: [
      { name: 'asked', at: requestedAt },
      { name: 'approved', at: isApproved ? (decision.at ?? approvals.at(-1)?.at) : undefined },
      { name: 'accepted' },
      { name: 'active', at: state === 'active' ? since : undefined },
    ],
    reached: countOf(
      requestedAt !== null,
      isApproved,
      assigned || pending?.call === 'assign-access',
      state === 'active',
    ),
  }
}

function invitationWay({ state, since, context }: Of<'invitation'>): Way {
  const { request, handed, askedAt, linkAt, link, isKnownCustomer } = context
  const timeOf = (...kinds: readonly string[]) => handed.find(({ what }) => kinds.includes(what))?.at
  const asked: Stage = { name: 'asked', at: timeOf('asked') ?? askedAt }
  const isAsked = asked.at != null || (state !== 'asking' && state !== 'by-hand' && state !== 'cancelled')
  if (request !== null) {
    const work = timeOf('request')
    const isDone = state === 'fulfilled'
    return {
      stages: [asked, { name: 'taken-on', at: work }, { name: 'done', at: isDone ? since : undefined }],
      reached: countOf(isAsked, work !== undefined || state === 'in-hand', isDone),
    }
  }
  const isAccepted = state === 'accepted'
  const accepted: Stage = { name: 'accepted', at: isAccepted ? since : undefined }
  if (isAccepted && isKnownCustomer) return { stages: [asked, { name: 'done' }], reached: 2 }
  const sent = timeOf('with-customer')
  return {
    stages: [asked, { name: 'link', at: linkAt ?? timeOf('invitation') }, { name: 'sent', at: sent }, accepted],
    reached: countOf(isAsked, link !== null, sent !== undefined || state === 'with-customer', isAccepted),
  }
}

function termWay({ state, since, startedAt, context: { end } }: Of<'term'>): Way {
  const noted: Stage = { name: 'noted', at: startedAt }
  if (state === 'cancelled-early') return { stages: [noted, { name: 'cancelled-early', at: since }], reached: 2 }
  const soon = daysAfter(end, -TERM_REMINDER_DAYS[0]).slice(0, 10)
  const isDone = state === 'followed-up'
  const isOver = state === 'ended' || isDone
  return {
    stages: [
      noted,
      { name: 'ending-soon', at: soon },
      { name: 'ended', at: end },
      { name: 'done', at: isDone ? since : undefined },
    ],
    reached: countOf(true, state === 'ending-soon', isOver, isDone),
  }
}

function planWay({ state, since, startedAt, context: { settled } }: Of<'plan'>): Way {
  const last = Object.values(settled)
    .map(({ at }) => at)
    .sort()
    .at(-1)
  const isDone = state === 'done'
  return {
    stages: [
      { name: 'started', at: startedAt },
      { name: 'steps', at: last },
      { name: 'done', at: isDone ? since : undefined },
    ],
    reached: countOf(true, isDone, isDone),
  }
}

const ways: { readonly [K in Track['kind']]: (track: Of<K>) => Way } = {
  plan: planWay,
  term: termWay,
  relationship: relationshipWay,
  transfer: transferWay,
  invitation: invitationWay,
  'delegated-admin': adminWay,
}

/** Finds the stages of a track, and how many of them lie behind. */
export function stagesOf(track: Track): Stages {
  // TypeScript cannot relate the kind of the track to the row of the table.
  const wayOf = ways[track.kind] as (track: Track) => Way
  const way = wayOf(track)
  return { ...way, isStopped: !isOpen(track) && way.reached < way.stages.length }
}
