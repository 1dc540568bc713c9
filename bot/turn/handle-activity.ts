import { randomInt } from 'node:crypto'
import type { Sighting, WatchedResource } from '../../dialogs/calls.ts'
import type { TrackKind } from '../../dialogs/events.ts'
import { step } from '../../dialogs/step.ts'
import { UnreadableCaseError } from '../../dialogs/versions.ts'
import { DuplicateIdError, findCase, type StoredCase } from '../../state/case-store.ts'
import { findDelivery, saveDelivery } from '../../state/deliveries.ts'
import {
  type Conversation,
  findConversation,
  findPerson,
  markUninstalled,
  type PersonRecord,
  saveConversation,
  savePerson,
} from '../../state/directory.ts'
import { ConflictError, type Database, type Tx } from '../../state/engine/transaction.ts'
import { type ClaimedEffect, finish, retry } from '../../state/outbox-claims.ts'
import { addEffects, resume } from '../../state/outbox-store.ts'
import { type Watch, watchersOf } from '../../state/watches.ts'
import { type CardClick, cardUpdate, effectPayloads, pollEffect, replyEffect, sayEffect } from '../effects/effects.ts'
import { actorKindOf, type CaseNews, type Settlement, tookEffect } from '../effects/settlement.ts'
import type { IncomingActivity } from '../teams/activity.ts'
import { handleCardAction } from './card-actions.ts'
import { greet, handleMessage, type RandomBits, runCommand } from './commands.ts'
import { commitStep } from './commit-step.ts'
import { handleFileConsent } from './export.ts'
import { openAtDesk } from './peers.ts'
import { answerWithLine, type Deployment, isShared, type Turn, type TurnAnswer } from './turn.ts'

export interface CaseServiceDeps {
  database: Database
  setting: Deployment
  /** The time that counts in a transaction: the database's, but in tests. What a case waits for must not depend on whose clock is wrong. */
  now: (tx: Tx) => Date
  /** Told when effects were written, so that they need not wait for the next look. */
  wake: () => void
  random?: RandomBits
}

const tries = 20
const greetEveryMs = 60_000

/**
 * The one door. Whatever happens becomes an event here and takes the same steps: was it seen, what is there, what
 * follows, one transaction, one card.
 */
