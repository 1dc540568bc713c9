import { daysUntil } from '../../calendar.ts'
import { defineTrack } from '../protocol.ts'
import { termContextSchema, termMachine, termStates, termSteps } from './machine.ts'

/** A term starts with its last day. */
interface TermStart {
  kind: 'term'
  end: string
}

/** States in which the term itself is over. */
const overStates: readonly string[] = ['ended', 'followed-up', 'cancelled-early']

export const termTrack = defineTrack({
  kind: 'term',
  machine: termMachine,
  states: termStates,
  context: termContextSchema,
  standing: {
    waiting: 'open',
    'ending-soon': 'open',
    ended: 'open',
    'followed-up': 'reached',
    'cancelled-early': 'reached',
    cancelled: 'in-vain',
  },
  noticeEnds: {},
  carriesOut: ['wait-for-term'],
  steps: termSteps,
  forms: [],
  movesByItself: false,
  leadsTo: ({ state, context }, { answers: { role }, edition, at }) => {
    const days = edition.beforeTermEnds?.start
    const isEarly = days !== undefined && state === 'ending-soon' && daysUntil(context.end, at) <= days
    return role && (isEarly || overStates.includes(state)) ? [edition.afterTerm[role]] : []
  },
  startFrom({ answers }): TermStart | undefined {
    const end = answers['term-end']
    return end === undefined || end === 'unknown' ? undefined : { kind: 'term', end }
  },
  inputOf: ({ end }, at) => ({ at, end }),
  due: ({ end }) => end,
  watches: () => undefined,
})
