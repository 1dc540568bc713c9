import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import type { Attempt } from '../../../bot/microsoft/calls.ts'
import { commitStep } from '../../../bot/turn/commit-step.ts'
import { createLedger } from '../../../bot/workers/ledger.ts'
import { step } from '../../../dialogs/step.ts'
import { directPartner, otherPartner } from '../../../sandbox/upstream/world.ts'
import { actionsOfCase, moveAction } from '../../../state/actions.ts'
import { findCase, historyOf } from '../../../state/case-store.ts'
import type { Database, Tx } from '../../../state/engine/transaction.ts'
import { type ClaimedEffect, claimDue } from '../../../state/outbox-claims.ts'
import { redrive } from '../../../state/outbox-store.ts'
import { activity, post, pressed } from '../../support/bot.ts'
import { startBotProcess } from '../../support/bot-process.ts'
import { createChat } from '../../support/chat.ts'
import {
  type LedgerWorld,
  type LedgerWorldOptions,
  litware,
  type Ready,
  startLedgerWorld,
  until,
} from '../../support/ledger-world.ts'
import { policy } from '../../support/policy.ts'
import { createEmptyDatabase } from '../../support/postgres.ts'
import { transferIn } from '../../support/ready-cases.ts'

const databases = ['SQLite', 'PostgreSQL'] as const
const onCreate = 'POST /v1/customers/*/transfers'
const onUpdate = 'PATCH /v1/customers/*/transfers/*'

