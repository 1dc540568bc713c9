import { describe, expect, it } from 'vitest'
import type { Case } from '../../../dialogs/case.ts'
import { intakeMachine } from '../../../dialogs/intake.ts'
import { openCase } from '../../../dialogs/step.ts'
import { startTrack } from '../../../dialogs/tracks/registry.ts'
import { parse, serialize, UnreadableCaseError, type Upcasters, versionOf } from '../../../dialogs/versions.ts'
import { policy } from '../../support/policy.ts'

const at = '2026-11-22T10:00:00.000Z'
const by = { tenant: 'tenant', id: 'someone' }
const opened = openCase(policy, {
  id: 'MC-7K2P9Q',
  conversation: 'c',
  edition: '2026-11',
  cloud: 'global',
  by,
  at,
  role: 'direct',
}).case
const plan = { plan: 'manual-migration', role: 'direct', source: null, topic: null, settled: {} } as const
const full = {
  ...opened,
  intake: 'answered' as const,
  answers: { ...opened.answers, service: 'licence' as const },
  tracks: [
    startTrack({ kind: 'term', end: '2027-06-30' }, 'someone', at).track,
    startTrack({ kind: 'plan', ...plan }, 'someone', at).track,
    startTrack({ kind: 'relationship' }, 'someone', at).track,
    startTrack({ kind: 'transfer', way: 'api', product: 'azure', moved: [] }, 'someone', at).track,
  ],
}

/** A case of version 1, the first release, as text: no change of code can change it. */
const version1 =
  '{"cloud":"global","intake":"answered","answers":{"role":"direct","service":"licence"},"tracks":[{"kind":"term","state":"waiting","context":{"end":"2027-06-30","asOf":"2026-11-22T10:00:00.000Z","remindAt":"2027-05-01T08:00:00.000Z"},"since":"2026-11-22T10:00:00.000Z","startedAt":"2026-11-22T10:00:00.000Z","startedBy":"someone"},{"kind":"migration","state":"planning","context":{"settled":{},"activeAt":"2026-11-22T10:00:00.000Z","nudgeAt":"2026-11-29T10:00:00.000Z"},"since":"2026-11-22T10:00:00.000Z","startedAt":"2026-11-22T10:00:00.000Z","startedBy":"someone"}],"updatedBy":"someone"}'

describe('a stored case', () => {
  it('is read back as it was written', () => {
    const { version, context } = serialize(full)
    const { cloud, intake, answers, tracks, goals, updatedBy } = full
    expect(parse(version, context)).toEqual({ cloud, intake, answers, tracks, goals, updatedBy })
  })

  it('is read back from every state in which its questions can rest', () => {
    const resting = Object.values(intakeMachine.states).filter(({ always }) => always === undefined)
    expect(resting.length).toBeGreaterThan(2)
    for (const { key } of resting) {
      const { version, context } = serialize({ ...full, intake: key as Case['intake'] })
      expect(parse(version, context).intake).toBe(key)
    }
  })

  it('of the first release can be read by this one', () => {
    expect(parse(1, version1)).toMatchObject({ intake: 'answered', tracks: [{ kind: 'term' }, { kind: 'plan' }] })
  })

  it('passes through the upcasters from its own version on', () => {
    const chain: Upcasters = [
      (stored) => ({ ...(stored as object), updatedBy: 'upcaster 1' }),
      (stored) => ({ ...(stored as object), cloud: 'china' }),
    ]
    const { context } = serialize(full)
    expect(versionOf(chain)).toBe(3)
    expect(parse(1, context, chain)).toMatchObject({ updatedBy: 'upcaster 1', cloud: 'china' })
    expect(parse(2, context, chain)).toMatchObject({ updatedBy: 'someone', cloud: 'china' })
    expect(parse(3, context, chain)).toMatchObject({ updatedBy: 'someone', cloud: 'global' })
  })

  it('is refused by name if it is of a later release or of a broken shape', () => {
    expect(() => parse(2, version1)).toThrow(UnreadableCaseError)
    expect(() => parse(0, version1)).toThrow(UnreadableCaseError)
    expect(() => parse(1, version1.slice(1))).toThrow(UnreadableCaseError)
    expect(() => parse(1, version1.replace('"waiting"', '"gone"'))).toThrow(/gone|state/)
    expect(() => parse(1, version1.replace('"updatedBy":"someone"', '"surprise":1'))).toThrow(UnreadableCaseError)
  })
})
