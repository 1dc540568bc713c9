import { type Element, render } from '../render.ts'

/** The sense of a colour. A text always says the same, since not everybody sees colours. */
type Tone = 'neutral' | 'accent' | 'good' | 'warning' | 'attention'

/** A word in a coloured frame, with an icon of Fluent by name. */
export interface BadgeLook {
  tone: Tone
  icon: string
  /** The mark in clients without badges, where that of the tone would say something else. */
  mark?: string
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
export const badge = (text: string, { tone, ...look }: BadgeLook): Element[] =>
  render('badge', { text, ...tones[tone], ...look })

/** Draws a small badge for rows, without an icon: a card with many rows has no room for more. */
export const smallBadge = (text: string, { tone, ...look }: Omit<BadgeLook, 'icon'>): Element[] =>
  render('small-badge', { text, ...tones[tone], ...look })
