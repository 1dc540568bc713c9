import { describe, expect, it } from 'vitest'
import type { Case } from '../../../dialogs/case.ts'
import { withoutTexts } from '../../../dialogs/erasable-texts.ts'
import type { Answers } from '../../../dialogs/questions.ts'
import { adminRoles } from '../../../dialogs/roles.ts'
import { openCase, step } from '../../../dialogs/step.ts'
import { type Advanced, nameOf, startTrack, type Track } from '../../../dialogs/tracks/registry.ts'
import { policy } from '../../support/policy.ts'
import { at, by, contoso, fabrikam, fired, found, given, item, played, seen, stepTicked, transferOf } from './acting.ts'
import {
  adminContextOf,
  askApproval,
  deny,
  describedAdmin,
  directoryReaders,
  group,
  groupFound,
  hours,
  narrow,
  requestedAdmin,
} from './admin-scenes.ts'
import { createdInvitation, linkedInvitation, told } from './invitation-scenes.ts'
import { fromProvider, linkedRequest } from './request-scenes.ts'
import {
  beginTransfer,
  checked,
  describedTransfer,
  fields,
  pending,
  source,
  waitingTransfer,
} from './transfer-scenes.ts'

const person = { tenant: 'tenant', id: by }
const azure: Answers = { service: 'usage', 'usage-source': 'csp-partner', offer: 'azure-plan' }
const licences: Answers = { service: 'licence', 'licence-source': 'ea' }
const support: Answers = { service: 'licence', 'licence-source': 'microsoft-direct', goal: 'support-only' }

/** Starts the ended track of an answered case again. */
function again(track: Track, answers: Answers, ...others: Track[]): Track {
  const opening = { id: 'MC-7K2P9Q', conversation: 'c', edition: '2026-11', cloud: 'global', by: person, at } as const
  const { case: opened } = openCase(policy, opening)
  const before: Case = {
    ...opened,
    intake: 'answered',
    answers: { role: 'direct', ...answers },
    tracks: [...others, track],
  }
  const by = { kind: 'person', person } as const
  const started = step(policy, before, { type: 'track.started', track: nameOf(track), at, by })
  if (!started.ok) throw new Error(`${nameOf(track)} does not start: ${started.reason}`)
  const begun = started.value.case.tracks.at(-1)
  if (!begun) throw new Error('nothing was started')
  return begun
}

const failed = (subscription: string) => ({ ...item(subscription), status: 'failed' }) as const
const moved = (subscription: string) => ({ ...item(subscription), status: 'completed' }) as const

describe('a transfer that is started again', () => {
  const items = [moved('s1'), failed('s2')]
  const partly = waitingTransfer(seen([transferOf('partially-completed', { createdAt: at, items })]))

  it('keeps side, customer, partner and e-mail address, and what failed to move', () => {
    expect(partly.track.state).toBe('partially-completed')
    const next = again(partly.track, azure)
    expect(next).toMatchObject({
      state: 'collecting',
      context: {
        side: 'target',
        typed: { ...fields, source: 'fabrikam.example' },
        email: fields.email,
        left: [failed('s2')],
        customer: null,
        transfer: null,
        pending: null,
      },
    })
    const lookedUp = played({ track: next, effects: [] }, describedTransfer, found(contoso), found(fabrikam), checked)
    expect(played(lookedUp, stepTicked('request')).track.state).toBe('creating')
  })

  it('keeps nothing of what failed for another customer', () => {
    const begun: Advanced = { track: again(partly.track, azure), effects: [] }
    expect(played(begun, describedTransfer).track.context).toMatchObject({ left: [failed('s2')] })
    expect(played(begun, given({ ...fields, customer: 'other.example' })).track.context).toMatchObject({ left: [] })
  })

  it('keeps the customer of the current partner', () => {
    const accepted = source({ type: 'transfer.accepted', transfer: pending.id, items: ['s1', 's2'], at, by })
    const over = { ...accepted.track, state: 'failed' } as Track
    expect(again(over, azure).context).toMatchObject({ side: 'source', typed: { customer: 'contoso.example' } })
  })

  it('begins anew while the fields were not complete, and after texts were erased', () => {
    const cancelled = { type: 'track.cancelled', at, by } as const
    const half = played(beginTransfer(), given({ side: 'target' }), given({ ...fields, email: '' }), cancelled)
    const empty = { side: null, typed: { customer: '', source: '', email: '' }, left: [] }
    expect(again(half.track, azure).context).toMatchObject(empty)
    expect(again(withoutTexts(partly.track) as Track, azure).context).toMatchObject(empty)
  })
})

