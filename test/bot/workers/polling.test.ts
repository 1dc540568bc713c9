import { expect, it } from 'vitest'
import { directPartnerTenant } from '../../../sandbox/upstream/companies.ts'
import { findCase } from '../../../state/case-store.ts'
import { addWatch } from '../../../state/watches.ts'
import { type LedgerWorld, startLedgerWorld, until } from '../../support/ledger-world.ts'
import { transferTrackIn } from '../../support/ready-cases.ts'

const hour = 3_600_000

/** Lets time pass once all is done that is due, and then does what has fallen due. */
async function letPass({ now, travelTo, idle }: LedgerWorld, ms: number): Promise<void> {
  await travelTo(new Date(now().getTime() + ms).toISOString())
  await idle()
}

it('a case that cannot be read keeps no news from the others that wait for the same, however long', async () => {
  const world = await startLedgerWorld()
  const { prepare, database, upstream, outbox } = world
  const both = [await prepare('take-back'), await prepare('take-back')]
  const [broken, whole] = both.sort((ready, other) => (ready.caseId < other.caseId ? -1 : 1))
  if (!broken || !whole) throw new Error('there are two')
  const resource = `transfers/${whole.customer.id}`
  await database.transaction(async (tx) => {
    await addWatch(tx, { resource, tenant: directPartnerTenant, caseId: broken.caseId, track: 'transfer' })
    await tx.execute({ name: 'test-break', sql: `update cases set context = '' where id = '${broken.caseId}'` }, [])
  })
  const polls = () => upstream.calls().listTransfers ?? 0
  const before = polls()
  await until('it was polled more often than an effect may fail', async () => {
    await letPass(world, hour)
    return polls() > before + 20
  })
  expect((await outbox()).find(({ key }) => key === `poll:${resource}`)?.ready).not.toBeNull()
  const transfer = upstream.store.state.transfers.find(({ customer }) => customer === whole.customer.id)
  upstream.act('source-declines', { transfer: transfer?.id ?? '' })
  await until('the other one is told', async () => {
    await letPass(world, hour)
    const stored = await database.transaction((tx) => findCase(tx, directPartnerTenant, whole.caseId))
    return stored !== undefined && transferTrackIn(stored.case).state === 'rejected'
  })
})

it('a poll that breaks once, after many that did not, goes on', async () => {
  let looks = 0
  const world = await startLedgerWorld({
    world: {
      calls: (calls) => ({
        ...calls,
        observe: (...args) => {
          looks += 1
          if (looks === 10) throw new Error('broken once')
          return calls.observe(...args)
        },
      }),
    },
  })
  await world.prepare('take-back')
  await until('it is polled after that', async () => {
    await letPass(world, hour)
    return looks > 15
  })
})
