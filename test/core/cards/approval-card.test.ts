import { describe, expect, it } from 'vitest'
import { draw } from '../../../cards/draw.ts'
import { mailDraft } from '../../../cards/parts/invitation-link.ts'
import { sentenceOf } from '../../../cards/text/events.ts'
import { locales, text } from '../../../cards/text/text.ts'
import type { View } from '../../../cards/view.ts'
import type { Viewer } from '../../../cards/viewer.ts'
import type { Case } from '../../../dialogs/case.ts'
import type { HistoryEntry } from '../../../dialogs/events.ts'
import { adminRoles, everyRole, presetIds, rolesOf } from '../../../dialogs/roles.ts'
import type { AdminContext } from '../../../dialogs/tracks/delegated-admin/context.ts'
import { policy } from '../../support/policy.ts'
import { contosoTenant } from './action-cases.ts'
import { caseWith, now, partner, reseller } from './cases.ts'
import { adminCase, approvalLink, approved, askedCase, manager } from './desk-cases.ts'
import { allOf, dataOf, shownTexts } from './walk.ts'

const names: Record<string, string> = {
  [reseller.id]: 'An agent',
  [partner.id]: 'An approver',
  [manager.id]: 'A manager',
}
const viewer: Viewer = { locale: 'en', sandbox: false, names, at: now }
const cardOf = (caseRecord: Case, as: Partial<Viewer> = {}, more: Partial<Extract<View, { kind: 'case' }>> = {}) =>
  draw(policy, { kind: 'case', case: caseRecord, ...more }, { ...viewer, ...as })
const deskCard = (
  caseRecord: Case,
  more: Partial<Extract<View, { kind: 'approval' }>> = {},
  as: Partial<Viewer> = {},
) => draw(policy, { kind: 'approval', case: caseRecord, ...more }, { ...viewer, ...as })
const read = (card: unknown) => shownTexts(card).join('\n').replaceAll('\u00a0', ' ')
const drawn = { case: 'MC-7K2P9Q', rev: 3 }
const valuesOf = (choiceSet: Record<string, unknown> | undefined) =>
  ((choiceSet?.choices ?? []) as { value: string }[]).map(({ value }) => value)
const verbsOf = (card: unknown) => new Set(allOf(card, 'Action.Execute').map(({ verb }) => verb))
const global = adminRoles['global-administrator']
const everything = { ...askedCase, presets: ['global-administrator'], roles: [global] } satisfies Partial<AdminContext>
const yes = (by: string) => ({ by, at: '2026-11-22T09:00:00.000Z' })
const open = adminCase('awaiting-approval', askedCase)

