import { randomInt } from 'node:crypto'
import { UnreadableCaseError } from '../../dialogs/versions.ts'
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
import type { Tx } from '../../state/engine/transaction.ts'
import { addEffects, type NewEffect, resume } from '../../state/outbox-store.ts'
import { removePostedCard } from '../../state/posted-cards.ts'
import { cardUpdate, type EffectPayload, replyKey } from '../effects/effects.ts'
import { makeLiving } from '../effects/living-card.ts'
import { type CardSource, isShared, renderSource, shownOn } from '../present.ts'
import type { IncomingActivity } from '../teams/activity.ts'
import { answerWithBanner, type TurnAnswer } from './answers.ts'
import { handleCardAction } from './card-actions.ts'
import { handleMessage, runCommand } from './commands.ts'
import { companiesAt } from './desks/companies.ts'
import { handleFileConsent } from './export.ts'
import { greetOnce } from './greet.ts'
import { transact } from './transact.ts'
import type { RandomBits, Turn, TurnDeps } from './turn.ts'

/**
 * Handles one delivery and returns the body of its HTTP response. The answer to a message is undefined: it leaves
 * through the outbox. A repeated delivery gets the same answer and changes nothing. Throws UnavailableError if nothing
 * can be written.
 */
export type HandleActivity = (incoming: IncomingActivity) => Promise<TurnAnswer>

export function createActivityHandler({
  database,
  deployment,
  now,
  wake,
  companyOf,
  random = () => randomInt(2 ** 30),
}: TurnDeps): HandleActivity {
  async function handle(
    tx: Tx,
    incoming: IncomingActivity,
    companies: Turn['companies'],
  ): Promise<{ answer: TurnAnswer; wrote: boolean }> {
    const { place, sender } = incoming
    // Read at once: over a network this is one round trip.
    const [stored, person, conversation] = await Promise.all([
      findDelivery(tx, incoming.delivery),
      sender.id === '' ? undefined : findPerson(tx, place.tenant, sender.id),
      findConversation(tx, place.tenant, place.conversation),
    ])
    if (stored !== undefined) return { answer: readAnswer(stored), wrote: false }
    const turn = { ...(await begin(tx, incoming, person, conversation)), companies }
    const answer = await route(turn, random)
    await noteShown(turn, answer)
    const isMessage = incoming.request.kind !== 'press' || incoming.request.reply === 'message'
    if (isMessage && answer && 'view' in answer) await addEffects(tx, [replyEffect(turn, answer)])
    const replay = isMessage || answer === undefined ? '' : JSON.stringify(answer)
    await saveDelivery(tx, incoming.delivery, replay, turn.at)
    return { answer: isMessage ? undefined : answer, wrote: true }
  }

  /** Saves news about the person and the conversation, and gathers the context of the turn. */
  async function begin(
    tx: Tx,
    incoming: IncomingActivity,
    person: PersonRecord | undefined,
    before: Conversation | undefined,
  ): Promise<Omit<Turn, 'companies'>> {
    const at = now(tx).toISOString()
    const { place, sender } = incoming
    const { tenant, conversation, kind, reference } = place
    const here: Turn['person'] = {
      ...(person ?? { name: '' }),
      tenant,
      id: sender.id,
      ...(sender.name === '' ? {} : { name: sender.name }),
      account: sender.account,
    }
    if (sender.id !== '') await savePerson(tx, here, at, person)
    const clientLocale = incoming.locale ?? (before?.locale as Turn['locale'] | undefined)
    const locale = (here.locale as Turn['locale'] | undefined) ?? clientLocale ?? deployment.defaultLocale
    const spokenHere = isShared(kind) ? {} : { locale }
    const installed = incoming.request.kind !== 'uninstalled'
    await saveConversation(tx, { tenant, conversation, kind, reference, installed, ...spokenHere }, at, before)
    if (installed && before?.installed === false) await resume(tx, tenant, conversation)
    return { tx, deployment, incoming, at, person: here, locale }
  }

  return async (incoming) => {
    // Two first messages of a person must open one case, and answers must follow the order of the messages.
    const { tenant, conversation } = incoming.place
    // Read before the transaction, which must not wait for a remote answer.
    const companies = companyOf ? await companiesAt(incoming, { database, deployment, companyOf }) : {}
    const { answer, wrote } = await transact(
      database,
      (tx) => handle(tx, incoming, companies),
      `${tenant} ${conversation}`,
    )
    if (wrote) wake()
    return answer
  }
}

/** Reads a stored answer. In releases before 0.2 the banner of a view was its `line`. */
function readAnswer(stored: string): TurnAnswer {
  if (stored === '') return undefined
  const answer = JSON.parse(stored) as { view?: { line?: unknown; banner?: unknown } }
  if (answer.view?.line !== undefined) answer.view.banner = answer.view.line
  return answer as TurnAnswer
}

async function route(turn: Turn, random: RandomBits): Promise<TurnAnswer> {
  const { request, place } = turn.incoming
  try {
    switch (request.kind) {
      case 'press':
        return await handleCardAction(turn, request, random)
      case 'command':
        return await runCommand(turn, request, random)
      case 'text':
        return await handleMessage(turn, random)
      case 'signed-in':
        return answerWithBanner(turn, { key: request.taken ? 'signed-in' : 'sign-in-failed' })
      case 'file-consent':
        return await handleFileConsent(turn, request)
      case 'installed':
        return await greetOnce(turn, random)
      case 'uninstalled':
        await markUninstalled(turn.tx, place.tenant, place.conversation, turn.at)
        return undefined
      case 'noted':
        return undefined
      default:
        return request satisfies never
    }
  } catch (error) {
    // The stored case stays untouched for an administrator; the person gets an explanation.
    if (error instanceof UnreadableCaseError) return answerWithBanner(turn, { key: 'case-unreadable' })
    throw error
  }
}

/** The case that a view shows in full. An approver may read a request in their own chat, but its card lives at the desk. */
function shownAt({ kind }: IncomingActivity['place'], view: CardSource['view']) {
  const shown = shownOn(view)
  return shown?.view === 'approval' && !isShared(kind) ? undefined : shown
}

/** Notes what the clicked message turns into: the living card of a case, or of none. */
async function noteShown({ tx, incoming: { place, request }, at }: Turn, answer: TurnAnswer): Promise<void> {
  if (request.kind !== 'press' || request.reply !== 'invoke' || request.verb === 'refresh') return
  const { message } = request
  if (message === undefined || !answer || !('view' in answer)) return
  const { tenant, conversation, kind } = place
  const shown = shownAt(place, answer.view)
  if (!shown) return removePostedCard(tx, { tenant, conversation, message })
  const isNew = await makeLiving(tx, { ...shown, tenant, conversation, message }, at)
  // The answer reaches the person who clicked; other readers of a shared conversation need the message updated.
  if (isNew && isShared(kind)) {
    const from = 'from' in answer.view ? answer.view.from : undefined
    await addEffects(tx, [cardUpdate(place, shown.caseId, message, at, shown.view, from)])
  }
}

/** Returns the answer to a message as an effect, so that it survives a crash. */
function replyEffect({ deployment, incoming }: Turn, answer: CardSource): NewEffect {
  const { tenant, conversation } = incoming.place
  const payload: EffectPayload<'reply'> = { ...renderSource(deployment, answer) }
  const shown = shownAt(incoming.place, answer.view)
  const ofCase = shown === undefined ? {} : { caseId: shown.caseId }
  return { kind: 'reply', tenant, ...ofCase, conversation, payload, key: replyKey(incoming.delivery) }
}
