import { expect, it } from 'vitest'
import { startTrack } from '../../../dialogs/tracks/registry.ts'
import {
  at,
  by,
  callAnswered,
  callsIn,
  contoso,
  email,
  fabrikam,
  found,
  given,
  played,
  stepTicked,
  usable,
} from './acting.ts'
import { checked } from './transfer-scenes.ts'

const reseller = { tenant: 'reseller-tenant', name: 'Wingtip' }
const asked = { customer: contoso, partnerId: '', reseller }
const begin = (more: { asked?: typeof asked } = { asked }) =>
  startTrack({ kind: 'transfer', way: 'api', product: 'azure', moved: [], ...more }, by, at)
const ready = (begun: ReturnType<typeof begin>, fields: Record<string, string> = {}) => {
  const form = { customer: contoso.domain, source: fabrikam.domain, email, ...fields }
  return played(begun, given(form), found(contoso), found(fabrikam), checked)
}
const request = stepTicked('request')

it('a transfer that a reseller asked for begins on the new partner’s side with the customer', () => {
  expect(begin().track).toMatchObject({ context: { side: 'target', typed: { customer: contoso.domain }, reseller } })
})

it.each(['', '12', '48473x3', 'reseller'])(
  'is not requested with %j as the partner id of that reseller',
  (partnerId) => {
    expect(usable(ready(begin(), { partnerId }).track, [request])).toEqual([])
  },
)

it('names that reseller as the partner of record', () => {
  const requested = played(ready(begin(), { partnerId: ' 4847383 ' }), request)
  expect(callsIn(requested.effects)).toMatchObject([{ name: 'create-transfer', partnerOnRecord: '4847383' }])
  const known = played(ready(begin({ asked: { ...asked, partnerId: '4847383' } })), request)
  expect(callsIn(known.effects)).toMatchObject([{ name: 'create-transfer', partnerOnRecord: '4847383' }])
})

it('names nobody where no reseller is meant', () => {
  const own = played(begin({}), given({ side: 'target' }))
  const [call] = callsIn(played(ready(own), request).effects)
  expect(call).toMatchObject({ name: 'create-transfer' })
  expect(call).not.toHaveProperty('partnerOnRecord')
})

it('finds the partner id of that reseller among those linked with us', () => {
  const form = { customer: contoso.domain, source: fabrikam.domain, email, partnerId: '' }
  const looking = played(begin(), given(form), found(contoso), found(fabrikam))
  expect(callsIn(looking.effects)).toEqual([
    { name: 'check-transfer', customer: contoso.id, reseller: reseller.tenant },
  ])
  const eligibility = { relationship: 'yes', region: 'yes', azurePlan: 'yes', reseller: 'yes' } as const
  const linked = callAnswered({ call: 'check-transfer', eligibility, partnerId: '1000002' })
  expect(callsIn(played(looking, linked, request).effects)).toMatchObject([{ partnerOnRecord: '1000002' }])
})

it('stays with the customer that the reseller asked for, whatever is typed', () => {
  const typed = played(begin(), given({ customer: 'other.example', source: fabrikam.domain, email }))
  expect(callsIn(typed.effects)).toEqual([{ name: 'find-tenant', who: 'customer', text: contoso.domain }])
})
