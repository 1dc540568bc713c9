import { adminRoles, rolesOf } from '../../../dialogs/roles.ts'
import { by } from './acting.ts'
import type { Happening, Setup } from './approval-reference.ts'

/** Random actions on a request for approval. */

const people = [by, 'a', 'b', 'c', 'd', 'outsider'] as const
const allRoles = [...rolesOf(['helpdesk', 'licensing']), adminRoles['global-administrator']]

/** Random numbers from a seed, so that a run can be repeated. */
export function createRandom(seed: number) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (count: number) => Math.floor(next() * count)
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T
  const some = <T>(from: readonly T[]): T[] => from.filter(() => next() < 0.6)
  return { next, below, pick, some }
}
export type Random = ReturnType<typeof createRandom>

/** The world around the request; it changes while the request is open. */
export interface World {
  minute: number
  approvers: string[]
  isReadable: boolean
  quorum: number
}

/** Lets time pass; approvers come and go, cannot be read for a while, and the quorum changes. */
export function turn(world: World, random: Random) {
  world.minute += random.below(random.next() < 0.1 ? 1_500 : 240)
  if (random.next() < 0.2) world.approvers = random.some(people)
  if (random.next() < 0.1) world.isReadable = random.next() < 0.7
  if (random.next() < 0.05) world.quorum = 1 + random.below(3)
}

const whats = ['approve', 'approve', 'approve', 'narrow', 'narrow', 'clock', 'edit', 'execute', 'execute'] as const
const rare = ['deny', 'withdraw', 'cancel'] as const

/** Draws the next action. */
export function happen(setup: Setup, world: World, random: Random, before: readonly Happening[]): Happening {
  const around = {
    minute: world.minute,
    approvers: world.isReadable ? [...world.approvers] : ('unreadable' as const),
    quorum: world.quorum,
  }
  // The same click again: a second press, a stale card, a message delivered twice.
  if (before.length > 0 && random.next() < 0.2) return { ...random.pick(before), ...around }
  const isWhole = random.next() < 0.1
  return {
    ...around,
    who: random.pick(people),
    what: random.next() < 0.08 ? random.pick(rare) : random.pick(whats),
    isGuest: random.next() < 0.04,
    roles: isWhole ? setup.roles : random.some(random.next() < 0.9 ? setup.roles : [...allRoles, 'unknown']),
    days: random.next() < 0.3 ? setup.days : random.below(setup.days + 2),
    reason: random.pick(['too much', ' ', '']),
  }
}

/** A request, and the world it is made in. */
export function openWorld(random: Random): { setup: Setup; world: World } {
  const quorum = 1 + random.below(3)
  const chosen = random.some(allRoles)
  const roles = chosen.length > 0 ? chosen : allRoles
  return {
    setup: { requester: by, authors: random.some([random.pick(people)]), roles, days: 1 + random.below(5), quorum },
    world: { minute: 0, approvers: random.some(people), isReadable: true, quorum },
  }
}