describe('a request for administration rights', () => {
  it('starts from the answer that recommends it', () => {
    const given = {
      edition: '2026-11',
      role: 'direct',
      answers: { service: 'licence', 'licence-source': 'open', goal: 'support-only' },
    } as const
    expect(dataOf(cardOf(caseWith(given).case), 'start')).toContainEqual({ ...drawn, track: 'delegated-admin' })
  })

  it('offers every preset in plain words, none preselected, and asks for the reason', () => {
    const card = cardOf(adminCase('drafting'))
    const [toRead, toChange, toDoEverything, days] = allOf(card, 'Input.ChoiceSet')
    expect(toRead).toMatchObject({ id: 'presetsToRead', label: 'Can read', isMultiSelect: true, value: '' })
    expect(valuesOf(toRead)).toEqual(['security-reader', 'global-reader'])
    expect(toChange).toMatchObject({ id: 'presetsToChange', label: 'Can change', isMultiSelect: true, value: '' })
    expect(valuesOf(toChange)).toEqual(['helpdesk', 'licensing', 'exchange', 'teams', 'billing-support'])
    expect(toDoEverything).toMatchObject({ id: 'presetsToDoEverything', label: 'Everything', value: '' })
    expect(valuesOf(toDoEverything)).toEqual(['global-administrator'])
    expect(read(card)).not.toContain('Please choose at least one.')
    expect(days).toMatchObject({ id: 'days', value: '90' })
    expect(allOf(card, 'Input.Toggle')).toMatchObject([{ id: 'autoExtend', value: 'false' }])
    expect(allOf(card, 'Input.Text')).toMatchObject([
      { id: 'customer', isRequired: true },
      { id: 'justification', isRequired: true, maxLength: 500 },
      { id: 'group', maxLength: 256 },
    ])
    expect(dataOf(card, 'set')).toEqual([{ ...drawn, track: 'delegated-admin' }])
    expect(dataOf(card, 'tick')).toEqual([])
  })

  it('keeps the ticks in their lists, and asks for one where none was sent', () => {
    const sent = { ...askedCase, typed: { customer: 'contoso.com', group: '' }, customer: null }
    const kept = cardOf(adminCase('drafting', { ...sent, presets: ['helpdesk', 'global-reader'] }))
    const values = allOf(kept, 'Input.ChoiceSet').map(({ value }) => value)
    expect(values.slice(0, 3)).toEqual(['global-reader', 'helpdesk', ''])
    expect(read(cardOf(adminCase('drafting', { ...sent, presets: [], roles: [] })))).toContain(
      'Please choose at least one.',
    )
  })

  it('keeps the typed text with each fault beside its field', () => {
    const typed = { customer: 'contosso.com', group: 'Helpdesk' }
    const fault = { kind: 'not-found' } as const
    const customer = cardOf(adminCase('drafting', { ...askedCase, typed, customer: null, fault }))
    expect(read(customer)).toContain('No organisation found.')
    expect(read(customer)).not.toContain('I can’t find that group.')
    const group = cardOf(adminCase('drafting', { ...askedCase, typed, fault }))
    expect(read(group)).toContain('I can’t find that group. Check the spelling or enter its ID.')
    expect(read(group)).not.toContain('No organisation found')
    const ticked = allOf(group, 'Input.ChoiceSet').map(({ value }) => value)
    expect(ticked).toEqual(['', 'helpdesk', '', '90'])
    expect(allOf(group, 'Input.Text')).toMatchObject([
      { value: 'contosso.com' },
      { value: askedCase.justification },
      {},
    ])
  })

  it('is for the customer of the invitation if made for a reseller', () => {
    const context = {
      customer: contosoTenant,
      forCompany: 'Northwind Cloud',
      typed: { customer: 'contoso.com', group: '' },
    }
    const card = cardOf(adminCase('drafting', context))
    expect(allOf(card, 'Input.Text').map(({ id }) => id)).toEqual(['justification', 'group'])
    expect(read(card)).toContain('Customer\ncontoso.com\nFor the reseller\nNorthwind Cloud')
  })

  it('shows the whole request and the approvers before anyone is asked', () => {
    const card = cardOf(adminCase('drafting', askedCase), {}, { approvers: ['A manager', '**An approver**'] })
    expect(read(card)).toContain('Duration\n90 days from the customer’s approval\nWhy\nOpen licences moved to us')
    expect(read(card)).toContain('Helpdesk Administrator\nreset passwords and sign out users')
    expect(read(card)).toContain('Goes to\nA manager, **An approver**')
    expect(dataOf(card, 'tick')).toEqual([{ ...drawn, step: 'ask-approval' }])
    const many = Array.from({ length: 9 }, (_, index) => `Approver ${index}`)
    expect(read(cardOf(adminCase('drafting', askedCase), {}, { approvers: many }))).toContain('Approver 5 and 3 more')
  })

  it('cannot be sent if there is no approver', () => {
    const card = cardOf(adminCase('drafting', askedCase), {}, { approvers: [] })
    expect(read(card)).toContain('Goes to\nNo approvers yet.')
    expect(dataOf(card, 'tick')).toEqual([])
    expect(read(cardOf(adminCase('drafting', askedCase)))).not.toContain('Goes to')
  })

  it('shows the approvals and the number needed, and can be withdrawn', () => {
    const context = { ...askedCase, required: 2, approvals: [yes(manager.id)] }
    const card = cardOf(adminCase('awaiting-approval', context))
    expect(read(card)).toContain('  1 of 2 approvals\nA manager approved, 1 hour ago')
    expect(read(card)).toContain('Decide by: 25 Nov 2026, 08:00 UTC')
    expect(dataOf(card, 'withdraw')).toEqual([drawn])
  })

  it('gives the customer’s link with mail drafts of its own, and the last day', () => {
    const context = { ...approved, link: approvalLink, due: '2027-02-20T09:00:00.000Z' }
    const card = cardOf(adminCase('awaiting-customer', context))
    expect(read(card)).toContain('The customer has until 20 Feb 2027.')
    const links = allOf(card, 'Action.OpenUrl')
    expect(links.map(({ title }) => title)).toEqual(['Open the link', 'English', 'Français', 'Deutsch'])
    expect(decodeURIComponent(String(links[1]?.url))).toContain('limited administrator rights')
    for (const locale of locales) {
      const draft = decodeURIComponent(mailDraft(locale, approvalLink, 'mail.admin') ?? '')
      expect(draft).toContain(text(locale, 'mail.admin.subject'))
      expect(draft).toContain(approvalLink)
      expect(draft).toContain('90')
    }
    const late = { ...context, due: '2026-11-20T09:00:00.000Z' }
    expect(read(cardOf(adminCase('awaiting-customer', late)))).toContain('The customer has run out of time')
  })

  it('folds what was asked for while the customer has it', () => {
    const context = { ...approved, link: approvalLink, due: '2027-02-20T09:00:00.000Z' }
    const [fold] = allOf(cardOf(adminCase('awaiting-customer', context)), 'Container').filter(
      ({ id }) => id === 'request',
    )
    expect(fold).toMatchObject({ isVisible: false })
    expect(shownTexts(fold)).toEqual(
      expect.arrayContaining(['90 days from the customer’s approval', 'Helpdesk Administrator']),
    )
  })

  it('offers to continue or remove the half that exists at Microsoft, and not to cancel', () => {
    const relationship = { id: 'relationship', status: 'created' }
    const fault = { kind: 'refused', detail: 'Forbidden' } as const
    const card = cardOf(adminCase('creating', { ...approved, relationship, fault }))
    expect(read(card)).toContain('Request only partly set up')
    expect(dataOf(card, 'tick')).toEqual([
      { ...drawn, step: 'continue' },
      { ...drawn, step: 'remove' },
    ])
    expect(dataOf(card, 'cancel')).toEqual([])
    const given = {
      ...approved,
      group: { id: contosoTenant.id, name: 'Helpdesk' },
      relationship: { id: 'r', status: 'active' },
    }
    const ungiven = cardOf(adminCase('awaiting-customer', { ...given, fault }))
    expect(dataOf(ungiven, 'tick')).toEqual([
      { ...drawn, step: 'continue' },
      { ...drawn, step: 'without-group' },
    ])
  })

  it('needs no manual check for a request that is found by its name', () => {
    const pending = { call: 'create-admin', since: now, parked: true }
    const created = cardOf(adminCase('creating', { ...approved, pending }))
    expect(dataOf(created, 'tick')).toEqual([{ ...drawn, step: 'call-again' }])
    const locked = cardOf(adminCase('creating', { ...approved, pending: { ...pending, call: 'lock-admin' } }))
    expect(dataOf(locked, 'tick')).toEqual([
      { ...drawn, step: 'call-happened' },
      { ...drawn, step: 'call-again' },
    ])
  })

  it('ends with the granted rights, their end and the manual steps left', () => {
    const card = cardOf(
      adminCase('active', { ...approved, assigned: true, group: { id: contosoTenant.id, name: 'Helpdesk' } }),
    )
    expect(read(card)).toContain('Admin rights are active\nWell done! They’re valid until about 18 Feb 2027')
    expect(read(card)).toContain(
      'For the group\nHelpdesk\nHelpdesk Administrator\nCan change\nService Support Administrator\nCan change\nDirectory Readers\nCan read',
    )
    expect(read(card)).not.toContain('by hand')
    expect(read(card)).not.toContain('No one can use them yet')
    const byHand = cardOf(adminCase('active', { ...approved, autoExtend: true }))
    expect(read(byHand)).toContain('and then auto-extend by 180 days')
    expect(read(byHand)).toContain('No one can use them yet: in Partner Center, give a security group access')
  })

  it('shows the reason of its end and the next options', () => {
    const denial = { kind: 'denied', ...yes(manager.id), reason: 'Too much' } as const
    const denied = cardOf(adminCase('denied', { ...askedCase, decision: denial }))
    expect(read(denied)).toContain('A manager denied, 1 hour ago\nReason\nToo much')
    expect(dataOf(denied, 'start')).toEqual([
      { ...drawn, track: 'delegated-admin' },
      { ...drawn, track: 'plan/work-in-customer-tenant' },
    ])
    const lapsed = { ...approved, decision: { ...denial, by: 'upstream', reason: null } }
    const lost = read(cardOf(adminCase('denied', { ...lapsed, fault: { kind: 'approval-lapsed' } })))
    expect(lost).toContain('One of the people who approved this is no longer an approver.')
    expect(lost).not.toContain('Microsoft denied')
    expect(read(cardOf(adminCase('expired', askedCase)))).toContain('Approval timed out')
    expect(read(cardOf(adminCase('expired', approved)))).toContain('The customer didn’t approve in time')
    expect(read(cardOf(adminCase('failed', approved)))).toContain('No rights were granted.')
    expect(read(cardOf(adminCase('withdrawn', askedCase)))).toContain('Request withdrawn')
  })
})

