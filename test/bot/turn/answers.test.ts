import { describe, expect, it } from 'vitest'
import { actionsOf } from '../../../dialogs/policy/decide.ts'
import { sources } from '../../../dialogs/questions.ts'
import { outcomeOf } from '../../../dialogs/step.ts'
import { policy } from '../../support/policy.ts'
import { somebody, startWorld } from '../../support/world.ts'

type Row = { name: string; role: string; clicks: string[]; outcome: string[] }

const elsewhere = sources.filter((source) => source !== 'csp-partner')
const partners = ['direct', 'indirect-provider']
const everybody = [...partners, 'indirect-reseller']
const rows = (roles: string[], clicks: string[], outcome: string[]): Row[] =>
  roles.map((role) => ({ name: `${role}: ${clicks.join(' › ')}`, role, clicks, outcome }))

/** The tables of the two editions, row by row, as one clicks through them once the role is known. */
const edition2017: Row[] = [
  ...elsewhere.flatMap((source) => [
    ...rows(partners, ['licence', source], ['request-relationship']),
    ...rows(['indirect-reseller'], ['licence', source], ['use-partner-invitation']),
    ...rows(everybody, ['usage', source], ['manual-migration']),
  ]),
  ...rows(partners, ['licence', 'csp-partner'], ['wait-for-term', 'cancel-early', 'request-relationship']),
  ...rows(
    ['indirect-reseller'],
    ['licence', 'csp-partner'],
    ['wait-for-term', 'cancel-early', 'use-partner-invitation'],
  ),
  ...rows(everybody, ['usage', 'csp-partner'], ['transfer']),
  ...rows(['direct'], ['both', 'ea', 'csp-partner'], ['request-relationship', 'transfer']),
  ...rows(
    ['direct'],
    ['both', 'csp-partner', 'open'],
    ['wait-for-term', 'cancel-early', 'request-relationship', 'manual-migration'],
  ),
  ...rows(everybody, ['resale'], ['no-resale']),
]
const edition2025: Row[] = [
  ...elsewhere.flatMap((source) => [
    ...rows(partners, ['licence', source], ['request-relationship', 'request-delegated-admin']),
    ...rows(['indirect-reseller'], ['licence', source], ['request-relationship', 'use-partner-invitation']),
    ...rows(everybody, ['usage', source], ['manual-migration']),
  ]),
  ...rows(partners, ['licence', 'csp-partner', 'new-commerce'], ['transfer', 'wait-for-term', 'cancel-early']),
  ...rows(['indirect-reseller'], ['licence', 'csp-partner', 'new-commerce'], ['ask-provider']),
  ...rows(everybody, ['licence', 'csp-partner', 'legacy'], ['wait-for-term']),
  ...rows(partners, ['licence', 'csp-partner', 'unknown'], ['transfer', 'wait-for-term', 'cancel-early']),
  ...rows(partners, ['usage', 'csp-partner', 'azure-plan'], ['transfer']),
  ...rows(['indirect-reseller'], ['usage', 'csp-partner', 'azure-plan'], ['ask-provider']),
  ...rows(everybody, ['usage', 'csp-partner', 'legacy'], ['support-ticket']),
  ...rows(partners, ['usage', 'csp-partner', 'unknown'], ['transfer', 'support-ticket']),
  ...rows(
    ['direct'],
    ['both', 'csp-partner', 'csp-partner'],
    ['transfer', 'wait-for-term', 'cancel-early', 'support-ticket'],
  ),
  ...rows(everybody, ['resale'], ['no-resale']),
]
const national: Row[] = [
  ...rows(everybody, ['licence', 'csp-partner', 'new-commerce'], ['wait-for-term']),
  ...rows(everybody, ['usage', 'csp-partner', 'azure-plan'], ['manual-migration']),
]

describe.each([
  { edition: '2017-03', cloud: 'global', table: edition2017 },
  { edition: '2017-03', cloud: 'germany', table: edition2017 },
  { edition: '2025', cloud: 'global', table: edition2025 },
  { edition: '2025', cloud: 'us-government', table: national },
  { edition: '2025', cloud: 'china', table: national },
  { edition: '2025', cloud: 'germany', table: rows(everybody, ['licence'], ['cloud-closed']) },
])('by edition $edition in the cloud $cloud', async ({ edition, cloud, table }) => {
  const world = await startWorld({ POLICY_EDITION: edition, CLOUD: cloud })

  it.each(table)('$name', async ({ role, clicks, outcome }) => {
    expect(clicks.length).toBeLessThanOrEqual(3)
    const chat = world.chat(somebody())
    await chat.say('hello')
    await chat.press('answer', { question: 'role', value: role })
    for (const value of clicks) await chat.press('answer', { value })
    const caseRecord = await world.findCase(chat.caseId())
    expect(caseRecord?.intake).toBe('answered')
    const decided = caseRecord && outcomeOf(policy, caseRecord)
    expect(decided && actionsOf(decided)).toEqual(outcome)
    expect(caseRecord?.edition).toBe(edition)
  })
})
