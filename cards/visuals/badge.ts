import { type Element, render } from '../render.ts'

/** The sense of a colour. A text always says the same, since not everybody sees colours. */
type Tone = 'neutral' | 'accent' | 'good' | 'warning' | 'attention'

/** A word in a coloured frame, with an icon of Fluent by name. */
export interface BadgeLook {
  tone: Tone
  icon: string
}

/**
 * The style of a badge, and the colour of the word that takes its place in clients without badges. It has no mark there:
 * screen readers would read that as a character.
 */
const tones = {
  neutral: { style: 'Subtle', color: 'default' },
  accent: { style: 'Accent', color: 'accent' },
  good: { style: 'Good', color: 'default' },
  warning: { style: 'Warning', color: 'default' },
  attention: { style: 'Attention', color: 'attention' },
} as const satisfies Record<Tone, object>

/** Draws a badge; elsewhere the same word. */
export const badge = (text: string, { tone, ...look }: BadgeLook): Element[] =>
  render('badge', { text, ...tones[tone], ...look })

/** Draws a small badge for rows, without an icon: a card with many rows has no room for more. */
export const smallBadge = (text: string, { tone, ...look }: Omit<BadgeLook, 'icon'>): Element[] =>
  render('small-badge', { text, ...tones[tone], ...look })