describe('Global Administrator', () => {
  const warning = 'Global Administrator: full access'
  const states: [string, Case, Partial<AdminContext>?][] = [
    ['before it is asked for', adminCase('drafting', everything)],
    ['while it waits for approval', adminCase('awaiting-approval', everything)],
    ['while it waits for the customer', adminCase('awaiting-customer', { ...approved, ...everything, due: null })],
    ['when it is active', adminCase('active', { ...approved, ...everything, due: null })],
    ['when it was denied', adminCase('denied', everything)],
  ]

  it.each(states)('stands out %s', (_, caseRecord) => {
    const flags = (card: unknown) =>
      allOf(card, 'Container').filter(({ style, items }) => style === 'attention' && read(items).includes(warning))
    expect(flags(cardOf(caseRecord))).toHaveLength(1)
    if (caseRecord.tracks.some((track) => track.state !== 'drafting'))
      expect(flags(deskCard(caseRecord))).toHaveLength(1)
  })

  it('needs one more approval and has a destructive button to ask for it', () => {
    expect(read(deskCard(adminCase('awaiting-approval', everything)))).toContain('0 of 2 approvals')
    expect(read(deskCard(open))).toContain('0 of 1 approvals')
    const ask = (caseRecord: Case) => allOf(cardOf(caseRecord), 'Action.Execute').find(({ verb }) => verb === 'tick')
    expect(ask(adminCase('drafting', everything))).toMatchObject({ style: 'destructive' })
    expect(ask(adminCase('drafting', askedCase))).toMatchObject({ style: 'positive' })
  })
})

