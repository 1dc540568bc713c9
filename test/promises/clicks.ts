import { buttonsOf, type Card } from '../support/bot.ts'

const end = `${new Date().getUTCFullYear() + 1}-12-31`
/** Clicks of a partner from the first question to a finished term. */
export const termClicks: [verb: string, args: Record<string, unknown>, inputs?: Record<string, unknown>][] = [
  ['answer', { question: 'role', value: 'direct' }],
  ['answer', { question: 'service', value: 'licence' }],
  ['answer', { question: 'licence-source', value: 'csp-partner' }],
  ['answer', { question: 'term-end', value: undefined }, { value: end }],
  ['start', { track: 'term' }],
  ['tick', { step: 'cancelled-early' }],
]

/** Returns the data of the button with this verb and these arguments. */
export const buttonData = (card: Card, verb: string, args: Record<string, unknown>) =>
  buttonsOf(card).find(
    (button) => button.verb === verb && Object.entries(args).every(([name, value]) => button.data[name] === value),
  )?.data
