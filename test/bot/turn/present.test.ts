import { expect, it } from 'vitest'
import { renderSource, showCase } from '../../../bot/present.ts'
import { openCase } from '../../../dialogs/step.ts'
import { savePerson } from '../../../state/directory.ts'
import { openDatabase } from '../../../state/engine/database.ts'
import { storeAwaiting } from '../../support/awaiting-approval.ts'
import { policy } from '../../support/policy.ts'
import { settingOf } from '../../support/setting.ts'

it('makes a card refresh for the person of a personal chat, not in channels or in the sandbox', async () => {
  const at = new Date().toISOString()
  const by = { tenant: 'tenant', id: 'someone' }
  const caseRecord = openCase(policy, {
    id: 'MC-7K2P9Q',
    conversation: 'c',
    edition: '2026-11',
    cloud: 'global',
    by,
    at,
  }).case
  const database = await openDatabase('sqlite::memory:')
  const refreshOf = (kind: 'personal' | 'channel', sandbox: boolean) =>
    database.transaction(async (tx) => {
      const deployment = settingOf({ edition: '2026-11', sandbox })
      const place = { kind, locale: 'en', user: kind === 'personal' ? '29:user' : undefined, at } as const
      const { card } = renderSource(
        deployment,
        await showCase(tx, deployment, place, { kind: 'case', case: caseRecord }),
      )
      return card.refresh
    })
  expect(await refreshOf('personal', false)).toMatchObject({
    userIds: ['29:user'],
    action: { verb: 'refresh', data: { case: 'MC-7K2P9Q', rev: 0 } },
  })
  expect(await refreshOf('channel', false)).toBeUndefined()
  expect(await refreshOf('personal', true)).toBeUndefined()
  await database.close()
})

it('makes a request at the desk refresh for its requester and for approvers who are known to the bot', async () => {
  const at = new Date().toISOString()
  const by = { tenant: 'tenant', id: 'someone' }
  const database = await openDatabase('sqlite::memory:')
  const [approver, silent, member] = ['6', '7', '8'].map((digit) => `${digit}6666666-6666-4666-8666-666666666666`) as [
    string,
    string,
    string,
  ]
  const asking = {
    by,
    conversation: 'a:partner',
    at,
    customer: { id: 'c0000000-0000-4000-8000-000000000001', name: 'Fabrikam', domain: 'fabrikam.example' },
  }
  const refresh = await database.transaction(async (tx) => {
    const { case: caseRecord } = await storeAwaiting(tx, asking)
    await savePerson(tx, { tenant: by.tenant, id: by.id, name: '', account: '29:asker' }, at, undefined)
    await savePerson(tx, { tenant: by.tenant, id: approver, name: '', account: '29:approver' }, at, undefined)
    await savePerson(tx, { tenant: by.tenant, id: member, name: '', account: '29:member' }, at, undefined)
    const base = settingOf({ sandbox: false })
    const approvers = () => ({ people: [approver, silent], group: 'Approvers', members: [member, approver] })
    const deployment = { ...base, partner: { ...base.partner, tenant: by.tenant, approvers } }
    const place = { kind: 'channel', locale: 'en', user: undefined, at } as const
    const { card } = renderSource(
      deployment,
      await showCase(tx, deployment, place, { kind: 'approval', case: caseRecord }),
    )
    return card.refresh
  })
  expect(refresh).toMatchObject({ userIds: ['29:asker', '29:approver', '29:member'], action: { verb: 'refresh' } })
  await database.close()
})
