import { defineTrack } from '../protocol.ts'
import { migrationContextSchema, migrationMachine, migrationStates, migrationSteps } from './machine.ts'

export const migrationTrack = defineTrack({
  kind: 'migration',
  machine: migrationMachine,
  states: migrationStates,
  context: migrationContextSchema,
  standing: {
    planning: 'open',
    moving: 'open',
    'cutting-over': 'open',
    'cancelling-old': 'open',
    done: 'reached',
    cancelled: 'in-vain',
  },
  noticeEnds: {},
  carriesOut: ['manual-migration'],
  steps: migrationSteps,
  forms: [],
  movesByItself: false,
  startFrom: () => ({ kind: 'migration' as const }),
  inputOf: (_, at) => ({ at }),
  actors: ({ settled }) => Object.values(settled).map(({ by }) => by),
  due: () => undefined,
  watches: () => undefined,
})
