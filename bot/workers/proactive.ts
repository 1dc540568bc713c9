import { type Activity, ActivityTypes, type Attachment } from 'botbuilder'
import { z } from 'zod'
import type { Banner } from '../../cards/text/banners.ts'
import type { Locale } from '../../cards/text/text.ts'
import { ok, type Result, refused } from '../../dialogs/result.ts'
import { findCase, type StoredCase } from '../../state/case-store.ts'
import { findDesk } from '../../state/desks.ts'
import { type Conversation, findConversation, findPerson } from '../../state/directory.ts'
import type { Database, Tx } from '../../state/engine/transaction.ts'
import type { ClaimedEffect } from '../../state/outbox-claims.ts'
import { type PostedCard, postedCardsOf } from '../../state/posted-cards.ts'
import { readEditions } from '../config/editions.ts'
import type { Deployment } from '../deployment.ts'
import { effectPayloads } from '../effects/effects.ts'
import { livingAt, threadOf } from '../effects/living-card.ts'
import { type CaseView, isShared, peopleAsked, renderSource, showCase } from '../present.ts'
import { roomOf } from '../teams/activity.ts'
import type { Connector, SendResult } from '../teams/connector.ts'
import type { RateLimits } from '../teams/rate-limits.ts'

const referenceSchema = z.object({
  serviceUrl: z.string(),
  bot: z.object({ id: z.string(), name: z.string().optional() }),
  user: z.string().optional(),
  timeZone: z.string().optional(),
})

interface ProactiveDeps {
  database: Database
  deployment: Deployment
  connector: Connector
  limits: RateLimits
  now: () => Date
}

type Card = { card: object; summary: string }
type File = { attachment: object; summary: string }
/** The full card of a case that a message shows. */
type Shown = { caseId: string; view: PostedCard['view'] }
/** Message to post, or new content for the message with the id `replaces`. */
type Message = (Card | File) & { replaces?: string; shown?: Shown | undefined }
/** The place of a message: a known conversation, or a thread of it. */
type Target = { to: Conversation; thread?: string }

/** Result of a send with the full card that it shows, or the reason why none was tried. */
export type ProactiveResult =
  | (SendResult & { conversation?: string; shown?: Shown | undefined })
  | { kind: 'not-yet'; waitMs: number }
  | { kind: 'pointless'; why: string }

