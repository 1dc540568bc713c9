import { type Risk, riskOf, risks, roleKeyOf } from '../../dialogs/roles.ts'
import { type Element, render } from '../render.ts'
import { roleTitle } from '../text/rights.ts'
import { type Locale, text } from '../text/text.ts'
import { type BadgeLook, smallBadge } from './badge.ts'

const looks: Record<Risk, Omit<BadgeLook, 'icon'>> = {
  read: { tone: 'neutral' },
  change: { tone: 'warning' },
  everything: { tone: 'attention' },
}

/** Roles that reach further than their names tell. */
const farReaching: readonly string[] = ['exchange-administrator', 'global-administrator']

/** Draws roles as a table with the risk of each, the greatest first; `in-full` with what each allows. */
export function roleTable(locale: Locale, roles: readonly string[], detail: 'in-full' | 'by-name'): Element[] {
  if (roles.length === 0) return []
  const sorted = roles.toSorted((a, b) => risks.indexOf(riskOf(b)) - risks.indexOf(riskOf(a)))
  return render('roles', {
    rows: sorted.map((role) => {
      const [key, risk] = [roleKeyOf(role), riskOf(role)]
      const may = key === undefined ? role : text(locale, `role.${key}.may`)
      const title = roleTitle(locale, role)
      const words = key !== undefined && farReaching.includes(key) ? { far: may } : { may }
      return {
        title,
        ...(detail === 'in-full' ? words : {}),
        badge: smallBadge(text(locale, `risk.${risk}`), looks[risk]),
      }
    }),
  })
}
