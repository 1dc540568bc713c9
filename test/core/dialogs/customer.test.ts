import { describe, expect, it } from 'vitest'
import { customerOf, readCustomer, readTenant } from '../../../dialogs/customer.ts'
import { erased, withoutTexts } from '../../../dialogs/erasable-texts.ts'
import { step } from '../../../dialogs/step.ts'
import { parse, serialize } from '../../../dialogs/versions.ts'
import { policy } from '../../support/policy.ts'
import { fabrikamTenant, relationshipCase } from '../cards/action-cases.ts'

const at = '2026-11-29T10:00:00.000Z'
const person = { kind: 'person', person: { tenant: 't', id: 'p' } } as const
const unnamed = relationshipCase('collecting-customer')
const looked = relationshipCase('fetching-link', { customer: fabrikamTenant })

function name(caseRecord: typeof unnamed, named: string) {
  const result = step(policy, caseRecord, { type: 'customer.named', named, at, by: person })
  if (!result.ok) throw new Error(result.reason)
  return result.value
}

describe('what people type for a customer', () => {
  it.each([
    ['Fabrikam.example', 'fabrikam.example'],
    ['  jo@fabrikam.example ', 'fabrikam.example'],
    ['mailto:jo@fabrikam.example', 'fabrikam.example'],
    ['https://www.fabrikam.example/imprint?a=b#c', 'fabrikam.example'],
    ['www.fabrikam.example', 'fabrikam.example'],
    [fabrikamTenant.id.toUpperCase(), fabrikamTenant.id],
    [`https://partner.microsoft.com/dashboard/customers/${fabrikamTenant.id}/home`, fabrikamTenant.id],
    ['https://partner.microsoft.com/dashboard', undefined],
    ['Fabrikam', undefined],
    ['Fabrikam Ltd. and sons', undefined],
    ['nobody@', undefined],
    ['', undefined],
  ])('reads %j as %j', (typed, found) => {
    expect(readTenant(typed)).toBe(found)
  })

  it('keeps a name as it is, and knows the domain of an address', () => {
    expect(readCustomer(' Fabrikam ')).toEqual({ name: 'Fabrikam', domain: null, tenant: null })
    expect(readCustomer('jo@fabrikam.example')).toMatchObject({ name: 'fabrikam.example', domain: 'fabrikam.example' })
    expect(readCustomer(' ')).toBeUndefined()
  })
})

describe('the customer of a case', () => {
  it('is the one that was looked up, unless a person named another', () => {
    const found = { name: 'Fabrikam', domain: fabrikamTenant.domain, tenant: fabrikamTenant.id }
    expect(customerOf(unnamed)).toBeUndefined()
    expect(customerOf(looked)).toEqual(found)
    const other = name(looked, 'Contoso')
    expect(customerOf(other.case)?.name).toBe('Contoso')
    expect(other.entry).toMatchObject({ event: 'customer.named', detail: { named: 'Contoso' } })
    expect(customerOf(name(other.case, '').case)).toEqual(found)
    expect(customerOf(name(looked, 'jo@fabrikam.example').case)).toEqual(found)
    expect(step(policy, unnamed, { type: 'customer.named', named: ' ', at, by: person }).ok).toBe(false)
  })

  it('is in the history of a form, without the person whose address was typed, and erasable', () => {
    const fields = { customer: 'jo@fabrikam.example' }
    const given = step(policy, unnamed, { type: 'details.given', track: 'relationship', fields, at, by: person })
    if (!given.ok) throw new Error(given.reason)
    const { detail } = given.value.entry
    expect(detail).toMatchObject({ fields: ['customer'], named: 'fabrikam.example' })
    expect(withoutTexts(detail)).toMatchObject({ named: erased })
  })

  it('is stored, missing in cases of earlier releases, and erased with the other typed texts', () => {
    const { version, context } = serialize(name(unnamed, 'Contoso').case)
    expect(parse(version, context).named?.name).toBe('Contoso')
    const { named: _named, ...earlier } = JSON.parse(context)
    expect(customerOf(parse(version, JSON.stringify(earlier)))).toBeUndefined()
    const cleared = parse(version, JSON.stringify(withoutTexts(JSON.parse(context))))
    expect(cleared.named?.name).toBe(erased)
    expect(customerOf(cleared)).toBeUndefined()
  })

  it('can be named in a closed case without opening it again', () => {
    expect(name({ ...looked, closed: at }, 'Contoso').case.closed).toBe(at)
  })
})
