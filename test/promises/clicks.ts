import { buttonsOf, type Card } from '../support/bot.ts'

const end = `${new Date().getUTCFullYear() + 1}-12-31`
/** What a partner clicks, from the first question to a finished term. */
export const termClicks: [verb: string, args: Record<string, unknown>, inputs?: Record<string, unknown>][] = [
  ['answer', { question: 'role', value: 'direct' }],
  ['answer', { question: 'service', value: 'licence' }],
  ['answer', { question: 'licence-source', value: 'csp-partner' }],
  ['answer', { question: 'term-end', value: undefined }, { value: end }],
  ['start', { track: 'term' }],
  ['tick', { step: 'cancelled-early' }],
]

/** What the button of a card with this verb and these arguments sends. */
export const buttonData = (card: Card, verb: string, args: Record<string, unknown>) =>
  buttonsOf(card).find(
    (one) => one.verb === verb && Object.entries(args).every(([name, value]) => one.data[name] === value),
  )?.data
