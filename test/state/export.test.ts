import { expect, it } from 'vitest'
import { startTrack } from '../../dialogs/tracks/registry.ts'
import { exportCase } from '../../state/audit/export.ts'
import { insertCase } from '../../state/case-store.ts'
import { policy } from '../support/policy.ts'
import { onBoth } from './databases.ts'
import { noon, sample } from './sample-case.ts'

onBoth('an exported case', (at) => {
  it('names the actions of its answer by plain ids, each once, and its tracks by kind and name', async () => {
    const { db } = at()
    const { case: fresh, entry } = sample()
    const answers = {
      role: 'indirect-reseller',
      service: 'both',
      'licence-source': 'csp-partner',
      'usage-source': 'csp-partner',
    } as const
    const facts = { role: answers.role, source: null, topic: null, settled: {} }
    const { track } = startTrack({ kind: 'plan', plan: 'regain-access', ...facts }, 'reseller', noon)
    const answered = { ...fresh, edition: '2026-11', intake: 'answered' as const, answers, tracks: [track] }
    const stored = await db.transaction((tx) => insertCase(tx, answered, answered.conversation, entry))
    const { outcome, tracks } = await exportCase(db, policy, stored)
    expect(outcome).toContain('ask-provider')
    expect(outcome).toEqual([...new Set(outcome)])
    expect(outcome.every((id) => typeof id === 'string' && !id.includes('/'))).toBe(true)
    expect(tracks).toEqual([{ kind: 'plan', state: 'open', since: noon, due: null, name: 'plan/regain-access' }])
  })
})
