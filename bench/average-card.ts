import { draw } from '../cards/draw.ts'
import { benchPolicy, firstWalk } from './intake-graph.ts'
import { personInChat } from './world.ts'

const sample = 1_000

/** Returns our answer of nearly average size. Bare SDKs answer it to everything. */
export function averageCard(): object {
  const viewer = { sandbox: false, names: {}, at: '2017-06-01T09:00:00.000Z' }
  const cards = Array.from({ length: sample }, (_, number) => {
    const { locale, account } = personInChat(number)
    return firstWalk(number).map(({ to }) => {
      const card = draw(benchPolicy, { kind: 'case', case: to.example }, { ...viewer, locale, userIds: [account] })
      return { card, size: JSON.stringify(card).length }
    })
  }).flat()
  const mean = cards.reduce((sum, { size }) => sum + size, 0) / cards.length
  const distance = ({ size }: { size: number }) => Math.abs(size - mean)
  return cards.reduce((best, card) => (distance(card) < distance(best) ? card : best)).card
}
