import { describe, expect, it } from 'vitest'
import { type AnyMachineSnapshot, initialTransition } from 'xstate'
import { daysAfter } from '../../../dialogs/calendar.ts'
import type { TrackEvent } from '../../../dialogs/tracks/protocol.ts'
import { advance, isOpen, startTrack, type Track, trackSchema } from '../../../dialogs/tracks/registry.ts'
import { TERM_REMINDER_DAYS, termMachine } from '../../../dialogs/tracks/term/machine.ts'
import { partsOf, walk } from '../../support/machine-walk.ts'

const at = '2026-11-22T10:00:00.000Z'
const by = 'someone'
const tick = (step: string, when = at): TrackEvent => ({ type: 'step.ticked', step, at: when, by })
const fired = (timer: string, when: string): TrackEvent => ({ type: 'timer.fired', timer, at: when, by: 'timer' })
const cancelled: TrackEvent = { type: 'track.cancelled', at, by }

const identify = ({ value, context }: AnyMachineSnapshot) => JSON.stringify([value, context])

/** Plays events on a track; every one of them has to count. */
const play = (track: Track, ...events: TrackEvent[]) =>
  events.reduce((now, event) => {
    const next = advance(now, event)
    if (!next) throw new Error(`refused in ${now.state}: ${JSON.stringify(event)}`)
    return next.track
  }, track)

describe('a term', () => {
  const begin = (end: string, when = at) => startTrack({ kind: 'term', end }, by, when)
  const dated = (end: string, when = at): TrackEvent => ({ type: 'term.dated', end, at: when, by })
  const morning = (date: string) => `${date}T08:00:00.000Z`

  it('reaches every state and takes every transition on generated paths', () => {
    const starts = ['2027-06-30', '2026-12-01', '2026-11-22'].map(
      (end) => initialTransition(termMachine, { at, end })[0],
    )
    const days = ['2026-12-01', '2027-05-01', '2027-05-31', '2027-06-23', '2027-06-30']
    const samples = [
      ...days.map((day) => fired('reminder', morning(day))),
      dated('2027-06-30'),
      dated('2026-12-01'),
      tick('follow-up'),
      tick('cancelled-early'),
      tick('nonsense'),
      cancelled,
    ]
    const seen = walk(termMachine, starts, samples, identify)
    const parts = partsOf(termMachine)
    expect(parts.states.filter((name) => !seen.states.has(name))).toEqual([])
    expect(parts.transitions.filter((name) => !seen.transitions.has(name))).toEqual([])
  })

  it('reminds 60, 30, 7 and 0 days before, in the morning, and then ends', () => {
    let { track, effects } = begin('2027-06-30')
    const told: number[] = []
    for (;;) {
      const wake = effects.find(({ kind }) => kind === 'wake')
      if (wake?.kind !== 'wake') break
      expect(wake.due).toMatch(/T08:00:00\.000Z$/)
      const next = advance(track, fired('reminder', wake.due))
      if (!next) throw new Error('the reminder was refused')
      const notice = next.effects.find(({ kind }) => kind === 'notify')
      if (notice?.kind === 'notify') told.push(notice.notice.days)
      ;({ track, effects } = next)
    }
    expect(told).toEqual([...TERM_REMINDER_DAYS])
    expect(track.state).toBe('ended')
  })

  it('sends one reminder after an outage, not the backlog', () => {
    const { track } = begin('2027-06-30')
    const late = advance(track, fired('reminder', morning('2027-06-25')))
    expect(late?.effects).toEqual([
      { kind: 'notify', track: 'term', notice: { key: 'term-reminder', days: 5 } },
      { kind: 'wake', track: 'term', timer: 'reminder', due: morning('2027-06-30') },
    ])
    const tooLate = advance(track, fired('reminder', morning('2027-07-09')))
    expect(tooLate?.track.state).toBe('ended')
    expect(tooLate?.effects).toEqual([{ kind: 'notify', track: 'term', notice: { key: 'term-ended', days: 0 } }])
  })

  it('starts far from its end, near it, or after it', () => {
    expect(begin('2027-06-30').track.state).toBe('waiting')
    expect(begin('2027-01-21').track.state).toBe('ending-soon')
    expect(begin('2027-01-22').track.state).toBe('waiting')
    expect(begin('2026-11-22').track.state).toBe('ended')
    expect(begin('2026-11-22', '2026-11-22T07:00:00.000Z').track.state).toBe('ending-soon')
  })

  it('follows its date when that is corrected', () => {
    const ended = begin('2026-11-22').track
    const renewed = advance(ended, dated('2027-11-22'))
    expect(renewed?.track.state).toBe('waiting')
    expect(renewed?.effects).toEqual([{ kind: 'wake', track: 'term', timer: 'reminder', due: morning('2027-09-23') }])
    expect(advance(ended, dated('2026-11-22'))).toBeUndefined()
  })

  it('ignores a reminder of the date it had before', () => {
    const { track } = begin('2027-06-30')
    const later = play(track, dated('2028-06-30'))
    expect(advance(later, fired('reminder', morning('2027-05-01')))).toBeUndefined()
  })

  it('is followed up with one tick once it has ended, or ends early', () => {
    expect(play(begin('2026-11-22').track, tick('follow-up')).state).toBe('followed-up')
    expect(advance(begin('2027-06-30').track, tick('follow-up'))).toBeUndefined()
    expect(play(begin('2027-06-30').track, tick('cancelled-early')).state).toBe('cancelled-early')
  })
})

describe('every track', () => {
  const plan = { plan: 'manual-migration', role: 'direct', source: null, topic: null, settled: {} } as const
  const tracks = [
    startTrack({ kind: 'plan', ...plan }, by, at).track,
    startTrack({ kind: 'term', end: '2027-06-30' }, by, at).track,
  ]

  it('can be cancelled while it is open, and then ignores events', () => {
    for (const track of tracks) {
      const over = play(track, cancelled)
      expect(isOpen(over)).toBe(false)
      for (const event of [
        tick('relationship'),
        tick('cancelled-early'),
        cancelled,
        fired('idle', daysAfter(at, 400)),
      ]) {
        expect(advance(over, event)).toBeUndefined()
      }
    }
  })

  it('stores the time at which its state began', () => {
    const [started, term] = tracks as [Track, Track]
    const ticked = { ...tick('services', daysAfter(at, 1)), track: 'plan/manual-migration' } as TrackEvent
    expect(play(started, ticked).since).toBe(at)
    expect(play(term, tick('cancelled-early', daysAfter(at, 2))).since).toBe(daysAfter(at, 2))
  })

  it('is read back as it was stored', () => {
    for (const track of tracks) expect(trackSchema.parse(JSON.parse(JSON.stringify(track)))).toEqual(track)
  })
})
