import type { AdminRights } from '../../dialogs/peer.ts'
import { roleKeyOf } from '../../dialogs/roles.ts'
import { MAX_TITLE_LENGTH, plainText } from './literal.ts'
import { dateText, type Locale, text } from './text.ts'

/** Administration rights in words: whose they are, and what a narrowing took away. */

export const roleTitle = (locale: Locale, role: string): string => {
  const key = roleKeyOf(role)
  return key === undefined ? text(locale, 'admin.role-unknown') : text(locale, `role.${key}.title`)
}

/** Says how a partner's request for rights stands, or which rights it has. May contain foreign text. */
export function rightsText(locale: Locale, { state, customer, company, roles, until }: AdminRights): string {
  const partner = plainText(company ?? '', MAX_TITLE_LENGTH)
  const named = partner === '' ? 'no' : 'yes'
  const names = { company: partner, named, customer: plainText(customer, MAX_TITLE_LENGTH) }
  return state === 'active' && roles !== undefined && until !== undefined
    ? text(locale, 'rights.granted', { ...names, roles, until: dateText(locale, until) })
    : text(locale, 'rights.state', { ...names, state: text(locale, `admin.state.${state}`) })
}

interface Extent {
  roles: readonly string[]
  days: number
}

/** Says what a narrowing took away: "Exchange Administrator removed, 90 → 30 days". */
export function narrowingText(locale: Locale, from: Extent, to: Extent): string {
  const removed = from.roles.filter((role) => !to.roles.includes(role)).map((role) => roleTitle(locale, role))
  return [
    ...(removed.length === 0
      ? []
      : [text(locale, 'narrowed.roles', { roles: removed.join(', '), count: removed.length })]),
    ...(from.days === to.days ? [] : [text(locale, 'narrowed.days', { before: from.days, after: to.days })]),
  ].join(', ')
}
