import { describe, expect, it } from 'vitest'
import { plans } from '../../../dialogs/plans/plans.ts'
import { renamedSteps } from '../../../dialogs/upcasters.ts'
import { parse } from '../../../dialogs/versions.ts'

const at = '2026-11-22T10:00:00.000Z'
const tick = { at, by: 'someone' }
/** The steps of a migration in the first release, in their order. */
const steps = [
  'relationship',
  'create-subscription',
  'services',
  'inventory',
  'billing-data',
  'move',
  'verify',
  'cancel-old',
  'close',
]
const states = ['planning', 'moving', 'cutting-over', 'cancelling-old', 'done', 'cancelled']

const version1 = (
  state: string,
  settled: object,
  answers: object = { role: 'direct', service: 'usage', 'usage-source': 'ea' },
) =>
  JSON.stringify({
    cloud: 'global',
    intake: 'answered',
    answers,
    tracks: [
      {
        kind: 'migration',
        state,
        context: { settled, activeAt: at, nudgeAt: '2026-11-29T10:00:00.000Z' },
        since: at,
        startedAt: at,
        startedBy: 'someone',
      },
    ],
    updatedBy: 'someone',
  })

describe('a stored migration of version 1', () => {
  it.each(states)('that was %s is read as the plan by hand', (state) => {
    const { tracks, goals } = parse(1, version1(state, {}))
    expect(goals).toEqual([])
    expect(tracks).toEqual([
      {
        kind: 'plan',
        state: ['done', 'cancelled'].includes(state) ? state : 'open',
        context: {
          plan: 'manual-migration',
          role: 'direct',
          source: 'ea',
          topic: null,
          none: false,
          settled: {},
          activeAt: at,
          nudgeAt: '2026-11-29T10:00:00.000Z',
        },
        since: at,
        startedAt: at,
        startedBy: 'someone',
      },
    ])
  })

  it('keeps each completed step under its name of today, which the plan has', () => {
    const [track] = parse(1, version1('done', Object.fromEntries(steps.map((step) => [step, tick])))).tracks
    if (track?.kind !== 'plan') throw new Error('no plan')
    const names = steps.map((step) => renamedSteps[step] ?? step)
    expect(Object.keys(track.context.settled)).toEqual(names)
    expect(plans['manual-migration'].steps.map(({ id }) => id)).toEqual(expect.arrayContaining(names))
  })

  it('keeps the reason of a skipped step, and its author and time', () => {
    const skipped = { ...tick, skipped: 'checked last week' }
    const [track] = parse(1, version1('moving', { relationship: tick, services: skipped, inventory: skipped })).tracks
    expect(track?.context).toMatchObject({
      settled: { relationship: tick, services: skipped, 'list-everything': skipped },
    })
  })

  it('is read although the case has no answers', () => {
    const [track] = parse(1, version1('planning', {}, {})).tracks
    expect(track?.context).toMatchObject({ role: null, source: null })
  })
})
