import { describe, expect, it } from 'vitest'
import { type Case, isCaseOpen, nextOf, type Standing, standingOf } from '../../../dialogs/case.ts'
import { startTrack, type Track } from '../../../dialogs/tracks/registry.ts'
import type { transferStates } from '../../../dialogs/tracks/transfer/context.ts'

const at = '2026-11-28T10:00:00.000Z'
const item = (status: 'completed' | 'failed', index: number) => ({
  subscription: `${index}`,
  name: `Plan ${index}`,
  product: 'azure',
  status,
})

/** A transfer of Azure in this state, with items of which some have failed. */
function transferIn(state: (typeof transferStates)[number], statuses: ('completed' | 'failed')[] = []): Track {
  const { track } = startTrack({ kind: 'transfer', way: 'api', product: 'azure', moved: [] }, 'person', at)
  const transfer = {
    id: 't',
    status: 'pending',
    source: { tenant: 's', name: 'Old partner' },
    target: { tenant: 'n', name: 'New partner' },
    items: statuses.map(item),
  }
  return { ...track, state, context: { ...track.context, transfer } } as Track
}

const relationship = (state: string) =>
  ({ ...startTrack({ kind: 'relationship' }, 'person', at).track, state }) as Track
const standing = (tracks: Track[], others: Partial<Standing> = {}): Standing => ({
  intake: 'answered',
  goals: [['transfer/azure']],
  tracks,
  ...others,
})

describe('a case', () => {
  it('is done only when its goal is reached', () => {
    expect(standingOf(standing([transferIn('completed')]))).toEqual({ state: 'done' })
    expect(standingOf(standing([relationship('accepted')], { next: 'transfer' }))).toEqual({
      state: 'next',
      next: 'transfer',
    })
  })

  it('needs attention after a partial transfer, with what failed of how many', () => {
    const partly = transferIn('partially-completed', ['completed', 'failed', 'completed', 'failed', 'completed'])
    expect(standingOf(standing([partly]))).toEqual({ state: 'needs-attention', failed: 2, total: 5 })
    expect(isCaseOpen(standing([partly]))).toBe(true)
  })

  it.each(['rejected', 'expired', 'failed'] as const)('needs attention after a transfer that was %s', (state) => {
    expect(standingOf(standing([transferIn(state)]))).toEqual({ state: 'needs-attention', failed: 0, total: 0 })
  })

  it('waits for an answer to be acted on after a track that a person gave up', () => {
    expect(standingOf(standing([transferIn('cancelled')]))).toEqual({ state: 'answered' })
  })

  it('does not mind a failure of what another track has brought about', () => {
    const invitation = startTrack({ kind: 'invitation', side: 'reseller', request: null }, 'person', at).track
    const accepted = { ...invitation, state: 'accepted' } as Track
    expect(standingOf(standing([relationship('lapsed'), accepted], { next: 'transfer' })).state).toBe('next')
  })

  it('names the next track that serves its goal, among those that can start', () => {
    const accepted = standing([relationship('accepted')])
    expect(nextOf(accepted, () => ['plan/plan-reservations', 'transfer'])).toBe('transfer')
    expect(nextOf(accepted, () => ['term'])).toBe('term')
    expect(nextOf(accepted, () => [])).toBeUndefined()
    expect(nextOf(standing([transferIn('creating')]), () => ['transfer'])).toBeUndefined()
  })

  it('is no longer open once it is closed', () => {
    const closed = standing([], { closed: at } satisfies Partial<Case>)
    expect([standingOf(closed).state, isCaseOpen(closed)]).toEqual(['closed', false])
  })
})
