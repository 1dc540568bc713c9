import type { CaseStanding } from '../../dialogs/case.ts'
import { inSentence, type Locale, text } from './text.ts'

/** Says how a case stands: "Needs attention: 2 of 5 failed", "Next: transfer". */
export function standingText(locale: Locale, standing: CaseStanding): string {
  switch (standing.state) {
    case 'next':
      return text(locale, 'state.next', { next: inSentence(locale, text(locale, `tab.${standing.next}`)) })
    case 'needs-attention': {
      const { failed, total } = standing
      return text(locale, 'state.needs-attention', { failed, total })
    }
    default:
      return text(locale, `state.${standing.state}`)
  }
}