describe('the card at the approvals desk', () => {
  it('shows everyone the requester, the customer, the rights, the duration, the reason and the deadline', () => {
    const told = read(deskCard(adminCase('awaiting-approval', { ...askedCase, forCompany: 'Northwind Cloud' })))
    for (const part of [
      'Approval\nMC-7K2P9Q',
      'Asked by\nAn agent, 2 hours ago',
      'Customer\ncontoso.com',
      'For the reseller\nNorthwind Cloud',
      'Duration\n90 days from the customer’s approval',
      'Why\nOpen licences moved to us; we answer their tickets.',
      'Directory Readers\nview users, groups and licences; change nothing\nCan read',
      '0 of 1 approvals',
      'Decide by: 25 Nov 2026, 08:00 UTC',
    ])
      expect(told).toContain(part)
  })

  it('offers everyone to approve, narrow or deny, because authority is checked on the press', () => {
    const card = deskCard(open)
    expect(verbsOf(card)).toEqual(new Set(['approve', 'narrow', 'deny']))
    for (const verb of ['approve', 'narrow', 'deny']) expect(dataOf(card, verb)).toEqual([drawn])
    expect(allOf(card, 'Input.ChoiceSet')).toMatchObject([
      { id: 'roles', value: askedCase.roles.join(), isMultiSelect: true },
      { id: 'days', value: '90' },
    ])
    expect(allOf(card, 'Input.Text')).toMatchObject([{ id: 'reason' }])
    // A required field of one button would block the other button.
    for (const type of ['Input.Text', 'Input.ChoiceSet'])
      for (const field of allOf(card, type)) expect(field).not.toHaveProperty('isRequired')
  })

  it('has a line between the button that decides at once and those that open a form', () => {
    const rows = allOf(deskCard(open), 'ActionSet').map(({ actions, separator }) => ({
      titles: (actions as { title: string }[]).map(({ title }) => title),
      separator,
    }))
    expect(rows.slice(0, 2)).toEqual([
      { titles: ['Approve'], separator: undefined },
      { titles: [text('en', 'approval.narrow'), text('en', 'approval.deny')], separator: true },
    ])
  })

  it('offers only shorter durations', () => {
    const card = deskCard(adminCase('awaiting-approval', { ...askedCase, days: 100 }))
    const [, days] = allOf(card, 'Input.ChoiceSet')
    expect(valuesOf(days)).toEqual(['7', '30', '90', '100'])
  })

  it.each([
    ['own-request', 'This is your own request: someone else decides on it.'],
    ['not-approver', 'Your organisation’s approvers decide on this request.'],
    ['decided', 'You’ve approved. One more approval is needed.'],
  ] as const)('hides the buttons from %s and says why', (mine, says) => {
    const card = deskCard(open, { mine })
    expect(allOf(card, 'Action.Execute')).toEqual([])
    expect(read(card)).toContain(says)
    const base = read(deskCard(open)).split('Decide by')[0] ?? ''
    expect(read(card)).toContain(base)
  })

  it('is the base card for approvers', () => {
    expect(deskCard(open, { mine: 'can' })).toEqual(deskCard(open))
  })

  it('reopens the form with the missing content', () => {
    const folds = (card: unknown) =>
      Object.fromEntries(allOf(card, 'Container').flatMap(({ id, isVisible }) => (id ? [[id, isVisible]] : [])))
    expect(folds(deskCard(open))).toEqual({ narrow: false, deny: false })
    const reason = deskCard(open, { banner: { key: 'approval-no-reason' } })
    expect(folds(reason)).toEqual({ narrow: false, deny: true })
    expect(shownTexts(reason).filter((said) => said === 'Please give a reason.')).toHaveLength(1)
    const less = deskCard(open, { banner: { key: 'approval-not-less' } })
    expect(folds(less)).toEqual({ narrow: true, deny: false })
    const said = read(less)
    expect(said.split('That doesn’t reduce the request.')).toHaveLength(2)
    expect(said.indexOf('That doesn’t reduce')).toBeGreaterThan(said.indexOf('Roles to keep'))
  })

  it('keeps the roles and the duration of a narrowing that was refused', () => {
    const [role = ''] = askedCase.roles
    const valuesOf = (kept?: { roles: string[]; days: number }) =>
      allOf(deskCard(open, { banner: { key: 'approval-not-less' }, kept }), 'Input.ChoiceSet').map(({ value }) => value)
    expect(valuesOf()).toEqual([askedCase.roles.join(), '90'])
    expect(valuesOf({ roles: [role], days: 90 })).toEqual([role, '90'])
    expect(valuesOf({ roles: [], days: 7 })).toEqual(['', '7'])
    const days = allOf(deskCard(open, { kept: { roles: [], days: 7 } }), 'Input.ChoiceSet')[1]
    expect(days?.choices).toContainEqual({ title: '90 days', value: '90' })
  })

  it('opens one form at a time', () => {
    const toggles = allOf(deskCard(open), 'Action.ToggleVisibility').map(({ targetElements }) => targetElements)
    expect(toggles).toEqual([
      ['narrow', { elementId: 'deny', isVisible: false }],
      ['deny', { elementId: 'narrow', isVisible: false }],
    ])
  })

  it('shows author, time and reason of the decision, and the present state', () => {
    const relationship = { id: 'relationship', status: 'approvalPending' }
    const waiting = deskCard(adminCase('awaiting-customer', { ...approved, relationship, link: approvalLink }))
    expect(read(waiting)).toContain(
      'Approved\nNow: waiting for the customer’s approval\nA manager approved, 1 hour ago',
    )
    expect(allOf(waiting, 'Action.Execute')).toEqual([])
    // The link is for the customer and the requester.
    expect(JSON.stringify(waiting)).not.toContain(approvalLink)
    const less = { roles: [adminRoles['directory-readers']], days: 30 }
    const narrowed = { ...less, from: { roles: [...askedCase.roles], days: 90 }, ...yes(manager.id) }
    const decision = { ...approved.decision, kind: 'narrowed' } as const
    const narrow = read(deskCard(adminCase('active', { ...approved, ...less, narrowed, decision })))
    expect(narrow).toContain('Approved with changes\nNow: the rights are active')
    expect(narrow).toContain(
      'A manager reduced it, 1 hour ago: Helpdesk Administrator, Service Support Administrator removed, 90 → 30 days\nA manager approved',
    )
    const denial = { kind: 'denied', ...yes(manager.id), reason: 'Too much' } as const
    expect(read(deskCard(adminCase('denied', { ...askedCase, decision: denial })))).toContain(
      'Denied\nA manager denied, 1 hour ago\nReason\nToo much',
    )
    expect(read(deskCard(adminCase('expired', askedCase)))).toContain('Approval timed out')
    expect(read(deskCard(adminCase('withdrawn', askedCase)))).toContain('Withdrawn by the requester')
    expect(read(deskCard(adminCase('cancelled', askedCase)))).toContain('The case was cancelled')
    expect(read(deskCard(adminCase('expired', approved)))).toContain('Now: the customer didn’t approve in time')
  })

  it('shows nothing else of the case', () => {
    const other = caseWith({ role: 'direct', answers: { service: 'usage', 'usage-source': 'ea' } }).case
    const told = read(deskCard({ ...open, answers: other.answers }))
    expect(told).not.toContain('Azure')
    expect(verbsOf(deskCard(open, {}, { userIds: [] }))).not.toContain('show')
  })

  it('refreshes itself for the given people if nothing is lost by it', () => {
    const userIds = ['29:one', '29:two']
    expect(deskCard(open, {}, { userIds })).toMatchObject({
      refresh: { userIds, action: { verb: 'refresh', data: drawn } },
    })
    expect(deskCard(open, { mine: 'can' }, { userIds })).toHaveProperty('refresh')
    expect(deskCard(open, { banner: { key: 'approval-twice' } }, { userIds })).not.toHaveProperty('refresh')
  })
})

