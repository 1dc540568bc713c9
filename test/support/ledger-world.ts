import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import type { TestOverrides } from '../../bot/app.ts'
import { pollEffect } from '../../bot/effects/effects.ts'
import type { TenantInfo, Transfer, TransferItem } from '../../dialogs/calls.ts'
import { type Stepped, watchesOf } from '../../dialogs/step.ts'
import { partnerAt } from '../../sandbox/partner.ts'
import { directPartnerTenant, otherPartnerTenant } from '../../sandbox/upstream/companies.ts'
import type { TransferRecord } from '../../sandbox/upstream/partner-center/transfer-record.ts'
import { type SimulationOptions, startUpstream, type Upstream } from '../../sandbox/upstream/server.ts'
import { insertCase } from '../../state/case-store.ts'
import type { Database } from '../../state/engine/transaction.ts'
import { addEffects } from '../../state/outbox-store.ts'
import { addWatch } from '../../state/watches.ts'
import { activity, post, pressed, type Speaker } from './bot.ts'
import { readyToDecide, readyToRequest, readyToTakeBack } from './ready-cases.ts'
import { somebody, startWorld } from './world.ts'

export const litware: TenantInfo = { id: otherPartnerTenant, name: 'Litware', domain: 'litware.example' }
const us: TenantInfo = { id: directPartnerTenant, name: 'First Up Consultants', domain: 'firstup.example' }

/** Actions that a person can order at Microsoft. */
export type Deed = 'request' | 'take-back' | 'accept' | 'decline'

/** A case in front of somebody who only has to press. */
export interface Ready {
  deed: Deed
  speaker: Speaker
  caseId: string
  customer: TenantInfo
  /** Names the effect at Microsoft in business terms; each is wanted once. */
  key: string
  verb: string
  data: Record<string, unknown>
}

/** Reads whole rows past the store, as an operator could. */
export const rowsOf = async <Row>(database: Database, table: string): Promise<Row[]> => {
  const statement = { name: `test-all-${table}`, sql: `select * from ${table}` }
  return (await database.transaction((tx) => tx.execute<Row>(statement, []))).rows
}

export interface ActionRowSeen {
  id: string
  case_id: string
  name: string
  state: string
  sends: number
  looks: number
  note: string | null
}
export interface OutboxRowSeen {
  key: string
  case_id: string | null
  conversation: string | null
  kind: string
  state: string
  ready: string | null
}

/** Waits until something is so. */
export async function until(what: string, check: () => boolean | Promise<boolean>, ms = 30_000): Promise<void> {
  for (const end = Date.now() + ms; !(await check()); await new Promise((resolve) => setTimeout(resolve, 20))) {
    if (Date.now() > end) throw new Error(`it did not come about: ${what}`)
  }
}

const transferFrom = (transfer: TransferRecord): Transfer => ({
  id: transfer.id,
  status: 'pending',
  said: transfer.status,
  source: transfer.source === directPartnerTenant ? nameOf(us) : nameOf(litware),
  target: transfer.target === directPartnerTenant ? nameOf(us) : nameOf(litware),
  createdAt: new Date(transfer.createdAt).toISOString(),
  expiresAt: new Date(transfer.expiresAt).toISOString(),
  items: [],
})
const nameOf = ({ id, name }: TenantInfo) => ({ tenant: id, name })

/** Options of a ledger test's world. */
export interface LedgerWorldOptions extends SimulationOptions {
  /** Database of the bot; a new file by default. */
  url?: string | undefined
  world?: TestOverrides
}

/**
 * Starts a bot with a simulated Microsoft that repeats every write, so that a duplicate shows. Its cases only lack a
 * press. Everything is removed after the test.
 */
export async function startLedgerWorld({ url, world = {}, settings, ...options }: LedgerWorldOptions = {}) {
  const forgetful = { refusesRunning: false, remembersRequestIds: false, ...settings }
  const upstream = await startUpstream({ ...options, settings: forgetful })
  onTestFinished(() => upstream.stop())
  const { partner, vouch } = await partnerAt(upstream.url)
  const patience = { checkDelaysMs: [30, 60, 90], pollMs: 3_600_000, upstreamTimeoutMs: 400 }
  const started = await startWorld(url === undefined ? {} : { DATABASE_URL: url }, 'test', {
    partner,
    world: { vouch, ...patience, ...world },
  })
  const { database, bot, connector } = started
  const now = world.now ?? started.now
  const prepare = createPreparing(upstream, database, () => now().toISOString())

  return {
    ...started,
    now,
    upstream,
    prepare,
    /** Presses the button of a case, as Teams would. */
    press: ({ speaker, verb, data }: Pick<Ready, 'speaker' | 'verb' | 'data'>) =>
      post(bot.url, activity(connector.url, speaker, pressed(verb, data))),
    actions: () => rowsOf<ActionRowSeen>(database, 'actions'),
    outbox: () => rowsOf<OutboxRowSeen>(database, 'outbox'),
    /** Waits until no action is due, under way or waiting for a look. */
    settled: (ms?: number) =>
      until(
        'every action has come to an end or is put aside',
        async () =>
          (await rowsOf<OutboxRowSeen>(database, 'outbox')).every(({ kind, ready }) => kind !== 'action' || !ready),
        ms,
      ),
    /** Number of times that a change really happened at Microsoft. */
    effectsOf: ({ key }: Pick<Ready, 'key'>) => upstream.effects().byKey[key] ?? 0,
  }
}
export type LedgerWorld = Awaited<ReturnType<typeof startLedgerWorld>>