it('a relationship that is requested again keeps its customer', () => {
  const typed = played(startTrack({ kind: 'relationship' }, by, at), given({ customer: 'contoso.example' }))
  for (const state of ['lapsed', 'failed', 'cancelled'] as const) {
    expect(again({ ...typed.track, state } as Track, licences)).toMatchObject({
      state: 'collecting-customer',
      context: { typed: 'contoso.example', customer: null, pending: null },
    })
  }
})

describe('an invitation that is requested again', () => {
  const reseller = { ...licences, role: 'indirect-reseller' } as const

  it('keeps customer and note', () => {
    const declined = linkedInvitation(told({ kind: 'declined', reason: 'not ours' }))
    expect(again(declined.track, reseller)).toMatchObject({
      state: 'asking',
      context: {
        customer: contoso,
        typed: 'contoso.example',
        note: 'They bought through Open.',
        reason: null,
        due: null,
      },
    })
  })

  it('keeps products and note of a request', () => {
    const declined = linkedRequest(fromProvider({ kind: 'declined', reason: 'later' }))
    const answers = { ...azure, 'same-provider': 'no', role: 'indirect-reseller' } as const
    const kept = { customer: contoso, products: 'Azure plan', note: 'Before the year ends.' }
    expect(again(declined.track, answers)).toMatchObject({ state: 'asking', context: kept })
  })
})

describe('administration rights that are requested again', () => {
  const kept = {
    customer: contoso,
    typed: { customer: 'contoso.example', group: 'helpdesk' },
    presets: ['helpdesk'],
    days: 180,
    justification: 'Open licences moved to us.',
    group,
    approvals: [],
    decision: null,
    narrowed: null,
    requestedAt: null,
    number: 2,
    authors: [by],
  }
  const asked = describedAdmin(given({ group: 'helpdesk' }), groupFound, askApproval())

  it('keep customer, roles and duration after a denial and after the time is over', () => {
    const denied = played(asked, deny('too much'))
    const late = played(asked, { ...fired(hours(72)), by: 'timer' })
    for (const { track } of [denied, late]) {
      const next = again(track, support)
      expect(next).toMatchObject({ state: 'drafting', context: kept })
      expect(adminContextOf({ track: next, effects: [] }).roles).toEqual(adminContextOf(asked).roles)
      expect(played({ track: next, effects: [] }, askApproval()).track.state).toBe('awaiting-approval')
    }
  })

  it('take back what a narrowing removed', () => {
    const reduced = requestedAdmin(narrow([directoryReaders], 30, { required: 2 }), deny('no', { by: 'approver-2' }))
    expect(adminContextOf(reduced)).toMatchObject({ roles: [directoryReaders], days: 30 })
    const context = adminContextOf({ track: again(reduced.track, support), effects: [] })
    expect(context).toMatchObject({ days: 180, narrowed: null })
    expect(context.roles).toContain(adminRoles['helpdesk-administrator'])
  })

  it('begin anew once they were active', () => {
    const active = { ...asked.track, state: 'active' } as Track
    expect(again(active, support, createdInvitation().track).context).toMatchObject({
      presets: [],
      roles: [],
      justification: '',
    })
  })
})
