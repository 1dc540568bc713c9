import { directPartnerTenant } from '../../../sandbox/upstream/companies.ts'
import { managerId } from '../../../sandbox/upstream/graph/groups.ts'
import { findCase } from '../../../state/case-store.ts'
import { setDesk } from '../../../state/desks.ts'
import { storeAwaiting } from '../../support/awaiting-approval.ts'
import { activity, pressed } from '../../support/bot.ts'
import { type ActionRowSeen, type Deed, rowsOf, until } from '../../support/ledger-world.ts'
import { somebody } from '../../support/world.ts'
import type { Tally } from '../promise.ts'
import { checkDeeds, checkDialogs, checkGreetings, holdDialog, type PeopleLog } from './people.ts'
import type { CrashWorld } from './world.ts'

/** Scene that people play from beginning to end, with checks that nothing was lost or doubled. */
export interface CrashScene {
  name: string
  play: (world: CrashWorld, tally: Tally) => Promise<void>
}

async function drain(world: CrashWorld, tally: Tally): Promise<void> {
  const [late] = await world.drained(60_000)
  tally.expect(late === undefined, () => `still waiting: ${JSON.stringify(late)}`)
}

const dialog: CrashScene = {
  name: 'dialog',
  play: async (world, tally) => {
    const done: PeopleLog = { turns: 0, greetings: [], longestMs: 0, dialogs: [], deeds: [] }
    await holdDialog(world, tally, done, 2)
    await drain(world, tally)
    await checkGreetings(world, tally, done.greetings)
    await checkDialogs(world, tally, done.dialogs)
  },
}

const ordering = (deed: Deed): CrashScene => ({
  name: deed,
  play: async (world, tally) => {
    const ready = await world.prepare(deed)
    const { status } = await world.bot.deliver(
      activity(world.connector.url, ready.speaker, pressed(ready.verb, ready.data)),
    )
    tally.expect(status === 200, () => `${deed} was answered ${status}`)
    await drain(world, tally)
    await checkDeeds(world, tally, [ready])
  },
})

const desk = { type: 'channel', conversation: '19:approvals@thread.tacv2', tenant: directPartnerTenant } as const
const group = { id: '99999999-0000-4000-8000-000000000003', name: 'Customer care' }
const customer = { id: 'c0000000-0000-4000-8000-000000000001', name: 'Fabrikam', domain: 'fabrikam.example' }

/** Rights are approved at the desk, created at Microsoft, approved by the customer and assigned to a group. */
const administering: CrashScene = {
  name: 'delegated administration',
  play: async (world, tally) => {
    const { bot, connector, database, upstream } = world
    const speaker = somebody({ tenant: directPartnerTenant })
    const by = { tenant: directPartnerTenant, id: speaker.id ?? '' }
    const at = new Date().toISOString()
    const caseRecord = await database.transaction(async (tx) => {
      const { conversation } = desk
      await setDesk(tx, {
        tenant: directPartnerTenant,
        kind: 'approvals',
        room: conversation,
        conversation,
        by: managerId,
        at,
      })
      const asking = { by, at, conversation: speaker.conversation ?? '', customer, group }
      return (await storeAwaiting(tx, asking)).case
    })
    const managerDesk = { ...desk, id: managerId, name: 'Manager' }
    const press = activity(
      connector.url,
      managerDesk,
      pressed('approve', { case: caseRecord.id, rev: caseRecord.revision }),
    )
    const { status } = await bot.deliver(press)
    tally.expect(status === 200, () => `approve was answered ${status}`)
    await drain(world, tally)
    const made = () => upstream.store.state.gdap.find(({ displayName }) => displayName.includes(caseRecord.id))
    const actions = async () =>
      (await rowsOf<ActionRowSeen>(database, 'actions')).filter(({ case_id }) => case_id === caseRecord.id)
    if ((await actions()).every(({ state }) => state === 'confirmed')) {
      upstream.act('customer-approves-gdap', { relationship: made()?.id ?? '', customer: customer.id })
      await until('the group is given the rights', async () => (await actions()).length === 3, 20_000)
      await drain(world, tally)
    }
    await lookAtRights(world, tally, { caseId: caseRecord.id, relationship: made()?.id, actions: await actions() })
  },
}

const happenings: Record<string, string> = {
  'create-admin': 'gdap.create',
  'lock-admin': 'gdap.lockForApproval',
  'assign-access': 'gdap.assign',
}

async function lookAtRights(
  world: CrashWorld,
  tally: Tally,
  seen: { caseId: string; relationship: string | undefined; actions: ActionRowSeen[] },
): Promise<void> {
  const { caseId, relationship, actions } = seen
  const aside = new Set((await world.outbox()).flatMap(({ key, state }) => (state === 'unknown' ? [key] : [])))
  const effects = Object.entries(world.upstream.effects().byKey)
  for (const { id, name, state } of actions) {
    const kind = happenings[name] ?? name
    const mine = effects.filter(
      ([key]) => key.startsWith(kind) && [caseId, relationship].some((name) => name && key.includes(name)),
    )
    const happened = mine.reduce((sum, [, count]) => sum + count, 0)
    const isVisible = state === 'unknown' && happened <= 1 && aside.has(`action:${id}`)
    tally.expect(
      (state === 'confirmed' && happened === 1) || isVisible,
      () => `${name} of ${caseId}: ${state}, happened ${happened} times`,
    )
  }
  const stored = await world.database.transaction((tx) => findCase(tx, directPartnerTenant, caseId))
  const track = stored?.case.tracks.find(({ kind }) => kind === 'delegated-admin')
  const isOver = track?.state === 'active' || actions.some(({ state }) => state === 'unknown')
  tally.expect(isOver, () => `${caseId} is ${track?.state}`)
}

export const crashScenes: readonly CrashScene[] = [
  dialog,
  ordering('request'),
  ordering('take-back'),
  ordering('accept'),
  ordering('decline'),
  administering,
]
