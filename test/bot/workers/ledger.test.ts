import { describe, expect, it } from 'vitest'
import { directPartnerTenant, otherPartnerTenant } from '../../../sandbox/upstream/companies.ts'
import { redrive } from '../../../state/outbox-store.ts'
import {
  action,
  beginLedgerScene,
  changesSent,
  claimed,
  inState,
  onCreate,
  onUpdate,
  park,
  type Scene,
  trackOf,
} from '../../support/ledger-scene.ts'
import { litware, until } from '../../support/ledger-world.ts'

/** Subscriptions that the current partner can agree to hand over. */
function sell({ upstream, ready }: Scene) {
  const more = { id: ready.caseId, name: 'Production', quantity: 1, createdAt: 0 }
  upstream.store.state.subscriptions.push({
    ...more,
    customer: ready.customer.id,
    partner: otherPartnerTenant,
    product: 'azure',
  })
}

const askByHand = ({ upstream, ready }: Scene) =>
  upstream.act('partner-asks', { customer: ready.customer.id, source: otherPartnerTenant, target: directPartnerTenant })

describe('an action of which nobody knows', () => {
  it('is looked for and never sent by whoever finds it under way when a lease has ended', async () => {
    const scene = await beginLedgerScene()
    const { database, ready, now } = scene
    await claimed(database, ready, now(), 'sending')
    scene.bot.wake()
    await until('it is put aside', async () => (await action(scene))?.state === 'unknown')
    await scene.settled()
    expect(changesSent(scene)).toBe(0)
    expect((await trackOf(scene)).context.pending?.parked).toBe(true)
  })

  it('is adopted when it is found, and the card shows the transfer', async () => {
    const scene = await beginLedgerScene()
    scene.upstream.faults.set([{ on: onCreate, kind: 'effect-then-reset', times: 1 }])
    await scene.press(scene.ready)
    await scene.chat.see(/days left/)
    const [transfer] = scene.upstream.store.state.transfers
    expect(await action(scene)).toMatchObject({ state: 'confirmed', sends: 1, note: `transfer ${transfer?.id}` })
    expect((await trackOf(scene)).context.transfer?.id).toBe(transfer?.id)
  })

  it('is confirmed by a person who saw it happen, nobody looks for it any more, and the next poll brings the transfer', async () => {
    const scene = await beginLedgerScene()
    await park(scene)
    askByHand(scene)
    await scene.chat.press('tick', { step: 'call-happened' })
    const { id } = scene.ready.speaker
    expect(await action(scene)).toMatchObject({ state: 'confirmed', note: `told by ${id}` })
    expect((await scene.outbox()).filter(({ kind }) => kind === 'action')).toEqual([])
    const [transfer] = scene.upstream.store.state.transfers
    await until('it is adopted', async () => (await trackOf(scene)).context.transfer?.id === transfer?.id)
    expect(changesSent(scene)).toBe(1)
  })

  it('is confirmed by a person also where that ends the transfer', async () => {
    const scene = await beginLedgerScene({ deed: 'take-back' })
    await park(scene, onUpdate)
    await scene.chat.press('tick', { step: 'call-happened' })
    expect((await trackOf(scene)).state).toBe('cancelled')
    expect((await action(scene))?.state).toBe('confirmed')
    expect((await scene.outbox()).filter(({ kind }) => kind === 'action')).toEqual([])
  })

  it('is looked for once more when it is redriven, and never sent', async () => {
    const scene = await beginLedgerScene()
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
    expect(changesSent(scene)).toBe(1)
  })

  it('is adopted when the second try is refused because the first one took effect after all', async () => {
    const scene = await beginLedgerScene({ settings: { refusesRunning: true } })
    const { state } = scene.upstream.store
    const list = state.transfers
    // The list is late: it does not show what was made.
    scene.upstream.faults.set([{ on: onCreate, kind: 'effect-then-reset', times: 1 }])
    const made = hidden(list)
    await scene.press(scene.ready)
    await scene.chat.see(/Please check in Partner Center/)
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
    const scene = await beginLedgerScene({ deed: 'take-back', world: { checkDelaysMs: [1_000] } })
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
    const scene = await beginLedgerScene({ deed: 'take-back', world: { pollMs: 100 } })
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
    const scene = await beginLedgerScene()
    scene.upstream.faults.set([{ on: onCreate, kind: '429', times: 1, retryAfter: 60 }])
    const pressedAt = scene.now().getTime()
    await scene.press(scene.ready)
    await scene.chat.see(/Microsoft is busy right now.+Trying again at/)
    const { id } = (await action(scene)) ?? {}
    expect(await action(scene)).toMatchObject({ state: 'prepared', sends: 1 })
    await scene.travelTo(new Date(pressedAt + 59_000).toISOString())
    await scene.idle()
    expect(changesSent(scene)).toBe(1)
    await scene.travelTo(new Date(pressedAt + 63_000).toISOString())
    await scene.chat.see(/days left/)
    expect(scene.upstream.effects().byRequest).toEqual({ [id ?? '']: 1 })
    expect(await action(scene)).toMatchObject({ state: 'confirmed', sends: 2 })
  })

  it('says each time when it is tried again, however long Microsoft is busy, and is done once in the end', async () => {
    const scene = await beginLedgerScene()
    scene.upstream.faults.set([{ on: onCreate, kind: '429', retryAfter: 600 }])
    await scene.press(scene.ready)
    for (let time = 1; time <= 6; time += 1) {
      await until('it was tried', () => changesSent(scene) === time)
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
    const scene = await beginLedgerScene()
    scene.upstream.entra.faults.fault = 'reset'
    await scene.press(scene.ready)
    await scene.chat.see(/Microsoft can’t be reached right now.+Trying again at/)
    expect(changesSent(scene)).toBe(0)
    scene.upstream.entra.faults.fault = undefined
    await scene.travelTo(new Date(scene.now().getTime() + 60_000).toISOString())
    await scene.chat.see(/days left/)
    expect([changesSent(scene), scene.effectsOf(scene.ready)]).toEqual([1, 1])
  })

  it('is not sent any more when the case was cancelled before', async () => {
    const scene = await beginLedgerScene()
    scene.upstream.faults.set([{ on: onCreate, kind: '429', times: 1, retryAfter: 60 }])
    await scene.press(scene.ready)
    await scene.chat.see(/Trying again at/)
    await scene.chat.press('cancel')
    await scene.chat.press('cancel', { sure: true })
    await scene.travelTo(new Date(scene.now().getTime() + 120_000).toISOString())
    await scene.settled()
    await inState(scene, 'failed')
    expect(await action(scene)).toMatchObject({ state: 'failed', note: 'withdrawn before it was sent' })
    expect([changesSent(scene), scene.effectsOf(scene.ready)]).toEqual([1, 0])
  })

  it('is over when Microsoft says no, in whose words the card says why', async () => {
    const scene = await beginLedgerScene({ settings: { refusesRunning: true } })
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
    const scene = await beginLedgerScene({ world: { upstreamTimeoutMs: 5_000 } })
    scene.upstream.faults.set([{ on: onCreate, kind: 'slow:700', times: 1 }])
    const answer = await scene.press(scene.ready)
    await until('it is sent', () => changesSent(scene) === 1)
    scene.chat.look(answer.body?.value as Record<string, unknown>)
    await scene.chat.press('cancel')
    await scene.chat.press('cancel', { sure: true })
    expect(await action(scene)).toMatchObject({ state: 'sending' })
    await scene.settled()
    expect(await action(scene)).toMatchObject({ state: 'confirmed', sends: 1 })
    expect((await trackOf(scene)).state).toBe('cancelled')
    expect(scene.effectsOf(scene.ready)).toBe(1)
    await scene.chat.see(/was cancelled, but Microsoft had already carried out the request/)
  })
})

describe('who is asked', () => {
  it('is the current partner, once, whatever comes in between', async () => {
    const scene = await beginLedgerScene()
    await scene.press(scene.ready)
    await scene.chat.see(/days left/)
    const stale = await scene.press(scene.ready)
    expect(stale.status).toBe(200)
    await scene.settled()
    expect(scene.upstream.effects().byKey).toEqual({ [`transfer.create ${scene.ready.customer.id} ${litware.id}`]: 1 })
  })
})
