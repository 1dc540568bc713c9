import { z } from 'zod'
import { planFacts } from './tracks/plan/context.ts'

/** Steps of the migration that earlier releases had instead of plans. */
export const migrationSteps = [
  'relationship',
  'services',
  'create-subscription',
  'inventory',
  'billing-data',
  'move',
  'verify',
  'cancel-old',
  'close',
] as const

/** Names of the steps of a migration that other plans now use for steps of their own. */
export const renamedSteps: Readonly<Record<string, string>> = {
  inventory: 'list-everything',
  move: 'move-by-hand',
  'cancel-old': 'cancel-services',
}

const looseCase = z.looseObject({
  answers: z.record(z.string(), z.unknown()),
  tracks: z.array(z.looseObject({ kind: z.string(), state: z.string(), context: z.unknown() })),
})
const migration = z.looseObject({ settled: z.record(z.string(), z.unknown()) })

/** Version 1 to 2: a migration by hand is a plan among others, and a case knows the tracks that fulfil it. */
export function withPlans(stored: unknown): unknown {
  const { tracks, ...others } = looseCase.parse(stored)
  return {
    ...others,
    goals: [],
    tracks: tracks.map((track) => (track.kind === 'migration' ? asPlan(track, others) : track)),
  }
}

type LooseTrack = z.infer<typeof looseCase>['tracks'][number]

function asPlan(track: LooseTrack, { answers }: Pick<z.infer<typeof looseCase>, 'answers'>): unknown {
  const { settled, ...context } = migration.parse(track.context)
  const renamed = Object.entries(settled).map(([step, how]) => [renamedSteps[step] ?? step, how] as const)
  const plan = 'manual-migration' as const
  return {
    ...track,
    kind: 'plan',
    state: track.state === 'done' || track.state === 'cancelled' ? track.state : 'open',
    context: { ...context, plan, none: false, ...planFacts(plan, answers), settled: Object.fromEntries(renamed) },
  }
}
