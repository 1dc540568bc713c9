import type { ApprovalFault } from '../../../dialogs/approval.ts'
import { adminRoles } from '../../../dialogs/roles.ts'

/**
 * Expected state of a request for approval from the list of all actions: rules as a table, folded from the beginning
 * each time. It shares nothing with the tested code but the names of the faults.
 */

export interface Setup {
  requester: string
  /** The people who wrote or changed the request. */
  authors: readonly string[]
  roles: readonly string[]
  days: number
  /** Quorum at the time of the request. */
  quorum: number
}

/** Something that happened, with how the world was at that moment. `minute` counts from the request. */
export interface Happening {
  minute: number
  who: string
  what: 'approve' | 'deny' | 'narrow' | 'withdraw' | 'cancel' | 'clock' | 'execute' | 'edit'
  isGuest: boolean
  approvers: readonly string[] | 'unreadable'
  quorum: number
  roles: readonly string[]
  days: number
  reason: string
}

export interface Expected {
  phase: 'open' | 'approved' | 'made' | 'denied' | 'withdrawn' | 'cancelled' | 'expired'
  yes: readonly string[]
  roles: readonly string[]
  days: number
  /** Author of the decision. */
  decidedBy: string | null
  /** Reason for which the last action changed nothing; `nothing` if it is no decision. */
  objection: ApprovalFault | 'nothing' | null
}

type Rule = (now: Expected, happening: Happening, setup: Setup) => boolean
const decisions: readonly string[] = ['approve', 'deny', 'narrow']
const isDecision: Rule = (_now, { what }) => decisions.includes(what)
const isTakenBack: Rule = (_now, { what }) => what === 'withdraw'
const is =
  (what: Happening['what'], ...rules: Rule[]): Rule =>
  (now, happening, setup) =>
    happening.what === what && rules.every((rule) => rule(now, happening, setup))
const both =
  (...rules: Rule[]): Rule =>
  (now, happening, setup) =>
    rules.every((rule) => rule(now, happening, setup))
const either =
  (...rules: Rule[]): Rule =>
  (now, happening, setup) =>
    rules.some((rule) => rule(now, happening, setup))
const not =
  (rule: Rule): Rule =>
  (now, happening, setup) =>
    !rule(now, happening, setup)

const isSaid = either(isDecision, isTakenBack)
const isOpen: Rule = ({ phase }) => phase === 'open'
const isLate: Rule = (_now, { minute }) => minute >= 72 * 60
const isGuest: Rule = (_now, happening) => happening.isGuest
const isRequester: Rule = (_now, { who }, { requester }) => who === requester
const isAuthor: Rule = (_now, { who }, { authors }) => authors.includes(who)
const isBlind: Rule = (_now, { approvers }) => approvers === 'unreadable'
const isNamed: Rule = (_now, { approvers, who }) => approvers !== 'unreadable' && approvers.includes(who)
const hasSaidYes: Rule = ({ yes }, { who }) => yes.includes(who)
const isBlank: Rule = (_now, { reason }) => /^\s*$/.test(reason)

const isForNothing: Rule = (_now, { roles }) => roles.length === 0
const isPart: Rule = (now, { roles }) =>
  roles.length > 0 &&
  new Set([...now.roles, ...roles]).size === now.roles.length &&
  new Set(roles).size === roles.length
const isShorter: Rule = (now, { days }) => days > 0 && days <= now.days
const isSame: Rule = (now, { roles, days }) => days === now.days && roles.length === now.roles.length
const isLess = both(isPart, isShorter, not(isSame))

/** The first that holds is the answer. */
const objections: readonly (readonly [ApprovalFault | 'nothing', Rule])[] = [
  ['not-approver', both(isDecision, isGuest)],
  ['not-requester', both(isTakenBack, isGuest)],
  ['expired', both(isSaid, ({ phase }) => phase === 'expired')],
  ['decided', both(isSaid, not(isOpen))],
  ['expired', both(isSaid, isLate)],
  ['not-requester', both(isTakenBack, not(isRequester))],
  ['own-request', both(isDecision, either(isRequester, isAuthor))],
  ['unreadable', both(isDecision, isBlind)],
  ['not-approver', both(isDecision, not(isNamed))],
  ['twice', is('approve', hasSaidYes)],
  ['no-reason', is('deny', isBlank)],
  ['no-role', is('narrow', isForNothing)],
  ['not-less', is('narrow', not(isLess))],
  ['nothing', is('cancel', not(isOpen))],
  [
    'nothing',
    is(
      'clock',
      either(not(isOpen), ({ phase }) => phase === 'expired'),
    ),
  ],
  [
    'nothing',
    is(
      'execute',
      either(isBlind, ({ phase }) => phase !== 'approved'),
    ),
  ],
  ['nothing', is('edit')],
]

/** Everybody whose yes is needed, at the stricter of then and now; one more when everything may be done. */
const needed = (roles: readonly string[], { quorum }: Happening, setup: Setup) =>
  Math.max(quorum, setup.quorum) + Number(roles.includes(adminRoles['global-administrator']))

function withYes(now: Expected, happening: Happening, setup: Setup): Expected {
  const yes = [...new Set([...now.yes, happening.who])]
  const less =
    happening.what === 'narrow'
      ? { roles: now.roles.filter((id) => happening.roles.includes(id)), days: happening.days }
      : {}
  const next = { ...now, ...less, yes }
  return yes.length < needed(next.roles, happening, setup)
    ? next
    : { ...next, phase: 'approved', decidedBy: happening.who }
}

const become: Record<Happening['what'], (now: Expected, happening: Happening, setup: Setup) => Expected> = {
  approve: withYes,
  narrow: withYes,
  deny: (now, { who }) => ({ ...now, phase: 'denied', decidedBy: who }),
  withdraw: (now) => ({ ...now, phase: 'withdrawn' }),
  cancel: (now) => ({ ...now, phase: 'cancelled' }),
  clock: (now, happening, setup) => (isLate(now, happening, setup) ? { ...now, phase: 'expired' } : now),
  execute: (now, { approvers }) =>
    now.yes.every((who) => approvers.includes(who))
      ? { ...now, phase: 'made' }
      : { ...now, phase: 'denied', decidedBy: 'upstream' },
  edit: (now) => now,
}

/** Folds all actions into the expected state. */
export function expectedAfter(setup: Setup, happened: readonly Happening[]): Expected {
  const { roles, days } = setup
  const begun: Expected = { phase: 'open', yes: [], roles, days, decidedBy: null, objection: null }
  let now = begun
  for (const happening of happened) {
    const objection = objections.find(([, holds]) => holds(now, happening, setup))?.[0] ?? null
    now = { ...(objection === null ? become[happening.what](now, happening, setup) : now), objection }
  }
  return now
}