/** Sends messages and updates to known conversations outside a turn, within the rate limits of Teams. */
export function createProactive({ database, deployment, connector, limits, now }: ProactiveDeps) {
  /** Finds the conversation of an effect: the tenant's approvals desk for a request, else the one it names. */
  async function placeOf(tx: Tx, effect: ClaimedEffect): Promise<Conversation | undefined> {
    const { tenant } = effect
    if (effect.kind === 'approval') {
      const desk = await findDesk(tx, tenant, 'approvals')
      return desk && findConversation(tx, tenant, desk.conversation)
    }
    const update = effect.kind === 'update' ? effectPayloads.update.parse(effect.payload) : undefined
    return findConversation(tx, tenant, update?.conversation ?? effect.conversation ?? '')
  }

  /** Prepares the message. Cards are rendered only now, so that they show the present case. */
  async function prepare(tx: Tx, effect: ClaimedEffect): Promise<Result<Target & { message: Message }, string>> {
    const to = await placeOf(tx, effect)
    if (!to) return refused(effect.kind === 'approval' ? 'no approvals desk' : 'unknown conversation')
    if (!to.installed) return refused('uninstalled')
    if (effect.kind === 'reply') {
      const message = effectPayloads.reply.parse(effect.payload)
      return ok({ to, message: { ...message, shown: await shownByReply(tx, effect, to) } })
    }
    if (effect.kind === 'file') return ok({ to, message: effectPayloads.file.parse(effect.payload) })
    if (effect.kind === 'say') return ok({ to, message: bannerCard(to, effectPayloads.say.parse(effect.payload).line) })
    const stored = await findCase(tx, effect.tenant, effect.caseId ?? '')
    if (!stored) return refused('no such case')
    return ok(await ofCase(tx, effect, to, stored))
  }

  /** The case on the card of a reply. The approvals desk shows cases of other rooms. */
  async function shownByReply(
    tx: Tx,
    { tenant, caseId }: ClaimedEffect,
    { conversation }: Conversation,
  ): Promise<Shown | undefined> {
    const stored = caseId === undefined ? undefined : await findCase(tx, tenant, caseId)
    return stored && { caseId: stored.case.id, view: stored.room === roomOf(conversation) ? 'case' : 'approval' }
  }

  /**
   * Prepares a message about a case. News is one line beside the living card, which an update brings up to date; without
   * a living card it is the full card. A message that is no living card any more becomes a pointer to it.
   */
  async function ofCase(
    tx: Tx,
    { kind, tenant, payload }: ClaimedEffect,
    to: Conversation,
    { case: caseRecord }: StoredCase,
  ): Promise<Target & { message: Message }> {
    const caseId = caseRecord.id
    const update = kind === 'update' ? effectPayloads.update.parse(payload) : undefined
    const view = kind === 'approval' ? 'approval' : (update?.view ?? 'case')
    const living = livingAt(await postedCardsOf(tx, caseId), { tenant, conversation: to.conversation, view })
    const drawn = (of: CaseView) => drawCase(tx, to, of)
    if (update) {
      const isElsewhere = living !== undefined && living.message !== update.message
      const card = await drawn(
        isElsewhere ? { kind: 'stub', case: caseRecord } : { kind: view, case: caseRecord, from: update.from },
      )
      return { to, message: { ...card, replaces: update.message } }
    }
    const isReminder = kind === 'approval' && effectPayloads.approval.parse(payload).reminder
    const notice = kind === 'notify' ? effectPayloads.notify.parse(payload).notice : undefined
    const news: Banner | undefined = isReminder ? { key: 'approval-waits' } : notice
    // Only a new message calls people: an update of it would call them again.
    const asked = kind === 'approval' ? await peopleAsked(tx, deployment, caseRecord) : undefined
    if (living && news) {
      const message = await drawn({ kind: 'line', case: caseRecord, banner: news, asked })
      return { to, thread: threadOf(living, to.kind), message }
    }
    const card = await drawn(
      kind === 'approval'
        ? { kind: 'approval', case: caseRecord, asked }
        : { kind: 'case', case: caseRecord, banner: notice },
    )
    return { to, message: { ...card, shown: { caseId, view } } }
  }

  function bannerCard(to: Conversation, banner: Banner): Card {
    const locale = (isShared(to.kind) ? deployment.defaultLocale : (to.locale ?? deployment.defaultLocale)) as Locale
    const viewer = { locale, sandbox: deployment.sandbox, names: {}, at: now().toISOString() }
    return renderSource(deployment, { view: { kind: 'message', banner }, viewer })
  }

  async function drawCase(tx: Tx, to: Conversation, view: CaseView): Promise<Card> {
    const { tenant, createdBy } = view.case
    const person = await findPerson(tx, tenant, createdBy.id)
    const locale = (person?.locale ?? to.locale ?? deployment.defaultLocale) as Locale
    const { user, timeZone } = referenceSchema.parse(to.reference)
    const place = { kind: to.kind, locale, user, timeZone, at: now().toISOString() }
    return renderSource(deployment, await showCase(tx, deployment, place, view))
  }

  return async (effect: ClaimedEffect): Promise<ProactiveResult> => {
    const prepared = await database.transaction((tx) => prepare(tx, effect))
    if (!prepared.ok) return { kind: 'pointless', why: prepared.reason }
    const { to, thread, message } = prepared.value
    const conversation = thread ?? to.conversation
    const waitMs = limits.take(conversation, effect.tenant)
    if (waitMs > 0) return { kind: 'not-yet', waitMs }
    const { serviceUrl, bot } = referenceSchema.parse(to.reference)
    const body = activityOf(message, bot, conversation)
    const { replaces, shown } = message
    const sent = await (replaces === undefined
      ? connector.post(serviceUrl, conversation, body)
      : connector.update(serviceUrl, conversation, replaces, { ...body, id: replaces }))
    if (sent.kind === 'throttled') limits.silence(conversation, sent.retryAfterMs ?? 0)
    return { ...sent, conversation, shown }
  }
}
export type Proactive = ReturnType<typeof createProactive>

/** Builds a message with a banner for a conversation, outside of any effect. */
export function bannerMessage(to: Conversation, banner: Banner, config: { defaultLocale: Locale; mode: string }) {
  const { serviceUrl, bot } = referenceSchema.parse(to.reference)
  const locale = (to.locale ?? config.defaultLocale) as Locale
  const viewer = { locale, sandbox: config.mode === 'sandbox', names: {}, at: new Date().toISOString() }
  const card = renderSource({ policy: readEditions() }, { view: { kind: 'message', banner }, viewer })
  return { serviceUrl, conversation: to.conversation, body: activityOf(card, bot, to.conversation) }
}

/** Builds the activity of a card without text: Teams would split the text off, and the split card cannot be updated. */
function activityOf(message: Card | File, bot: { id: string }, conversation: string): Partial<Activity> {
  const { summary } = message
  const attachment =
    'card' in message
      ? { contentType: 'application/vnd.microsoft.card.adaptive', content: message.card }
      : (message.attachment as Attachment)
  return {
    type: ActivityTypes.Message,
    from: bot as Activity['from'],
    conversation: { id: conversation } as Activity['conversation'],
    summary,
    attachments: [attachment],
  }
}
