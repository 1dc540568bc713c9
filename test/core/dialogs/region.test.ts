import { describe, expect, it } from 'vitest'
import { eligibilitySchema } from '../../../dialogs/calls.ts'
import { regionCheck } from '../../../dialogs/region.ts'
import { startTrack } from '../../../dialogs/tracks/registry.ts'
import { parse } from '../../../dialogs/versions.ts'

describe('the CSP regions of partner and customer', () => {
  it.each([
    ['the same country', 'AU', 'AU', 'yes'],
    ['two countries of the EU', 'DE', 'AT', 'yes'],
    ['the EU and EFTA', 'FR', 'CH', 'yes'],
    ['two countries of EFTA', 'NO', 'LI', 'yes'],
    ['the United States and another country', 'US', 'CA', 'no'],
    ['another country and Brazil', 'PT', 'BR', 'no'],
    ['the United Kingdom and the EU', 'GB', 'IE', 'unknown'],
    ['EFTA and the United Kingdom', 'CH', 'GB', 'unknown'],
    ['two countries that may share a region', 'KE', 'GH', 'unknown'],
    ['the two markets of one country', 'US', 'BR', 'no'],
    ['letters in lower case', 'de', ' at ', 'yes'],
    ['a customer whose country is unknown', 'DE', undefined, 'unknown'],
    ['a partner without a country', undefined, 'DE', 'unknown'],
    ['an empty country', 'DE', '', 'unknown'],
  ] as const)('of %s', (_name, partner, customer, expected) => {
    expect(regionCheck(partner, customer)).toBe(expected)
  })

  it('are symmetric', () => {
    const countries = ['DE', 'FR', 'CH', 'GB', 'US', 'BR', 'KE']
    for (const one of countries) {
      for (const other of countries) expect(regionCheck(one, other)).toBe(regionCheck(other, one))
    }
  })
})

const at = '2026-11-22T10:00:00.000Z'

/** Reads a case whose transfer has these conditions, as the release before wrote it. */
function readTransfer(eligibility: object) {
  const { track } = startTrack({ kind: 'transfer', way: 'api', product: 'azure', moved: [] }, 'someone', at)
  const tracks = [{ ...track, context: { ...track.context, eligibility } }]
  return parse(1, JSON.stringify({ cloud: 'global', intake: 'answered', answers: {}, tracks, updatedBy: 'someone' }))
}

describe('the conditions of a transfer stored before there were regions', () => {
  const others = { relationship: 'yes', azurePlan: 'unknown' } as const

  it.each([
    ['yes', 'yes'],
    ['no', 'unknown'],
    ['unknown', 'unknown'],
  ] as const)('read the same country %s as the region %s', (sameCountry, region) => {
    expect(eligibilitySchema.parse({ ...others, sameCountry })).toEqual({ ...others, region })
  })

  it('are read with the case that holds them', () => {
    const eligibility = { relationship: 'yes', sameCountry: 'no', azurePlan: 'yes' }
    const expected = { relationship: 'yes', region: 'unknown', azurePlan: 'yes' }
    expect(readTransfer(eligibility).tracks).toMatchObject([{ context: { eligibility: expected } }])
  })

  it('keep the region once they have one', () => {
    expect(eligibilitySchema.parse({ ...others, region: 'no' })).toEqual({ ...others, region: 'no' })
  })

  it('are refused with neither or with a foreign field', () => {
    expect(eligibilitySchema.safeParse(others).success).toBe(false)
    expect(eligibilitySchema.safeParse({ ...others, region: 'no', more: 1 }).success).toBe(false)
  })
})
