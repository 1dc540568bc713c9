import { type Action, keyOfAction } from '../../dialogs/policy/policy.ts'
import type { TrackName } from '../../dialogs/track-names.ts'
import { type Key, type Locale, text } from './text.ts'

/** Title of an action, as a heading or a button. */
export const actionTitle = (locale: Locale, action: Action): string => text(locale, actionTextKey(action, 'title'))

/** Key of a text about an action: that of `ask-provider` depends on the request. */
export const actionTextKey = (action: Action, what: 'title' | 'how'): Key =>
  `action.${keyOfAction(action).replace('/', '.')}.${what}` as Key

/** Plans and requests whose titles are too long for a button on a narrow screen. */
const shortened: readonly string[] = [
  'plan/leave-syndication',
  'plan/align-tenant',
  'plan/convert-to-azure-plan',
  'plan/work-in-customer-tenant',
  'plan/regain-access',
  'plan/restore-administrator',
  'invitation/order',
  'invitation/azure-plan',
  'invitation/reseller-of-record',
  'invitation/channel-transfer',
  'invitation/billing-ownership',
]

/** Title of a button that starts a track. */
export function startTitle(locale: Locale, name: TrackName): string {
  const [kind, variant] = name.split('/')
  if (!shortened.includes(name)) return trackTitle(locale, name)
  return text(locale, (kind === 'plan' ? `start.${variant}` : `start.ask.${variant}`) as Key)
}

/** Title of a track, where it is named or shown. */
export function trackTitle(locale: Locale, name: TrackName): string {
  const [kind = '', variant] = name.split('/')
  if (variant === undefined) return text(locale, `start.${kind}` as Key)
  return text(locale, (kind === 'plan' ? `action.${variant}.title` : `action.ask-provider.${variant}.title`) as Key)
}
