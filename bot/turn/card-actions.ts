import { type CardAction, readCardAction } from '../../cards/buttons.ts'
import type { ListPage } from '../../cards/list-page.ts'
import type { Banner } from '../../cards/text/banners.ts'
import type { Case } from '../../dialogs/case.ts'
import { type StepRefusal, step } from '../../dialogs/step.ts'
import { requestNames } from '../../dialogs/track-names.ts'
import { isOpen, nameOf, type Track, type TransferTrack } from '../../dialogs/tracks/registry.ts'
import { itemsOf } from '../../dialogs/tracks/transfer/context.ts'
import { appendRefusal } from '../../state/audit/history.ts'
import { findCase, historyOf, type StoredCase } from '../../state/case-store.ts'
import { deskAt, findDesk } from '../../state/desks.ts'
import { addEffects } from '../../state/outbox-store.ts'
import { pairingOf } from '../../state/pairings.ts'
import { cardUpdate } from '../effects/effects.ts'
import { type CaseView, isShared, namesOf } from '../present.ts'
import type { ActivityRequest } from '../teams/activity.ts'
import { answerWithBanner, answerWithCase, answerWithList, answerWithTimeline, type TurnAnswer } from './answers.ts'
import { decideRequest, isApprovalFault, isAtDesk, isBeforeDesk, showApproval } from './approvals/decide.ts'
import { answerWithRequests, readingFault } from './approvals/list.ts'
import { commitStep } from './commit-step.ts'
import { type CaseDeed, eventOf, isOwnDeed } from './deed-events.ts'
import { pressDesk, runLinkCommand } from './desks/run.ts'
import { openAndShow } from './open-case.ts'
import { answerWithSetting, rememberFirstRole, savePersonSetting } from './person-settings.ts'
import { clickOf, personEvent, type RandomBits, type Turn } from './turn.ts'

type CasePress = Extract<CardAction, { case: string }>

/** Handles a card action. The person's right to it is decided here, whatever the button's data claims. */
export async function handleCardAction(
  turn: Turn,
  request: Extract<ActivityRequest, { kind: 'press' }>,
  random: RandomBits,
): Promise<TurnAnswer> {
  const pressed = readCardAction(request.verb, request.data)
  if (!pressed || turn.person.id === '') return refuse(turn, request, pressed ? 'no-identity' : 'malformed')
  if (!('case' in pressed)) {
    return withoutCase(turn, pressed, random)
  }
  const { place } = turn.incoming
  const stored = await findCase(turn.tx, place.tenant, pressed.case)
  if (pressed.verb === 'show' && pressed.view === 'approval') return showRequest(turn, stored, pressed, request)
  if (stored && isBeforeDesk(stored.case) && (await isAtDesk(turn))) {
    if (pressed.verb === 'approve' || pressed.verb === 'deny' || pressed.verb === 'narrow') {
      // No card was ever drawn from a future revision: the data is forged.
      return pressed.rev > stored.case.revision
        ? refuse(turn, request, 'malformed')
        : decideFresh(turn, stored, pressed)
    }
    // The desk has nothing but the request to open.
    if (pressed.verb === 'refresh' || pressed.verb === 'show') return showApproval(turn, stored.case)
  }
  if (stored?.room !== place.room) return refuse(turn, request, 'not-here')
  if (pressed.verb === 'refresh') return answerWithCase(turn, { kind: 'case', case: stored.case })
  if (pressed.verb === 'show') return show(turn, stored, pressed)
  return act(turn, stored, pressed, request)
}

/** Handles the actions that concern no case, or a new one. */
async function withoutCase(
  turn: Turn,
  pressed: Exclude<CardAction, { case: string }>,
  random: RandomBits,
): Promise<TurnAnswer> {
  switch (pressed.verb) {
    case 'show':
      return 'list' in pressed ? showList(turn, pressed) : answerWithSetting(turn, pressed.view)
    case 'new':
      return openAndShow(turn, random)
    case 'desk':
      return pressDesk(turn, pressed)
    case 'link':
      return runLinkCommand(turn, '')
    case 'connect':
      return runLinkCommand(turn, pressed.code)
    default:
      return savePersonSetting(turn, pressed)
  }
}

/** Refuses an action: the person gets a neutral private answer, and the audit records the attempt. */
async function refuse(
  turn: Turn,
  { verb, data }: Extract<ActivityRequest, { kind: 'press' }>,
  reason: string,
): Promise<TurnAnswer> {
  const { tenant, room } = turn.incoming.place
  const tried = JSON.stringify({ verb, data })?.slice(0, 500) ?? ''
  await appendRefusal(turn.tx, { tenant, room, at: turn.at, by: turn.person.id, reason, detail: { tried } })
  return answerWithBanner(turn, { key: 'not-yours' })
}

type ShowPress = Extract<CasePress, { verb: 'show' }>

const showList = (turn: Turn, { list, page }: ListPage): Promise<TurnAnswer> =>
  list === 'approvals' ? answerWithRequests(turn, page) : answerWithList(turn, { list, page })