async function urlOf(kind: (typeof databases)[number]): Promise<string> {
  if (kind === 'PostgreSQL') {
    const { url, drop } = await createEmptyDatabase(inject('postgres'))
    onTestFinished(drop)
    return url
  }
  const folder = mkdtempSync(join(tmpdir(), 'multicanal-ledger-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return `sqlite:${join(folder, 'ledger.db')}`
}

/** A world with one case in front of its person, the transfer not yet asked for unless told otherwise. */
async function begin(options: LedgerWorldOptions & { deed?: Ready['deed'] } = {}) {
  const world = await startLedgerWorld(options)
  const ready = await world.prepare(options.deed ?? 'request')
  return { ...world, ready, chat: world.chat(ready.speaker) }
}
type Scene = Awaited<ReturnType<typeof begin>>

async function action(world: Pick<LedgerWorld, 'actions'>) {
  const rows = await world.actions()
  expect(rows).toHaveLength(1)
  return rows[0]
}

const inState = (world: Pick<LedgerWorld, 'actions'>, state: string) =>
  until(`the action is ${state}`, async () => (await world.actions())[0]?.state === state)

async function trackOf({ database, ready }: Scene) {
  const stored = await database.transaction((tx) => findCase(tx, directPartner, ready.caseId))
  if (!stored) throw new Error('the case is gone')
  return transferIn(stored.case)
}

/** How often Microsoft was asked to change something. */
const sent = ({ upstream }: Pick<LedgerWorld, 'upstream'>) => {
  const { createTransfer = 0, updateTransfer = 0 } = upstream.calls()
  return createTransfer + updateTransfer
}

/** As far as the card on which a person has to say what happened. */
async function park(scene: Scene, on = onCreate) {
  scene.upstream.faults.set([{ on, kind: '500-before-effect', times: 1 }])
  await scene.press(scene.ready)
  await scene.chat.see(/Please have a look yourself/)
}

/** What the present partner would have to hand over, so that it can agree. */
function sell({ upstream, ready }: Scene) {
  const more = { id: ready.caseId, name: 'Production', quantity: 1, createdAt: 0 }
  upstream.store.state.subscriptions.push({
    ...more,
    customer: ready.customer.id,
    partner: otherPartner,
    product: 'azure',
  })
}

const askByHand = ({ upstream, ready }: Scene) =>
  upstream.act('partner-asks', { customer: ready.customer.id, source: otherPartner, target: directPartner })

describe.each(databases)('on %s', (kind) => {
  it('what was sent when the process was killed is found by the next one, and not sent again', {
    timeout: 60_000,
  }, async () => {
    const url = await urlOf(kind)
    const world = await begin({ url })
    const { upstream, ready, database, connector } = world
    await world.bot.stop()
    const process = await startBotProcess({ DATABASE_URL: url, LOG_LEVEL: 'error', SANDBOX_UPSTREAM: upstream.url })
    onTestFinished(process.kill)
    upstream.faults.set([{ on: onCreate, kind: 'effect-then-hang', times: 1 }])
    await post(process.url, activity(connector.url, ready.speaker, pressed(ready.verb, ready.data)))
    await until('it took effect', () => world.effectsOf(ready) === 1)
    await process.kill()
    expect(await action(world)).toMatchObject({ state: 'sending', sends: 1 })
    const leaseEnds = { name: 'test-lease', sql: "update outbox set ready = '2026-01-01T00:00:00.000Z'" }
    await database.transaction((tx) => tx.execute(leaseEnds, []))
    await process.start()
    await createChat(process.url, connector, ready.speaker).see(/days left/)
    expect(await action(world)).toMatchObject({ state: 'confirmed', sends: 1 })
    expect([sent(world), world.effectsOf(ready)]).toEqual([1, 1])
  })

  it('what is not found is left to a person, and sent once more, under the same id, when they say so', async () => {
    const scene = await begin({ url: await urlOf(kind) })
    const { ready, chat, upstream } = scene
    await park(scene)
    expect((await action(scene))?.state).toBe('unknown')
    const entries = await scene.database.transaction((tx) => historyOf(tx, directPartner, ready.caseId))
    expect(entries.map(({ event }) => event)).not.toContain('call.delayed')
    expect((await scene.outbox()).filter((row) => row.kind === 'action')).toMatchObject([{ state: 'unknown' }])
    expect(chat.buttons().map(({ title }) => title)).toEqual(
      expect.arrayContaining(['Yes, it happened', 'No, try again']),
    )
    expect([sent(scene), scene.effectsOf(ready)]).toEqual([1, 0])
    await chat.press('tick', { step: 'call-again' })
    await chat.see(/days left/)
    const done = await action(scene)
    expect(done).toMatchObject({ state: 'confirmed', sends: 2 })
    expect(upstream.effects().byRequest).toEqual({ [done?.id ?? '']: 1 })
    expect([sent(scene), scene.effectsOf(ready)]).toEqual([2, 1])
  })
})

it('of two replicas that hold the same action on PostgreSQL, one sends it', async () => {
  const { database, ready, now } = await begin({ url: await urlOf('PostgreSQL'), world: { outboxTime: asleep } })
  const effect = await claimed(database, ready, now())
  let sends = 0
  const attempt = async (): Promise<Attempt> => {
    sends += 1
    return { kind: 'unknown', cause: undefined }
  }
  const ledger = createLedger({
    database: { ...database, transaction: meeting(database, 2) },
    now: async () => now(),
    settle: async () => {},
    calls: {
      attempt,
      lookFor: async () => ({ kind: 'not-there' }),
      look: async () => ({ kind: 'again', why: 'busy' }),
      companyOf: async () => undefined,
    },
    log: pino({ level: 'silent' }),
  })
  await Promise.all([ledger(effect), ledger(effect)])
  expect(sends).toBe(1)
})

/** Transactions of which none writes before all have read. */
function meeting(database: Database, count: number): Database['transaction'] {
  let missing = count
  let go = () => {}
  const met = new Promise<void>((resolve) => {
    go = resolve
  })
  return (work) =>
    database.transaction(async (tx) => {
      let hasMet = false
      const execute: Tx['execute'] = async (statement, parameters) => {
        if (!hasMet && /^update/i.test(statement.sql)) {
          hasMet = true
          missing -= 1
          if (missing === 0) go()
          await met
        }
        return tx.execute(statement, parameters)
      }
      return work({ ...tx, execute })
    })
}

/** Before anything is due: the bot does nothing by itself. */
const asleep = async () => new Date(-3_600_000)

/** What a worker holds that took the pressed action and got as far as this before it was stopped. */
async function claimed(
  database: LedgerWorld['database'],
  ready: Ready,
  now: Date,
  state: 'prepared' | 'sending' = 'prepared',
): Promise<ClaimedEffect> {
  const at = now.toISOString()
  const person = { tenant: directPartner, id: ready.speaker.id ?? '' }
  const [effect] = await database.transaction(async (tx) => {
    const stored = await findCase(tx, directPartner, ready.caseId)
    if (!stored) throw new Error('the case is gone')
    const by = { kind: 'person', person } as const
    const stepped = step(policy, stored.case, { type: 'step.ticked', step: 'request', at, by })
    if (!stepped.ok) throw new Error('it cannot be requested')
    const place = { tenant: directPartner, conversation: stored.case.conversation, room: stored.room } as never
    await commitStep(tx, stored, stepped.value, {
      visit: { place, sender: { id: person.id, account: '' } },
      message: undefined,
    })
    const [action] = await actionsOfCase(tx, ready.caseId)
    if (action) await moveAction(tx, action, { state, sends: state === 'sending' ? 1 : 0 }, at)
    return claimDue(tx, { now, worker: 'somebody', leaseMs: 200, limit: 1 })
  })
  if (effect?.kind !== 'action') throw new Error('there is no action')
  return effect
}

describe('an action of which nobody knows', () => {
  it('is looked for and never sent by whoever finds it under way when a lease has ended', async () => {
    const scene = await begin()
    const { database, ready, now } = scene
    await claimed(database, ready, now(), 'sending')
    scene.bot.wake()
    await until('it is put aside', async () => (await action(scene))?.state === 'unknown')
    await scene.settled()
    expect(sent(scene)).toBe(0)
    expect((await trackOf(scene)).context.pending?.parked).toBe(true)
  })

  it('is adopted when it is found, and the card shows the transfer', async () => {
    const scene = await begin()
    scene.upstream.faults.set([{ on: onCreate, kind: 'effect-then-reset', times: 1 }])
    await scene.press(scene.ready)
    await scene.chat.see(/days left/)
    const [transfer] = scene.upstream.store.state.transfers
    expect(await action(scene)).toMatchObject({ state: 'confirmed', sends: 1, note: `transfer ${transfer?.id}` })
    expect((await trackOf(scene)).context.transfer?.id).toBe(transfer?.id)
  })

  it('is confirmed by a person who saw it happen, nobody looks for it any more, and the next poll brings the transfer', async () => {
    const scene = await begin()
    await park(scene)
    askByHand(scene)
    await scene.chat.press('tick', { step: 'call-happened' })
    const { id } = scene.ready.speaker
    expect(await action(scene)).toMatchObject({ state: 'confirmed', note: `told by ${id}` })
    expect((await scene.outbox()).filter(({ kind }) => kind === 'action')).toEqual([])
    const [transfer] = scene.upstream.store.state.transfers
    await until('it is adopted', async () => (await trackOf(scene)).context.transfer?.id === transfer?.id)
    expect(sent(scene)).toBe(1)
  })

  it('is confirmed by a person also where that ends the transfer', async () => {
    const scene = await begin({ deed: 'take-back' })
    await park(scene, onUpdate)
    await scene.chat.press('tick', { step: 'call-happened' })
    expect((await trackOf(scene)).state).toBe('cancelled')
    expect((await action(scene))?.state).toBe('confirmed')
    expect((await scene.outbox()).filter(({ kind }) => kind === 'action')).toEqual([])
  })

  it('is looked for once more when it is redriven, and never sent', async () => {
    const scene = await begin()
    const { database, bot } = scene
    await park(scene)
    const again = async () => {
      expect(await database.transaction(redrive)).toBe(1)
      bot.wake()
      await scene.settled()
    }
    await again()
    expect(await action(scene)).toMatchObject({ state: 'unknown', sends: 1, looks: 4 })
    expect((await trackOf(scene)).context.pending?.parked).toBe(true)
    askByHand(scene)
    await again()
    await scene.chat.see(/days left/)
    expect((await action(scene))?.state).toBe('confirmed')
    expect(sent(scene)).toBe(1)
  })

  it('is adopted when the second try is refused because the first one took effect after all', async () => {
    const scene = await begin({ settings: { refusesRunning: true } })
    const { state } = scene.upstream.store
    const list = state.transfers
    // The list is late: it does not show what was made.
    scene.upstream.faults.set([{ on: onCreate, kind: 'effect-then-reset', times: 1 }])
    const made = hidden(list)
    await scene.press(scene.ready)
    await scene.chat.see(/Please have a look yourself/)
    made.show()
    await scene.chat.press('tick', { step: 'call-again' })
    await scene.chat.see(/days left/)
    expect(await action(scene)).toMatchObject({ state: 'confirmed', sends: 2 })
    expect(scene.effectsOf(scene.ready)).toBe(1)
  })

  it.each([
    ['took effect', 'target-cancels', 'cancelled', 'confirmed'],
    ['came too late', 'source-accepts', 'completed', 'failed'],
  ] as const)('is settled by what a look shows: it %s', async (_, deed, state, ledger) => {
    const scene = await begin({ deed: 'take-back', world: { lookAfterMs: [1_000] } })
    sell(scene)
    scene.upstream.faults.set([{ on: onUpdate, kind: '500-before-effect', times: 1 }])
    await scene.press(scene.ready)
    await inState(scene, 'unknown')
    scene.upstream.act(deed, { transfer: scene.upstream.store.state.transfers[0]?.id ?? '' })
    await scene.settled()
    expect((await trackOf(scene)).state).toBe(state)
    expect((await action(scene))?.state).toBe(ledger)
  })

  it.each([
    ['took effect', 'target-cancels', 'cancelled', 'confirmed'],
    ['came too late', 'source-accepts', 'completed', 'failed'],
  ] as const)('is settled by what a poll shows after it was put aside: it %s', async (_, deed, state, ledger) => {
    const scene = await begin({ deed: 'take-back', world: { pollMs: 100 } })
    sell(scene)
    await park(scene, onUpdate)
    scene.upstream.act(deed, { transfer: scene.upstream.store.state.transfers[0]?.id ?? '' })
    await until('the end is seen', async () => (await trackOf(scene)).state === state)
    await inState(scene, ledger)
    expect((await scene.outbox()).filter(({ kind }) => kind === 'action')).toEqual([])
  })
})

/** Keeps what is added to a list out of it until it is shown. */
function hidden<T>(list: T[]) {
  const added: T[] = []
  const push = list.push
  list.push = (...more) => added.push(...more)
  return {
    show: () => {
      list.push = push
      list.push(...added)
    },
  }
}

describe('an action that was not done', () => {
  it('waits as long as Microsoft says and goes out again under its id', async () => {
    const scene = await begin()
    scene.upstream.faults.set([{ on: onCreate, kind: '429', times: 1, retryAfter: 60 }])
    const pressedAt = scene.now().getTime()
    await scene.press(scene.ready)
    await scene.chat.see(/Microsoft is busy at the moment.+Trying again at/)
    const { id } = (await action(scene)) ?? {}
    expect(await action(scene)).toMatchObject({ state: 'prepared', sends: 1 })
    await scene.travelTo(new Date(pressedAt + 59_000).toISOString())
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(sent(scene)).toBe(1)
    await scene.travelTo(new Date(pressedAt + 63_000).toISOString())
    await scene.chat.see(/days left/)
    expect(scene.upstream.effects().byRequest).toEqual({ [id ?? '']: 1 })
    expect(await action(scene)).toMatchObject({ state: 'confirmed', sends: 2 })
  })

  it('says each time when it is tried again, however long Microsoft is busy, and is done once in the end', async () => {
    const scene = await begin()
    scene.upstream.faults.set([{ on: onCreate, kind: '429', retryAfter: 600 }])
    await scene.press(scene.ready)
    for (let time = 1; time <= 6; time += 1) {
      await until('it was tried', () => sent(scene) === time)
      await until('it is told', async () => (await action(scene))?.state === 'prepared')
      const { again } = (await trackOf(scene)).context.pending ?? {}
      const ahead = Date.parse(again?.at ?? '') - scene.now().getTime()
      expect(ahead).toBeGreaterThan(590_000)
      await scene.chat.see(/Trying again at/)
      await scene.travelTo(new Date(Date.parse(again?.at ?? '') + 1_000).toISOString())
    }
    scene.upstream.faults.clear()
    const { again } = (await trackOf(scene)).context.pending ?? {}
    await scene.travelTo(new Date(Date.parse(again?.at ?? '') + 1_000).toISOString())
    await scene.chat.see(/days left/)
    expect(scene.effectsOf(scene.ready)).toBe(1)
  })

  it('is sent later, once, when not a byte of it could leave', async () => {
    const scene = await begin()
    scene.upstream.entra.faults.fault = 'reset'
    await scene.press(scene.ready)
    await scene.chat.see(/Microsoft cannot be reached at the moment.+Trying again at/)
    expect(sent(scene)).toBe(0)
    scene.upstream.entra.faults.fault = undefined
    await scene.travelTo(new Date(scene.now().getTime() + 60_000).toISOString())
    await scene.chat.see(/days left/)
    expect([sent(scene), scene.effectsOf(scene.ready)]).toEqual([1, 1])
  })

  it('is not sent any more when the case was cancelled before', async () => {
    const scene = await begin()
    scene.upstream.faults.set([{ on: onCreate, kind: '429', times: 1, retryAfter: 60 }])
    await scene.press(scene.ready)
    await scene.chat.see(/Trying again at/)
    await scene.chat.press('cancel')
    await scene.chat.press('cancel', { sure: true })
    await scene.travelTo(new Date(scene.now().getTime() + 120_000).toISOString())
    await scene.settled()
    await inState(scene, 'failed')
    expect(await action(scene)).toMatchObject({ state: 'failed', note: 'withdrawn before it was sent' })
    expect([sent(scene), scene.effectsOf(scene.ready)]).toEqual([1, 0])
  })

  it('is over when Microsoft says no, in whose words the card says why', async () => {
    const scene = await begin({ settings: { refusesRunning: true } })
    askByHand(scene)
    await scene.press(scene.ready)
    await scene.chat.see(/Microsoft says: .*Another transfer is in progress/s)
    expect(await action(scene)).toMatchObject({ state: 'failed', note: 'running-transfer 900101', sends: 1 })
    expect(await trackOf(scene)).toMatchObject({ state: 'collecting', context: { pending: null } })
    expect((await scene.outbox()).filter(({ kind }) => kind === 'action')).toEqual([])
  })
})

describe('a case that is cancelled while the answer is under way', () => {
  it('stays cancelled, the ledger knows what was done, and the conversation is told', async () => {
    const scene = await begin({ world: { upstreamTimeoutMs: 5_000 } })
    scene.upstream.faults.set([{ on: onCreate, kind: 'slow:700', times: 1 }])
    const answer = await scene.press(scene.ready)
    await until('it is sent', () => sent(scene) === 1)
    scene.chat.look(answer.body?.value as Record<string, unknown>)
    await scene.chat.press('cancel')
    await scene.chat.press('cancel', { sure: true })
    expect(await action(scene)).toMatchObject({ state: 'sending' })
    await scene.settled()
    expect(await action(scene)).toMatchObject({ state: 'confirmed', sends: 1 })
    expect((await trackOf(scene)).state).toBe('cancelled')
    expect(scene.effectsOf(scene.ready)).toBe(1)
    await scene.chat.see(/was cancelled, but Microsoft had carried out the request/)
  })
})

describe('who is asked', () => {
  it('is the present partner, once, whatever comes in between', async () => {
    const scene = await begin()
    await scene.press(scene.ready)
    await scene.chat.see(/days left/)
    const stale = await scene.press(scene.ready)
    expect(stale.status).toBe(200)
    await scene.settled()
    expect(scene.upstream.effects().byKey).toEqual({ [`transfer.create ${scene.ready.customer.id} ${litware.id}`]: 1 })
  })
})
