import { describe, expect, it } from 'vitest'
import { presetIds, rolesOf } from '../../../dialogs/roles.ts'
import { ACCESS_DAYS } from '../../../dialogs/tracks/delegated-admin/context.ts'
import { advance } from '../../../dialogs/tracks/registry.ts'
import { at, by, callRefused, callsIn, contoso, found, given, played, usable } from './acting.ts'
import {
  adminContextOf,
  askApproval,
  beginAdmin,
  daysLater,
  describedAdmin,
  form,
  group,
  groupFound,
  hours,
} from './admin-scenes.ts'

describe('the draft of a request', () => {
  it('selects nothing by itself', () => {
    expect(adminContextOf(beginAdmin())).toMatchObject({
      presets: [],
      roles: [],
      autoExtend: false,
      days: ACCESS_DAYS.default,
    })
    expect(advance(beginAdmin().track, askApproval())).toBeUndefined()
  })

  it('can be submitted once customer, roles and reason are there, and no sooner', () => {
    const lacking = [
      played(beginAdmin(), form()),
      played(beginAdmin(), given({ customer: 'contoso.example' }), found(contoso), form({ justification: '  ' })),
      describedAdmin(given({ presets: '' })),
      describedAdmin(given({ group: 'helpdesk' })),
      describedAdmin(given({ group: 'helpdesk' }), callRefused('find-group', 'not-found')),
      describedAdmin(given({ customer: 'fabrikam.example' })),
    ]
    for (const advanced of lacking) expect(advance(advanced.track, askApproval())).toBeUndefined()
    const asked = describedAdmin(askApproval(2))
    expect(asked.track).toMatchObject({
      state: 'awaiting-approval',
      context: { requestedAt: at, requestedBy: by, required: 2, due: hours(72), remindAt: hours(24) },
    })
    expect(asked.effects).toEqual([
      { kind: 'ask-approval', track: 'delegated-admin', reminder: false },
      { kind: 'wake', track: 'delegated-admin', timer: 'clock', due: hours(24) },
    ])
    expect(usable(asked.track, [form(), given({ customer: 'fabrikam.example' }), askApproval()])).toEqual([])
  })

  it('looks up changed fields one after the other, each once', () => {
    const both = played(beginAdmin(), form({ customer: 'contoso.example', group: 'helpdesk' }))
    expect(callsIn(both.effects)).toEqual([{ name: 'find-tenant', who: 'customer', text: 'contoso.example' }])
    expect(callsIn(played(both, given({ justification: 'Other.' }, daysLater(1))).effects)).toEqual([])
    const next = played(both, found(contoso))
    expect(callsIn(next.effects)).toEqual([{ name: 'find-group', text: 'helpdesk' }])
    const ready = played(next, groupFound)
    expect(adminContextOf(ready)).toMatchObject({ customer: contoso, group, pending: null })
    expect(played(ready, form({ customer: 'contoso.example', group: 'helpdesk' })).effects).toEqual([])
    expect(adminContextOf(played(ready, given({ group: '' })))).toMatchObject({ group: null, pending: null })
  })

  it.each([
    { days: '0' },
    { days: '731' },
    { days: '1.5' },
    { days: '' },
    { presets: 'helpdesk,everything' },
    { autoExtend: 'yes' },
    { justification: 'x'.repeat(1_001) },
    { unknown: 'field' },
  ])('takes no %j', (fields) => {
    expect(advance(describedAdmin().track, given(fields as unknown as Record<string, string>))).toBeUndefined()
  })

  it('lists the roles of its presets, each once', () => {
    const { roles } = adminContextOf(describedAdmin(given({ presets: 'helpdesk,licensing' })))
    expect(roles).toEqual(rolesOf(['helpdesk', 'licensing']))
    expect(new Set(roles).size).toBe(roles.length)
    for (const preset of presetIds) expect(rolesOf([preset])).not.toEqual([])
  })

  it('is never extended automatically with the Global Administrator role', () => {
    expect(adminContextOf(describedAdmin(given({ autoExtend: 'true' })))).toMatchObject({ autoExtend: true })
    const all = describedAdmin(given({ autoExtend: 'true', presets: 'helpdesk,global-administrator' }))
    expect(adminContextOf(all)).toMatchObject({ autoExtend: false })
    expect(adminContextOf(played(all, given({ autoExtend: 'true' })))).toMatchObject({ autoExtend: false })
  })

  it('for a reseller keeps the customer of the invitation, whatever is typed', () => {
    const typed = played(beginAdmin('Relecloud'), form({ customer: 'fabrikam.example' }))
    expect(typed.effects).toEqual([])
    expect(adminContextOf(typed)).toMatchObject({ customer: contoso, pending: null })
  })
})