/** Shows a request to a person who may decide, at the desk or in their own chat. To others it does not exist. */
async function showRequest(
  turn: Turn,
  stored: StoredCase | undefined,
  { from }: ShowPress,
  request: Extract<ActivityRequest, { kind: 'press' }>,
): Promise<TurnAnswer> {
  const fault = await readingFault(turn)
  if (fault?.key === 'approval-unreadable') return answerWithBanner(turn, fault)
  if (fault || !stored || !isBeforeDesk(stored.case)) return refuse(turn, request, 'not-here')
  return showApproval(turn, stored.case, { from })
}

function show(turn: Turn, { case: caseRecord }: StoredCase, pressed: ShowPress) {
  const { view, from } = pressed
  if (view === 'history') return answerWithTimeline(turn, caseRecord, 'page' in pressed ? pressed : { from })
  if (view === 'cancel') return answerWithCase(turn, { kind: 'confirm-cancel', case: caseRecord, from })
  if (view === 'customer') return answerWithCase(turn, { kind: 'customer', case: caseRecord, from })
  const face = view === 'approval' ? undefined : view
  return answerWithCase(turn, { kind: 'case', case: caseRecord, show: face, from })
}

/** Decides on a request if the clicked card shows its current revision, else answers with the current card. */
async function decideFresh(
  turn: Turn,
  stored: StoredCase,
  pressed: Extract<CaseDeed, { verb: 'approve' | 'deny' | 'narrow' }>,
): Promise<TurnAnswer> {
  const { case: caseRecord } = stored
  if (pressed.rev !== caseRecord.revision)
    return showApproval(turn, caseRecord, { banner: await changedLine(turn, caseRecord, pressed) })
  return decideRequest(turn, stored, pressed)
}

async function act(
  turn: Turn,
  stored: StoredCase,
  pressed: CaseDeed,
  request: Extract<ActivityRequest, { kind: 'press' }>,
): Promise<TurnAnswer> {
  const { case: before } = stored
  const deed = await byHandIfUnpaired(turn, before, pressed)
  if (deed.rev !== before.revision) {
    const banner = await changedLine(turn, before, deed)
    return answerWithCase(turn, { kind: 'case', case: before, banner })
  }
  if (deed.verb === 'cancel' && !deed.sure && !deed.track)
    return answerWithCase(turn, { kind: 'confirm-cancel', case: before })
  const asked = confirmationOf(before, deed)
  if (asked) return answerWithCase(turn, asked)
  if (deed.verb === 'skip' && deed.reason === '') {
    return answerWithCase(turn, { kind: 'case', case: before, show: skipFace(deed), banner: { key: 'reason-missing' } })
  }
  if (deed.verb === 'approve' || deed.verb === 'deny' || deed.verb === 'narrow')
    return refuse(turn, request, 'not-a-desk')
  const missing = await missingFor(turn, before, deed)
  if (missing) return answerWithCase(turn, { kind: 'case', case: before, banner: missing })
  const provider = await providerFor(turn, deed)
  const event = { ...eventOf(turn, deed), ...(provider === undefined ? {} : { provider }) }
  const result = step(turn.deployment.policy, before, personEvent(turn, event), turn.deployment)
  if (!result.ok) return answerRefused(turn, before, deed, result.reason, request)
  const stepped = result.value
  await commitStep(turn.tx, stored, stepped, clickOf(turn))
  if (deed.verb === 'answer' && deed.question === 'role') await rememberFirstRole(turn, stepped.case)
  // The answer reaches the person who clicked; other readers of a shared conversation need the card updated.
  if (isShared(turn.incoming.place.kind) && request.reply === 'invoke' && request.message !== undefined) {
    await addEffects(turn.tx, [cardUpdate(turn.incoming.place, stepped.case.id, request.message, turn.at)])
  }
  const changed = stepped.case.tracks.filter((track, index) => track !== before.tracks[index])
  // A change of one track may also change another that is over.
  const track = changed.findLast(isOpen) ?? changed.at(-1)
  const show = shownAfter(deed, stepped.case, track)
  return answerWithCase(turn, { kind: 'case', case: stepped.case, ...(show ? { show } : {}) })
}

/**
 * Returns the second step of a hand-over or its refusal, unless the person has just taken it. Buttons of cards posted
 * by earlier releases lead there, too. A refusal needs a reason.
 */
function confirmationOf(caseRecord: Case, deed: CaseDeed): CaseView | undefined {
  if ((deed.verb !== 'set' && deed.verb !== 'decline') || !('transfer' in deed)) return undefined
  const items = deed.verb === 'set' ? deed.items : undefined
  const isOffered = caseRecord.tracks.some(
    (track) => track.kind === 'transfer' && isOfferedIn(track, deed.transfer, items),
  )
  if (!isOffered) return undefined
  const view = { kind: 'confirm-hand-over', case: caseRecord, transfer: deed.transfer, items } as const
  if (!deed.sure) return view
  const isUnexplained = deed.verb === 'decline' && (deed.reason ?? '') === ''
  return isUnexplained ? { ...view, banner: { key: 'hand-over-reason' } } : undefined
}