export function createCaseService({
  database,
  setting,
  now,
  wake,
  random = () => randomInt(2 ** 30),
}: CaseServiceDeps) {
  /** Somebody else was faster, or an id was taken: reading again and deciding again is the cure. */
  async function transact<T>(work: (tx: Tx) => Promise<T>, line?: string): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await database.transaction(work, line)
      } catch (error) {
        const again = error instanceof ConflictError || error instanceof DuplicateIdError
        if (again && attempt < tries) continue
        throw error
      }
    }
  }

  async function take(tx: Tx, inbound: IncomingActivity): Promise<{ answer: TurnAnswer; wrote: boolean }> {
    const { place, sender } = inbound
    // At once: over a network that is one way there and back.
    const [known, person, before] = await Promise.all([
      findDelivery(tx, inbound.delivery),
      sender.id === '' ? undefined : findPerson(tx, place.tenant, sender.id),
      findConversation(tx, place.tenant, place.conversation),
    ])
    if (known !== undefined)
      return { answer: known === '' ? undefined : (JSON.parse(known) as TurnAnswer), wrote: false }
    const turn = await begin(tx, inbound, person, before)
    const answer = await answerTo(turn)
    const isMessage = inbound.request.kind !== 'press' || inbound.request.reply === 'message'
    if (isMessage && answer && 'view' in answer) await addEffects(tx, [replyEffect(turn, answer)])
    const kept = isMessage || answer === undefined ? '' : JSON.stringify(answer)
    await saveDelivery(tx, inbound.delivery, kept, turn.at)
    return { answer: isMessage ? undefined : answer, wrote: true }
  }

  /** Notes who is here and how this place is reached, as far as that was not known yet, and gathers what the turn needs. */
  async function begin(
    tx: Tx,
    inbound: IncomingActivity,
    person: PersonRecord | undefined,
    before: Conversation | undefined,
  ): Promise<Turn> {
    const at = now(tx).toISOString()
    const { place, sender } = inbound
    const { tenant, conversation, kind, reference } = place
    const here = {
      ...(person ?? { tenant, id: sender.id, name: '' }),
      ...(sender.name === '' ? {} : { name: sender.name }),
      account: sender.account,
    }
    if (sender.id !== '') await savePerson(tx, here, at, person)
    const seen = inbound.locale ?? (before?.locale as Turn['locale'] | undefined)
    const locale = (here.locale as Turn['locale'] | undefined) ?? seen ?? setting.defaultLocale
    const spokenHere = isShared(kind) ? {} : { locale }
    const installed = inbound.request.kind !== 'uninstalled'
    await saveConversation(tx, { tenant, conversation, kind, reference, installed, ...spokenHere }, at, before)
    if (installed && before?.installed === false) await resume(tx, tenant, conversation)
    return { tx, setting, inbound, at, person: here, locale }
  }

  async function answerTo(turn: Turn): Promise<TurnAnswer> {
    const { request, place } = turn.inbound
    try {
      switch (request.kind) {
        case 'press':
          return await handleCardAction(turn, request)
        case 'command':
          return await runCommand(turn, request, random)
        case 'text':
          return await handleMessage(turn, random)
        case 'signed-in':
          return answerWithLine(turn, { key: request.taken ? 'signed-in' : 'sign-in-failed' })
        case 'file-consent':
          return await handleFileConsent(turn, request)
        case 'installed':
          return await firstGreeting(turn)
        case 'uninstalled':
          await markUninstalled(turn.tx, place.tenant, place.conversation, turn.at)
          return undefined
        case 'noted':
          return undefined
        default:
          return request satisfies never
      }
    } catch (error) {
      // The case stays as it is for somebody to look at; the person is told.
      if (error instanceof UnreadableCaseError) return answerWithLine(turn, { key: 'case-unreadable' })
      throw error
    }
  }

  /** Installing is told twice, in two kinds of events at the same time: one greeting is enough. */
  async function firstGreeting(turn: Turn): Promise<TurnAnswer> {
    const { tenant, conversation } = turn.inbound.place
    const minute = Math.floor(Date.parse(turn.at) / greetEveryMs)
    const key = (index: number) => `greeted:${index}:${tenant}:${conversation}`
    const greeted = (await findDelivery(turn.tx, key(minute))) ?? (await findDelivery(turn.tx, key(minute - 1)))
    if (greeted !== undefined) return undefined
    await saveDelivery(turn.tx, key(minute), '', turn.at)
    return greet(turn, random)
  }

  /** News of a case that no person brought: the case moves on, as far as it still matters to it. */
  async function takeNews(tx: Tx, stored: StoredCase | undefined, news: CaseNews, clicked?: CardClick): Promise<void> {
    if (!stored) return
    const at = now(tx).toISOString()
    const by = { kind: actorKindOf(news) } as const
    const result = step(setting.policy, stored.case, { ...news, at, by })
    if (!result.ok) {
      if (tookEffect(news))
        await addEffects(tx, [
          sayEffect(stored.case, { key: 'happened-anyway', case: stored.case.id }, `${stored.case.id}:${at}`),
        ])
      return
    }
    const stepped = result.value
    await commitStep(tx, stored, stepped, clicked)
    if (clicked?.message === undefined) return
    const { place } = clicked.visit
    const view = place.room === stored.room ? 'case' : 'approval'
    await addEffects(tx, [cardUpdate(place, stepped.case, clicked.message, at, view)])
  }

  /** Brings news to the other side of an invitation; the first news open a case at its desk. */
  async function deliver(tx: Tx, effect: ClaimedEffect, company: string | undefined): Promise<void> {
    const told = effectPayloads.tell.parse(effect.payload)
    const { news, from, to } = told
    if (to) {
      if (!(await finish(tx, effect, { state: 'done' }))) return
      const stored = await findCase(tx, to.tenant, to.case)
      return takeNews(tx, stored, { type: 'peer.told', track: 'invitation', from, news })
    }
    const opened = await openAtDesk(tx, { setting, random, at: now(tx).toISOString(), company }, told)
    if (!opened) {
      await finish(tx, effect, { state: 'parked', note: 'not paired any more' })
      return
    }
    if (!(await finish(tx, effect, { state: 'done' }))) throw new ConflictError('the effect is somebody else’s by now')
    const peer = { tenant: opened.case.tenant, case: opened.case.id }
    const asker = await findCase(tx, from.tenant, from.case)
    await takeNews(tx, asker, { type: 'peer.linked', track: 'invitation', peer })
  }

  async function settle(tx: Tx, effect: ClaimedEffect, { end, event, clicked, also }: Settlement): Promise<void> {
    const held = 'again' in end ? await retry(tx, effect, end.again) : await finish(tx, effect, end)
    // Somebody else has it by now, and will come to an end of their own.
    if (!held) return
    await also?.(tx, now(tx).toISOString())
    if (event) await takeNews(tx, await findCase(tx, effect.tenant, effect.caseId ?? ''), event, clicked)
  }

  return {
    /**
     * Takes one delivery in and gives the answer of its HTTP request; that of a message is undefined, it leaves through
     * the outbox. The same delivery gets the same answer and does nothing twice. Throws UnavailableError while nothing can be written.
     */
    handleActivity: async (inbound: IncomingActivity): Promise<TurnAnswer> => {
      // In line: two first messages of one person are one case, and answers come in the order of what was said.
      const { tenant, conversation } = inbound.place
      const { answer, wrote } = await transact((tx) => take(tx, inbound), `${tenant} ${conversation}`)
      if (wrote) wake()
      return answer
    },
    /** Takes in that a timer of a case is due. */
    handleTimer: async (effect: ClaimedEffect): Promise<void> => {
      const { track, timer } = effectPayloads.wake.parse(effect.payload)
      await transact((tx) =>
        settle(tx, effect, { end: { state: 'done' }, event: { type: 'timer.fired', track, timer } }),
      )
    },
    /** Takes in what came of an effect: it ends, or is due again, in the transaction of what follows for its case. */
    completeEffect: async (effect: ClaimedEffect, settlement: Settlement): Promise<void> => {
      await transact((tx) => settle(tx, effect, settlement))
      wake()
    },
    /** Brings what one side of an invitation tells to the other; a desk that is asked first hears who is asking. */
    relayToPeer: async (
      effect: ClaimedEffect,
      companyOf: (tenant: string) => Promise<string | undefined>,
    ): Promise<void> => {
      const { from, to } = effectPayloads.tell.parse(effect.payload)
      const company = to ? undefined : await companyOf(from.tenant)
      await transact((tx) => deliver(tx, effect, company))
      wake()
    },
    /** Takes in what was seen at Microsoft for a case that waits for it. */
    handleResourceSeen: async ({ tenant, caseId, track }: Watch, sighting: Sighting): Promise<void> => {
      const event: CaseNews = { type: 'resource.seen', track: track as TrackKind, sighting }
      await transact(async (tx) => takeNews(tx, await findCase(tx, tenant, caseId), event))
      wake()
    },
    /** Takes in, once, that something has changed at Microsoft: whoever waits for it is told sooner. */
    handleWebhook: async (id: string, resource: WatchedResource): Promise<void> => {
      const key = `webhook ${id}`
      await transact(async (tx) => {
        const at = now(tx).toISOString()
        if ((await findDelivery(tx, key)) !== undefined) return
        await saveDelivery(tx, key, '', at)
        if ((await watchersOf(tx, resource)).length > 0) await addEffects(tx, [pollEffect(resource, at)])
      })
      wake()
    },
  }
}
export type CaseService = ReturnType<typeof createCaseService>
