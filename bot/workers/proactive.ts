import { type Activity, ActivityTypes, type Attachment } from 'botbuilder'
import { z } from 'zod'
import type { Banner } from '../../cards/text/banners.ts'
import type { Locale } from '../../cards/text/text.ts'
import { ok, type Result, refused } from '../../dialogs/result.ts'
import { findCase } from '../../state/case-store.ts'
import { findDesk } from '../../state/desks.ts'
import { type Conversation, findConversation, findPerson } from '../../state/directory.ts'
import type { Database, Tx } from '../../state/engine/transaction.ts'
import type { ClaimedEffect } from '../../state/outbox-claims.ts'
import { readEditions } from '../config/editions.ts'
import type { Deployment } from '../deployment.ts'
import { effectPayloads } from '../effects/effects.ts'
import { isShared, peopleAsked, renderSource, showCase } from '../present.ts'
import type { Connector, SendResult } from '../teams/connector.ts'
import type { RateLimits } from '../teams/rate-limits.ts'

const referenceSchema = z.object({
  serviceUrl: z.string(),
  bot: z.object({ id: z.string(), name: z.string().optional() }),
  user: z.string().optional(),
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
/** Message to post, or new content for the message with the id `replaces`. */
type Message = (Card | File) & { replaces?: string }

/** Result of a send, or the reason why none was tried. */
export type ProactiveResult =
  | (SendResult & { conversation?: string })
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
  async function prepare(
    tx: Tx,
    effect: ClaimedEffect,
  ): Promise<Result<{ to: Conversation; message: Message }, string>> {
    const to = await placeOf(tx, effect)
    if (!to) return refused(effect.kind === 'approval' ? 'no approvals desk' : 'unknown conversation')
    if (!to.installed) return refused('uninstalled')
    if (effect.kind === 'reply') return ok({ to, message: effectPayloads.reply.parse(effect.payload) })
    if (effect.kind === 'file') return ok({ to, message: effectPayloads.file.parse(effect.payload) })
    if (effect.kind === 'say') return ok({ to, message: bannerCard(to, effectPayloads.say.parse(effect.payload).line) })
    const update = effect.kind === 'update' ? effectPayloads.update.parse(effect.payload) : undefined
    const banner = effect.kind === 'notify' ? effectPayloads.notify.parse(effect.payload).notice : undefined
    const kind = effect.kind === 'approval' || update?.view === 'approval' ? 'approval' : 'case'
    const card = await presentCard(tx, effect, to, { kind, banner })
    if (!card) return refused('no such case')
    return ok({ to, message: { ...card, ...(update === undefined ? {} : { replaces: update.message }) } })
  }

  function bannerCard(to: Conversation, banner: Banner): Card {
    const locale = (isShared(to.kind) ? deployment.defaultLocale : (to.locale ?? deployment.defaultLocale)) as Locale
    const viewer = { locale, sandbox: deployment.sandbox, names: {}, at: now().toISOString() }
    return renderSource(deployment, { view: { kind: 'message', banner }, viewer })
  }

  async function presentCard(
    tx: Tx,
    { tenant, caseId, kind: effectKind }: ClaimedEffect,
    to: Conversation,
    { kind, banner }: { kind: 'case' | 'approval'; banner: Banner | undefined },
  ): Promise<Card | undefined> {
    const stored = await findCase(tx, tenant, caseId ?? '')
    if (!stored) return undefined
    const person = await findPerson(tx, tenant, stored.case.createdBy.id)
    const locale = (person?.locale ?? to.locale ?? deployment.defaultLocale) as Locale
    const { user } = referenceSchema.parse(to.reference)
    const place = { kind: to.kind, locale, user, at: now().toISOString() }
    // Only a new message calls people: an update of it would call them again.
    const asked = effectKind === 'approval' ? { asked: await peopleAsked(tx, deployment, stored.case) } : {}
    return renderSource(
      deployment,
      await showCase(tx, deployment, place, { kind, case: stored.case, banner, ...asked }),
    )
  }

  return async (effect: ClaimedEffect): Promise<ProactiveResult> => {
    const prepared = await database.transaction((tx) => prepare(tx, effect))
    if (!prepared.ok) return { kind: 'pointless', why: prepared.reason }
    const { to, message } = prepared.value
    const { conversation } = to
    const waitMs = limits.take(conversation, effect.tenant)
    if (waitMs > 0) return { kind: 'not-yet', waitMs }
    const { serviceUrl, bot } = referenceSchema.parse(to.reference)
    const body = activityOf(message, bot, conversation)
    const { replaces } = message
    const sent = await (replaces === undefined
      ? connector.post(serviceUrl, conversation, body)
      : connector.update(serviceUrl, conversation, replaces, { ...body, id: replaces }))
    if (sent.kind === 'throttled') limits.silence(conversation, sent.retryAfterMs ?? 0)
    return { ...sent, conversation }
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
