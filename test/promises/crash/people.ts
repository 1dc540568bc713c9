import { setTimeout as sleep } from 'node:timers/promises'
import { findCase } from '../../../state/case-store.ts'
import { activity, type Card, pressed, type Speaker } from '../../support/bot.ts'
import { type ActionRowSeen, type Deed, type Ready, rowsOf } from '../../support/ledger-world.ts'
import { somebody } from '../../support/world.ts'
import { buttonData, termClicks } from '../clicks.ts'
import type { Tally } from '../promise.ts'
import type { CrashWorld } from './world.ts'

/** Dialog as far as it was acknowledged. */
export interface AcknowledgedDialog {
  speaker: Speaker
  caseId: string
  /** Clicks answered with the card they lead to. */
  clicks: number
}

/** Log of everything that people did. */
export interface PeopleLog {
  turns: number
  /** Conversations with an acknowledged hello. */
  greetings: string[]
  /** Longest time until a greeting arrived in Teams. */
  longestMs: number
  dialogs: AcknowledgedDialog[]
  deeds: Ready[]
}

/** Longest delay of a due effect, kills included. */
const starvedMs = 60_000

async function greeted({ connector }: CrashWorld, place: string): Promise<Card | undefined> {
  for (const until = Date.now() + starvedMs; Date.now() < until; await sleep(20)) {
    const found = connector.sent.findLast(({ conversation }) => conversation === place)
    const card = found?.body.attachments?.[0]?.content
    if (card) return card
  }
  return undefined
}

/** Says hello as a new person and clicks through to the end. Acknowledged steps must never be lost. */
export async function holdDialog(
  world: CrashWorld,
  tally: Tally,
  done: PeopleLog,
  count = termClicks.length,
): Promise<void> {
  const { bot, connector } = world
  const speaker = somebody()
  const deliver = async (what: Record<string, unknown>) => {
    done.turns += 1
    return bot.deliver(activity(connector.url, speaker, what))
  }
  const { status } = await deliver({ type: 'message', text: 'hello' })
  done.greetings.push(speaker.conversation ?? '')
  const since = Date.now()
  let card = await greeted(world, speaker.conversation ?? '')
  done.longestMs = Math.max(done.longestMs, Date.now() - since)
  tally.expect(
    status === 200 && card !== undefined,
    () => `hello was answered ${status}, and nothing was said within a minute`,
  )
  const caseId = /MC-[0-9A-Z]{6}/.exec(JSON.stringify(card))?.[0]
  if (card && !caseId) tally.failed(`hello was answered with something else: ${JSON.stringify(card).slice(0, 300)}`)
  if (!card || !caseId) return
  const dialog: AcknowledgedDialog = { speaker, caseId, clicks: 0 }
  done.dialogs.push(dialog)
  for (const [verb, args, inputs] of termClicks.slice(0, count)) {
    const data = buttonData(card, verb, args)
    if (data === undefined || data.rev !== dialog.clicks) {
      tally.failed(`${caseId}: click ${dialog.clicks + 1} meets revision ${data?.rev}`)
      return
    }
    const answer = await deliver(pressed(verb, { ...data, ...inputs }))
    tally.expect(answer.status === 200, () => `${caseId}: ${verb} was answered ${answer.status}`)
    card = answer.body?.value as Card
    dialog.clicks += 1
  }
}

/** Checks that every hello was answered in Teams, or that its answer is a visible dead letter. */
export async function checkGreetings(world: CrashWorld, tally: Tally, greetings: readonly string[]) {
  const notifiedConversations = new Set(world.connector.sent.map(({ conversation }) => conversation))
  const waiting = await world.outbox()
  const aside = new Set(waiting.filter(({ ready }) => ready === null).map(({ conversation }) => conversation))
  const figures = { 'greetings put aside': 0 }
  for (const place of greetings) {
    if (!notifiedConversations.has(place) && aside.has(place)) figures['greetings put aside'] += 1
    tally.expect(
      notifiedConversations.has(place) || aside.has(place),
      () => `hello was acknowledged in ${place}, and nothing was said`,
    )
  }
  return figures
}

export const orderedDeeds: readonly Deed[] = ['request', 'take-back', 'accept', 'decline']

/** Orders a deed at Microsoft as a new person. */
export async function orderDeed(world: CrashWorld, tally: Tally, done: PeopleLog, deed: Deed): Promise<void> {
  const { bot, connector } = world
  const ready = await world.prepare(deed)
  done.turns += 1
  const answer = await bot.deliver(activity(connector.url, ready.speaker, pressed(ready.verb, ready.data)))
  tally.expect(answer.status === 200, () => `${deed} was answered ${answer.status}`)
  done.deeds.push(ready)
}

/** Checks that everything acknowledged is in the database, Teams and Microsoft. */
export async function checkDialogs(
  world: CrashWorld,
  tally: Tally,
  dialogs: readonly AcknowledgedDialog[],
): Promise<void> {
  for (const { speaker, caseId, clicks } of dialogs) {
    const tenant = activity('', speaker, {}).channelData as { tenant: { id: string } }
    const stored = await world.database.transaction((tx) => findCase(tx, tenant.tenant.id, caseId))
    const revision = stored?.case.revision
    tally.expect(revision === clicks, () => `${caseId}: ${clicks} clicks were acknowledged, revision is ${revision}`)
  }
}

const failedIn = /Something went wrong with (MC-[0-9A-Z]{6})/

/** Checks each action by Microsoft's own count and by the bot's record. */
export async function checkDeeds(world: CrashWorld, tally: Tally, ready: readonly Ready[]) {
  const rows = await rowsOf<ActionRowSeen>(world.database, 'actions')
  // Its outcome is unknown, or the process was killed with it five times in a row.
  const aside = new Set((await world.outbox()).filter((effect) => effect.ready === null).map(({ key }) => key))
  const reportedCases = new Set(
    world.connector.sent.flatMap(({ body }) => failedIn.exec(JSON.stringify(body))?.[1] ?? []),
  )
  const effects = world.upstream.effects().byKey
  const figures = { confirmed: 0, 'left to a person': 0 }
  for (const { deed, caseId, key } of ready) {
    const [row, another] = rows.filter(({ case_id }) => case_id === caseId)
    const happened = effects[key] ?? 0
    if (row?.state === 'confirmed') figures.confirmed += 1
    const isConfirmed = row?.state === 'confirmed' && happened === 1
    const isAside = !isConfirmed && happened <= 1 && aside.has(`action:${row?.id}`)
    // The card of the case asks for the outcome, or the conversation was told of the failure.
    const isVisible = isAside && (row?.state === 'unknown' || reportedCases.has(caseId))
    if (isVisible) figures['left to a person'] += 1
    tally.expect(
      another === undefined && (isConfirmed || isVisible),
      () => `${deed} of ${caseId}: ${row?.state ?? 'no action'}, happened ${happened} times`,
    )
  }
  return figures
}
