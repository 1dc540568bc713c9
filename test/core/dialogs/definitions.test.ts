import { describe, expect, it } from 'vitest'
import type { AnyStateMachine } from 'xstate'
import { actionIds } from '../../../dialogs/policy/policy.ts'
import { trackKinds } from '../../../dialogs/track-names.ts'
import { defineTrack, type TrackDefinition } from '../../../dialogs/tracks/protocol.ts'
import { type TrackRegistry, tracks } from '../../../dialogs/tracks/registry.ts'
import { partsOf } from '../../support/machine-walk.ts'

const definitions: TrackDefinition[] = trackKinds.map((kind) => tracks[kind])

/** States that a machine passes through within one step, so that no track is stored in them. */
const passing = ['sorting']

const finalStates = (machine: AnyStateMachine) =>
  Object.values(machine.root.states).flatMap((node) => (node.type === 'final' ? node.key : []))

describe('the registry of tracks', () => {
  it('does not compile without one of its tracks', () => {
    const { term: _term, ...others } = tracks
    // @ts-expect-error: the term has no entry
    const incomplete: TrackRegistry = others
    expect(Object.keys(incomplete)).toHaveLength(trackKinds.length - 1)
  })

  it('does not compile with a track in the place of another', () => {
    // @ts-expect-error: a plan is no term
    const confused: TrackRegistry = { ...tracks, term: tracks.plan }
    expect(confused.term.kind).toBe('plan')
  })

  it('does not compile with a state whose standing is left out', () => {
    const { ended: _ended, ...standing } = tracks.term.standing
    // @ts-expect-error: a term may have ended
    expect(defineTrack({ ...tracks.term, standing }).standing).not.toHaveProperty('ended')
  })

  it('holds each track under its own kind', () => {
    expect(definitions.map(({ kind }) => kind)).toEqual([...trackKinds])
  })

  it('lets no two tracks carry out the same action, and only actions that an answer can name', () => {
    const actions = definitions.flatMap(({ carriesOut }) => carriesOut)
    expect(new Set(actions).size).toBe(actions.length)
    expect(actionIds).toEqual(expect.arrayContaining(actions))
  })
})

describe.each(definitions)('the definition of a $kind track', ({ machine, standing, titleNotices, hearsAtEnd }) => {
  it('knows how the track stands in each state of its machine', () => {
    const states = partsOf(machine).states.filter((state) => !passing.includes(state))
    expect(Object.keys(standing).sort()).toEqual(states.sort())
  })

  it('counts the final states of the machine as over, and of the others only those that still hear events', () => {
    const over = Object.keys(standing).filter((state) => standing[state] !== 'open')
    expect(over.sort()).toEqual([...finalStates(machine), ...Object.keys(hearsAtEnd ?? {})].sort())
  })

  it('has the title of a notice in a state of its own', () => {
    expect(Object.keys(standing)).toEqual(expect.arrayContaining(Object.values(titleNotices)))
  })
})