describe('the roles', () => {
  it('have a name and a description in every language', () => {
    for (const locale of locales) {
      const card = read(
        deskCard(
          adminCase('awaiting-approval', { ...askedCase, roles: everyRole.map(({ id }) => id) }),
          {},
          { locale },
        ),
      )
      for (const { key } of everyRole) {
        expect(card).toContain(
          `${text(locale, `role.${key}.title`)}\n${text(locale, `role.${key}.may`)}`.replaceAll('\u00a0', ' '),
        )
      }
    }
    expect(new Set(presetIds.flatMap((preset) => rolesOf([preset]))).size).toBe(everyRole.length)
  })

  it('are named by their id if unknown', () => {
    const card = deskCard(adminCase('awaiting-approval', { ...askedCase, roles: [contosoTenant.id] }))
    expect(read(card)).toContain(`A role I don’t know\n${contosoTenant.id}\nCan change`)
  })
})

describe('a code for a reseller', () => {
  it.each([
    ['en', 'link K7M2-X9QD', 'within 10 minutes'],
    ['fr', 'lier K7M2-X9QD', 'dans les 10 minutes'],
    ['de', 'koppeln K7M2-X9QD', 'innerhalb von 10 Minuten'],
  ] as const)('stands large in %s, just as it is typed', (locale, typed, limit) => {
    const line = { key: 'link-code', code: 'K7M2-X9QD', minutes: 10 } as const
    const card = draw(policy, { kind: 'message', banner: line }, { ...viewer, locale })
    expect(allOf(card, 'TextRun').slice(1)).toMatchObject([{ text: typed, size: 'extraLarge', fontType: 'monospace' }])
    expect(read(card)).toContain(limit)
  })
})

