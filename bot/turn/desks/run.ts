import { randomInt } from 'node:crypto'
import type { Banner } from '../../../cards/text/banners.ts'
import { type DeskKind, deskKinds, readDesk } from '../../../cards/text/commands.ts'
import { countApprovalRequests } from '../../../state/approval-requests.ts'
import { deskAt, removeDesk, setDesk } from '../../../state/desks.ts'
import { findConversation, saveConversation } from '../../../state/directory.ts'
import { addEffects } from '../../../state/outbox-store.ts'
import { createCode, redeemCode } from '../../../state/pairing-codes.ts'
import { type Pairing, pair, pairingOf, pairingsAt, unpair } from '../../../state/pairings.ts'
import { sayEffect } from '../../effects/effects.ts'
import { answerWith, answerWithBanner, type TurnAnswer } from '../answers.ts'
import type { Turn } from '../turn.ts'

/** Lifetime of a pairing code. */
const CODE_MINUTES = 10

type Job = DeskKind | 'off'

/** Runs `desk approvals`, `desk direct-partner` and `desk off`: makes this conversation a desk, or ends that. */
export async function runDeskCommand(turn: Turn, rest: string): Promise<TurnAnswer> {
  const kind = readDesk(rest)
  const fault = await faultOf(turn, kind)
  if (fault) return answerWithBanner(turn, fault)
  return kind === undefined ? answerWithBanner(turn, { key: 'desk-which' }) : changeDesk(turn, kind)
}

/** Handles the button of the same effect, which asks before it makes this conversation a desk. */
export async function pressDesk(
  turn: Turn,
  { desk, sure }: { desk: Job; sure?: true | undefined },
): Promise<TurnAnswer> {
  const fault = await faultOf(turn, desk)
  if (fault) return answerWithBanner(turn, fault)
  return desk === 'off' || sure ? changeDesk(turn, desk) : answerWith(turn, { kind: 'confirm-desk', desk })
}

/** Returns the reason for which the person may not do this here, if any. */
async function faultOf(turn: Turn, kind: Job | undefined): Promise<Banner | undefined> {
  const { tx, person, deployment } = turn
  const { tenant, room, kind: place } = turn.incoming.place
  // A desk acts in the partner's name, and administrators decide where approvals are given.
  const isOurs = tenant === deployment.partner.tenant && person.id !== ''
  const isAdmin = isOurs && deployment.partner.admins.has(person.id)
  const concernsApprovals =
    kind === 'approvals' || (kind === 'off' && (await deskAt(tx, tenant, room, 'approvals')) !== undefined)
  if (!isOurs || (concernsApprovals && !isAdmin)) return { key: 'desk-not-allowed' }
  return kind === 'approvals' && place !== 'channel' ? { key: 'desk-needs-channel' } : undefined
}

async function changeDesk(turn: Turn, kind: Job): Promise<TurnAnswer> {
  const { tx, at, person } = turn
  const { tenant, room, kind: place, reference } = turn.incoming.place
  if (kind === 'off') {
    let removed = false
    for (const deskKind of deskKinds)
      removed = (await removeDesk(tx, { tenant, kind: deskKind, room, by: person.id, at })) || removed
    return answerWithBanner(turn, { key: removed ? 'desk-removed' : 'desk-which' })
  }
  // Messages go to the channel, not to the thread in which it was made a desk, by the address that is valid now.
  const conversation = place === 'channel' ? room : turn.incoming.place.conversation
  const known = await findConversation(tx, tenant, conversation)
  await saveConversation(tx, { tenant, conversation, kind: place, reference, installed: true }, at, known)
  await setDesk(tx, { tenant, kind, room, conversation, by: person.id, at })
  const waiting = kind === 'approvals' ? { waiting: await countApprovalRequests(tx, tenant) } : {}
  return answerWith(turn, { kind: 'desk', desk: kind, isNew: true, ...waiting })
}

/** Runs `link`, which gives a code at a direct partner's desk, and `link CODE`, which pairs a reseller with it. */
export async function runLinkCommand(turn: Turn, rest: string): Promise<TurnAnswer> {
  const { tx, at, person } = turn
  const { tenant, room, conversation } = turn.incoming.place
  if (person.id === '') return answerWithBanner(turn, { key: 'not-yours' })
  const here = await deskAt(tx, tenant, room, 'direct-partner')
  if (rest === '') {
    if (!here) return answerWithBanner(turn, { key: 'link-no-desk' })
    const place = { tenant, room, conversation: here.conversation }
    const code = await createCode(tx, { ...place, by: person.id, at, random: randomInt(2 ** 40) })
    // A card, after a click as well: the code is read from it and typed elsewhere.
    return answerWith(turn, { kind: 'message', banner: { key: 'link-code', code, minutes: CODE_MINUTES } })
  }
  const found = await redeemCode(tx, rest, { by: { tenant, id: person.id }, in: { tenant, room }, at })
  if (!found.ok) return answerWithBanner(turn, { key: `link-${found.reason}` })
  const desk = found.value
  const reseller = { tenant, room, conversation }
  const old = (await pairingOf(tx, tenant, room))?.desk
  const isReplaced = old !== undefined && (old.tenant !== desk.tenant || old.room !== desk.room)
  await pair(tx, { reseller, desk, by: { tenant, id: person.id }, at })
  if (isReplaced) await notifyOther(turn, old, named(turn, 'unlinked', tenant))
  await notifyOther(turn, desk, named(turn, 'linked', tenant))
  const linked = named(turn, 'linked', desk.tenant)
  return answerWithBanner(turn, isReplaced ? { ...linked, replaces: turn.companies[old.tenant] ?? '' } : linked)
}

/** Runs `unlink`: ends the pairing of this conversation, from either side. */
export async function runUnlinkCommand(turn: Turn): Promise<TurnAnswer> {
  const { tx, at, person } = turn
  const { tenant, room } = turn.incoming.place
  if (person.id === '') return answerWithBanner(turn, { key: 'not-yours' })
  const mine = await pairingOf(tx, tenant, room)
  const ended: Pairing[] = mine ? [mine] : await pairingsAt(tx, tenant, room)
  for (const pairing of ended) {
    await unpair(tx, pairing, { by: { tenant, id: person.id }, at })
    await notifyOther(turn, pairing === mine ? pairing.desk : pairing.reseller, named(turn, 'unlinked', tenant))
  }
  if (ended.length === 0) return answerWithBanner(turn, { key: 'not-linked' })
  const others = ended.map((pairing) => turn.companies[(pairing === mine ? pairing.desk : pairing.reseller).tenant])
  const known = [...new Set(others.filter((name) => name !== undefined))]
  return answerWithBanner(turn, { key: 'unlinked', company: known.join(', ') })
}

/** Says with which company a conversation is connected, or no longer. */
const named = ({ companies }: Turn, key: 'linked' | 'unlinked', tenant: string) => ({
  key,
  company: companies[tenant] ?? '',
})

/** Posts a banner in another conversation if the bot is known there. */
async function notifyOther(turn: Turn, to: { tenant: string; conversation: string }, banner: Banner): Promise<void> {
  const known = await findConversation(turn.tx, to.tenant, to.conversation)
  if (known) await addEffects(turn.tx, [sayEffect(to, banner, `${turn.incoming.delivery}:${to.conversation}`)])
}
