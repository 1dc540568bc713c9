import type { Check } from '../../dialogs/calls.ts'
import { type Element, render } from '../render.ts'
import { text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

/** Colours of the dashes, which screen readers pass over: the sentences say the same. */
const marks = {
  yes: { mark: '–', color: 'accent', weight: 'default' },
  no: { mark: '–', color: 'attention', weight: 'bolder' },
  unknown: { mark: '–', color: 'default', weight: 'default' },
} as const

type Condition = 'relationship' | 'region' | 'azure-plan' | 'reseller' | 'role'
/** A condition at Microsoft, as far as it is known before a request. */
export type Checked = [Condition, Check]

export const checkRows = ({ locale }: RenderContext, checks: readonly Checked[]): Element[] =>
  render('marked', {
    rows: checks.map(([check, state]) => ({ ...marks[state], text: text(locale, `check.${check}.${state}`) })),
  })
