import { type Element, render } from '../render.ts'

/** The sense of a colour. A text always says the same, since not everybody sees colours. */
type Tone = 'neutral' | 'accent' | 'good' | 'warning' | 'attention'

/** A word in a coloured frame, with an icon of Fluent by name. */
export interface BadgeLook {
  tone: Tone
  icon: string
}

/** The style of a badge; the mark and the colour of the text that takes its place in clients without badges. */
const tones = {
  neutral: { style: 'Subtle', mark: '○', color: 'default' },
  accent: { style: 'Accent', mark: '●', color: 'accent' },
  good: { style: 'Good', mark: '✓', color: 'default' },
  warning: { style: 'Warning', mark: '◔', color: 'default' },
  attention: { style: 'Attention', mark: '!', color: 'attention' },
} as const satisfies Record<Tone, object>

/** Draws a badge; elsewhere a mark with the same word. */
export const badge = (text: string, { tone, icon }: BadgeLook): Element[] =>
  render('badge', { text, icon, ...tones[tone] })