/** Brings cases as far as their press, at Microsoft and in the database, in the conversation of their own person. */
export function createPreparing(upstream: Upstream, database: Database, now: () => string) {
  let customers = 100
  const { state } = upstream.store

  function newCustomer(): TenantInfo {
    customers += 1
    const id = `c0000000-0000-4000-8000-${String(customers).padStart(12, '0')}`
    const customer = { id, name: `Customer ${customers}`, domain: `customer-${customers}.example` }
    upstream.addCustomer(
      { ...customer, country: 'US', underReview: false },
      { partner: directPartnerTenant, plan: true },
    )
    state.relationships.push({ customer: id, partner: otherPartnerTenant, visibleAt: 0 })
    upstream.act('buy-azure-plan', { customer: id, partner: otherPartnerTenant })
    return customer
  }

  /** A transfer of a customer that somebody asked for earlier. */
  function requestedTransfer(customer: TenantInfo, source: string, target: string): Transfer {
    upstream.act('partner-asks', { customer: customer.id, source, target })
    return transferFrom(state.transfers.at(-1) as TransferRecord)
  }

  function sold(customer: TenantInfo): TransferItem {
    const subscription = randomUUID()
    const name = `${customer.name} production`
    const common = { customer: customer.id, partner: directPartnerTenant, quantity: 1, createdAt: 0 }
    state.subscriptions.push({ id: subscription, product: 'azure', name, ...common })
    return { subscription, name, product: 'AzureSubscription', status: 'open' }
  }

  function scene(deed: Deed, owner: Parameters<typeof readyToRequest>[0]) {
    const customer = newCustomer()
    if (deed === 'request') {
      const ready = readyToRequest(owner, { customer, source: litware })
      return {
        customer,
        ready,
        key: `transfer.create ${customer.id} ${litware.id}`,
        verb: 'tick',
        data: { step: deed },
      }
    }
    if (deed === 'take-back') {
      const transfer = requestedTransfer(customer, otherPartnerTenant, directPartnerTenant)
      const ready = readyToTakeBack(owner, { customer, source: litware, transfer })
      return { customer, ready, key: `transfer.cancel ${transfer.id}`, verb: 'tick', data: { step: deed } }
    }
    const items = [sold(customer)]
    const transfer = requestedTransfer(customer, directPartnerTenant, otherPartnerTenant)
    const ready = readyToDecide(owner, { customer, transfer, items })
    const key = `transfer.${deed} ${transfer.id}`
    const sure = { sure: true, reason: 'Not agreed.' } as const
    if (deed === 'decline') return { customer, ready, key, verb: 'decline', data: { transfer: transfer.id, ...sure } }
    const chosen = items.map(({ subscription }) => subscription).join()
    return {
      customer,
      ready,
      key,
      verb: 'set',
      data: { track: 'transfer', transfer: transfer.id, items: chosen, ...sure },
    }
  }

  return async (deed: Deed): Promise<Ready> => {
    const speaker = somebody({ tenant: directPartnerTenant })
    const conversation = speaker.conversation ?? ''
    const owner = { by: { tenant: directPartnerTenant, id: speaker.id ?? '' }, conversation, at: now() }
    const { ready, data, ...more } = scene(deed, owner)
    await save(database, ready)
    const { id, revision } = ready.case
    return { deed, speaker, caseId: id, ...more, data: { case: id, rev: revision, ...data } }
  }
}

/** Stores a case with what it waits for. */
const save = (database: Database, { case: caseRecord, entry }: Stepped) =>
  database.transaction(async (tx) => {
    await insertCase(tx, caseRecord, caseRecord.conversation, entry)
    for (const watch of watchesOf(caseRecord)) {
      await addWatch(tx, { ...watch, tenant: caseRecord.tenant, caseId: caseRecord.id })
      await addEffects(tx, [pollEffect(watch.resource, caseRecord.updatedAt)])
    }
  })
