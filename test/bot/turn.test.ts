import { expect, it } from 'vitest'
import { drawn, showCase } from '../../bot/turn.ts'
import { openCase } from '../../dialogs/step.ts'
import { openDatabase } from '../../state/database.ts'
import { policy } from '../support/policy.ts'
import { settingOf } from '../support/setting.ts'

it('a card in a personal chat refreshes itself for its person; others, and those of the sandbox, do not', async () => {
  const at = new Date().toISOString()
  const by = { tenant: 'tenant', id: 'someone' }
  const one = openCase(policy, { id: 'MC-7K2P9Q', conversation: 'c', edition: '2025', cloud: 'global', by, at }).case
  const database = await openDatabase('sqlite::memory:')
  const refreshOf = (kind: 'personal' | 'channel', sandbox: boolean) =>
    database.transaction(async (tx) => {
      const setting = settingOf({ edition: '2025', sandbox })
      const place = { kind, locale: 'en', user: kind === 'personal' ? '29:user' : undefined, at } as const
      return drawn(setting, await showCase(tx, setting, place, { kind: 'case', case: one })).card.refresh
    })
  expect(await refreshOf('personal', false)).toMatchObject({
    userIds: ['29:user'],
    action: { verb: 'refresh', data: { case: 'MC-7K2P9Q', rev: 0 } },
  })
  expect(await refreshOf('channel', false)).toBeUndefined()
  expect(await refreshOf('personal', true)).toBeUndefined()
  await database.close()
})