/** True if the present partner can still answer this request, with these of its subscriptions. */
const isOfferedIn = ({ state, context }: TransferTrack, id: string, items: readonly string[] | undefined): boolean => {
  const transfer = context.offered.find((each) => each.id === id)
  const known = transfer && itemsOf(context, transfer).map(({ subscription }) => subscription)
  const isPart = items === undefined || (items.length > 0 && items.every((item) => known?.includes(item)))
  return state === 'collecting' && context.side === 'source' && transfer !== undefined && isPart
}

/** Turns the sending of a request without a paired provider into one by hand: the card then shows the text to send. */
async function byHandIfUnpaired(turn: Turn, { tracks }: Case, deed: CaseDeed): Promise<CaseDeed> {
  if (deed.verb !== 'tick' || deed.step !== 'ask-partner' || !requestNames.some((name) => name === deed.track))
    return deed
  const { tenant, room } = turn.incoming.place
  const isAsking = tracks.some((track) => nameOf(track) === deed.track && track.state === 'asking')
  return isAsking && !(await isPaired(turn.tx, tenant, room)) ? { ...deed, step: 'ask-by-hand' } : deed
}

/** True if the conversation is paired with a desk that is still there. */
async function isPaired(tx: Turn['tx'], tenant: string, room: string): Promise<boolean> {
  const pairing = await pairingOf(tx, tenant, room)
  if (!pairing) return false
  const { desk } = pairing
  return (await deskAt(tx, desk.tenant, desk.room, 'direct-partner')) !== undefined
}

/**
 * The face after a deed: that of the track it changed or came from; of a plan without anything to do, where the person
 * came from.
 */
function shownAfter(deed: CaseDeed, caseRecord: Case, track: Track | undefined) {
  if (deed.verb === 'customer') return deed.view
  if (deed.verb !== 'start' || !deed.none) return track && nameOf(track)
  return caseRecord.tracks.some(isOpen) ? undefined : 'outcome'
}

/** Returns a banner if the action needs a desk or a paired partner that does not exist. */
async function missingFor(turn: Turn, caseRecord: Case, deed: CaseDeed): Promise<Banner | undefined> {
  const { tx, deployment } = turn
  const { place } = turn.incoming
  // No one could approve it in another tenant, and its form would reveal the approvers of this one.
  const isElsewhere = caseRecord.tenant !== deployment.partner.tenant
  if (deed.verb === 'start' && deed.track === 'delegated-admin' && isElsewhere) return { key: 'no-desk' }
  if (deed.verb !== 'tick') return undefined
  if (deed.step === 'confirm-jointly') return (await providerFor(turn, deed)) ? undefined : { key: 'no-provider' }
  if (deed.step === 'ask-partner')
    return (await isPaired(tx, place.tenant, place.room)) ? undefined : { key: 'no-pairing' }
  if (deed.step !== 'ask-approval') return undefined
  return (await findDesk(tx, caseRecord.tenant, 'approvals')) ? undefined : { key: 'no-desk' }
}

/** Finds the tenant of the paired provider, for a joint invitation. A partner is never its own provider. */
async function providerFor({ tx, incoming: { place } }: Turn, deed: CaseDeed): Promise<string | undefined> {
  if (deed.verb !== 'tick' || deed.step !== 'confirm-jointly') return undefined
  const provider = (await pairingOf(tx, place.tenant, place.room))?.desk.tenant
  return provider === place.tenant ? undefined : provider
}

const skipFace = ({ track }: Extract<CaseDeed, { verb: 'skip' }>) => `skip/${track}` as const

/** Names the last change of a case whose card was outdated, unless it is the very deed of a double click. */
async function changedLine(turn: Turn, caseRecord: Case, deed: CaseDeed): Promise<Banner | undefined> {
  const { tx } = turn
  const entry = (await historyOf(tx, caseRecord.tenant, caseRecord.id)).at(-1)
  if (!entry || isOwnDeed(turn, caseRecord, deed, entry)) return undefined
  const names = await namesOf(tx, caseRecord.tenant, [entry.by])
  return { key: 'changed', entry, who: names[entry.by] }
}

function answerRefused(
  turn: Turn,
  caseRecord: Case,
  deed: CaseDeed,
  fault: StepRefusal,
  request: Extract<ActivityRequest, { kind: 'press' }>,
): Promise<TurnAnswer> {
  if (fault === 'no-such-value') return refuse(turn, request, 'malformed')
  if (fault === 'not-now') return answerWithCase(turn, { kind: 'case', case: caseRecord, banner: { key: 'not-now' } })
  if (isApprovalFault(fault))
    return answerWithCase(turn, { kind: 'case', case: caseRecord, banner: { key: `approval-${fault}` } })
  const typed = deed.verb === 'answer' ? deed.value : ''
  return answerWithCase(turn, { kind: 'case', case: caseRecord, show: 'outcome', banner: { key: fault, typed } })
}
