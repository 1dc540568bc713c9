import { type Action, keyOfAction } from '../../dialogs/policy/policy.ts'
import type { TrackName } from '../../dialogs/track-names.ts'
import { type Key, type Locale, text } from './text.ts'

/** Title of an action, as a heading or a button. */
export const actionTitle = (locale: Locale, action: Action): string => text(locale, actionTextKey(action, 'title'))

/** Key of a text about an action: that of `ask-provider` depends on the request. */
export const actionTextKey = (action: Action, what: 'title' | 'how'): Key =>
  `action.${keyOfAction(action).replace('/', '.')}.${what}` as Key

/** Title of a button that starts a track or shows it. */
export function trackTitle(locale: Locale, name: TrackName): string {
  const [kind = '', variant] = name.split('/')
  if (variant === undefined) return text(locale, `start.${kind}` as Key)
  return text(locale, (kind === 'plan' ? `action.${variant}.title` : `action.ask-provider.${variant}.title`) as Key)
}
