import { expect, it, onTestFinished } from 'vitest'
import type { IncomingActivity } from '../../../bot/teams/activity.ts'
import { companiesAt } from '../../../bot/turn/desks/companies.ts'
import { resellerTenant } from '../../../sandbox/upstream/companies.ts'
import { managerId } from '../../../sandbox/upstream/graph/groups.ts'
import { openDatabase } from '../../../state/engine/database.ts'
import { startActing } from '../../support/acting.ts'
import type { Chat } from '../../support/chat.ts'
import { settingOf } from '../../support/setting.ts'
import { somebody } from '../../support/world.ts'

const code = /[0-9A-HJKMNP-TV-Z]{4}[ -]?[0-9A-HJKMNP-TV-Z]{4}/

/** Connects a reseller with a desk, and returns what the reseller reads. */
async function connect(reseller: Chat, desk: Chat): Promise<string> {
  await desk.say('desk direct-partner')
  const [given = ''] = code.exec(await desk.say('link')) ?? []
  return reseller.say(`link ${given}`)
}

it('names the other company on both sides when two are connected, connected anew and disconnected', async () => {
  const world = await startActing({ ADMINS: managerId, APPROVERS: managerId })
  const reseller = world.chat(somebody({ tenant: resellerTenant, name: 'Reseller' }))
  const [first, second] = [world.chat(world.agent({ name: 'First' })), world.chat(world.agent({ name: 'Second' }))]
  expect(await connect(reseller, first)).toMatch(/now connected with First Up Consultants\.(?!.*replaces)/)
  await first.see(/now connected with Wingtip/)
  expect(await connect(reseller, second)).toMatch(
    /now connected with First Up Consultants\. This replaces your earlier connection with First Up Consultants\./,
  )
  await first.see(/no longer connected with Wingtip/)
  await second.see(/now connected with Wingtip/)
  expect(await second.say('unlink')).toMatch(/no longer connected with Wingtip/)
  await reseller.see(/no longer connected with First Up Consultants/)
})

it('goes without the names of companies that cannot be read', async () => {
  const database = await openDatabase('sqlite::memory:')
  onTestFinished(() => database.close())
  const unlink = { request: { kind: 'command', command: 'unlink', rest: '' }, place: { tenant: 'a', room: 'a:chat' } }
  const companyOf = async (tenant: string) => {
    if (tenant === 'a') throw new Error('no token')
    return 'First Up Consultants'
  }
  const deployment = settingOf()
  expect(await companiesAt(unlink as IncomingActivity, { database, deployment, companyOf })).toEqual({
    [deployment.partner.tenant]: 'First Up Consultants',
  })
})