describe('the history of several desks', () => {
  const told = (event: HistoryEntry['event'], detail: HistoryEntry['detail'], by = manager.id) =>
    sentenceOf({ at: now, by, event, detail }, names[by], 'en')

  it('names author, decision and reason', () => {
    expect(told('step.ticked', { step: 'ask-approval' }, reseller.id)).toBe('An agent asked for approval.')
    expect(told('approval.given', {})).toBe('A manager approved the admin rights.')
    expect(told('approval.denied', { reason: 'Too much' })).toBe('A manager denied the admin rights: Too much')
    const less = { roles: [global], days: 30, asked: { roles: [global], days: 90 } }
    expect(told('approval.narrowed', less)).toBe('A manager approved with changes: 90 → 30 days.')
    expect(told('approval.withdrawn', {}, reseller.id)).toBe('An agent withdrew the request for admin rights.')
  })

  it('names the customer that was entered, and the organisation that was found', () => {
    const named = (track: string, customer = 'Fabrikam') => told('details.given', { track, named: customer })
    expect(named('relationship')).toBe('A manager named the customer Fabrikam.')
    expect(named('transfer')).toBe('A manager entered the customer Fabrikam and the partner.')
    expect(named('invitation')).toBe('A manager named the customer Fabrikam for the invitation.')
    expect(named('invitation/order')).toBe('A manager described the request to the provider for Fabrikam.')
    expect(named('relationship', '')).toBe('A manager named the customer.')
    expect(told('call.answered', { call: 'find-tenant', found: 'Fabrikam' }, 'upstream')).toBe('Found Fabrikam.')
    expect(told('call.answered', { call: 'find-tenant' }, 'upstream')).toBe('Found the organisation.')
  })

  it('names the other partner but none of its people', () => {
    const from = { tenant: 'b2f4c1de-52f0-4c5e-9a3c-2f7b8a2d1e02', case: 'MC-ABC123' }
    expect(told('case.opened', {}, 'peer')).toBe('The other partner opened the case.')
    expect(told('case.opened', { from }, 'peer')).toBe(
      'The other partner opened the case. Their case number: MC-ABC123.',
    )
    expect(told('peer.linked', { track: 'invitation', peer: from }, 'peer')).toBe(
      'The direct partner has received the request. Their case number: MC-ABC123.',
    )
    expect(told('peer.linked', { track: 'invitation', peer: { case: '*x*' } }, 'peer')).toBe(
      'The direct partner has received the request.',
    )
    expect(told('peer.told', { track: 'invitation', news: 'invitation' }, 'peer')).toBe(
      'The direct partner sent the invitation.',
    )
    expect(told('invitation.sent', { to: 'reseller' })).toBe('A manager sent the invitation to the reseller.')
    expect(told('invitation.declined', { reason: 'No contract' })).toBe('A manager declined: No contract')
  })
})
