import type { ApprovalFault } from '../../dialogs/approval.ts'
import type { HistoryEntry, Notice } from '../../dialogs/events.ts'
import type { AdminNews } from '../../dialogs/peer.ts'
import type { Role } from '../../dialogs/questions.ts'
import { isTitled, type Track } from '../../dialogs/tracks/registry.ts'
import { otherTenant } from '../../dialogs/tracks/relationship/context.ts'
import { inputs } from '../buttons.ts'
import { type DeskKind, deskCommand } from './commands.ts'
import { sentenceOf } from './events.ts'
import { MAX_TITLE_LENGTH, plainText } from './literal.ts'
import { rightsText } from './rights.ts'
import { dateText, type Locale, text } from './text.ts'

/** The line on top of a card, or the private answer to a button; its sentence is `line.<key>`. */
export type Banner =
  /** The card was stale: `entry` is the newest change since it was drawn, `who` the name of its author if known. */
  | { key: 'changed'; entry: HistoryEntry; who?: string | undefined }
  /** `typed` is the content of the date field. */
  | { key: 'no-date' | 'date-past' | 'date-far'; typed: string }
  | Notice
  | { key: 'role-saved'; role: Role }
  | { key: 'desk-set'; desk: DeskKind }
  /** The one request that waits; the typed decision did not name it. */
  | { key: 'request-waits'; case: string; customer: string }
  /** Another request of the case than the typed decision named; `case` is its id. */
  | { key: 'request-other'; case: string }
  /** `code` is typed by the reseller exactly as shown. */
  | { key: 'link-code'; code: string; minutes: number }
  /** `company` is the other side, if known. */
  | { key: 'linked' | 'unlinked'; company?: string; replaces?: string }
  | { key: 'export-ready' | 'export-offer'; count: number }
  | { key: 'export-too-large'; megabytes: number }
  /** The call to Microsoft succeeded although its case was cancelled meanwhile. */
  | { key: 'happened-anyway'; case: string }
  /** An effect was given up after several attempts; `none` if it belongs to no case. */
  | { key: 'effect-failed'; case: string }
  /** The reason a decision had no effect. */
  | { key: `approval-${ApprovalFault}` }
  | {
      key:
        | 'nothing-to-approve'
        | 'nothing-waits'
        | 'approvals-not-allowed'
        | 'approvals-elsewhere'
        | 'no-desk'
        | 'no-pairing'
        | 'no-provider'
        | 'desk-removed'
        | 'desk-which'
        | 'desk-not-allowed'
        | 'desk-needs-channel'
        | 'link-no-desk'
        | 'link-unknown'
        | 'link-expired'
        | 'link-used'
        | 'link-slow-down'
        | 'link-self'
        | 'not-linked'
        | 'export-not-allowed'
        | 'export-which'
        | 'export-reversed'
        | 'export-personal-only'
        | 'export-declined'
        | 'export-failed'
        | 'export-sandbox'
        | 'not-understood'
        | 'question-waits'
        | 'approval-waits'
        | 'reason-missing'
        | 'hand-over-reason'
        | 'not-yours'
        | 'nothing-there'
        | 'not-now'
        | 'language-saved'
        | 'signed-in'
        | 'sign-in-failed'
        | 'nothing-to-cancel'
        | 'case-unreadable'
        | 'test-card'
    }

type Tone = 'good' | 'warning' | 'attention' | 'emphasis'

const tones: Record<Banner['key'], Tone> = {
  changed: 'warning',
  'not-understood': 'emphasis',
  'question-waits': 'emphasis',
  'approval-waits': 'warning',
  'no-date': 'attention',
  'date-past': 'attention',
  'date-far': 'attention',
  'reason-missing': 'attention',
  'hand-over-reason': 'attention',
  'term-reminder': 'warning',
  'term-ended': 'warning',
  'term-end-due': 'warning',
  'plan-idle': 'warning',
  'relationship-nudge': 'warning',
  'relationship-accepted': 'good',
  'relationship-lapsed': 'warning',
  'relationship-other': 'warning',
  'transfer-reminder': 'warning',
  'transfer-completed': 'good',
  'transfer-partly': 'warning',
  'transfer-rejected': 'warning',
  'transfer-expired': 'warning',
  'transfer-failed': 'attention',
  'transfer-cancelled': 'warning',
  'action-parked': 'attention',
  'case-closing': 'warning',
  'sign-in-needed': 'warning',
  'invitation-asked': 'warning',
  'invitation-arrived': 'good',
  'invitation-nudge': 'warning',
  'invitation-declined': 'warning',
  'invitation-accepted': 'good',
  'invitation-needless': 'emphasis',
  'invitation-lapsed': 'warning',
  'invitation-withdrawn': 'warning',
  'request-asked': 'warning',
  'request-nudge': 'warning',
  'request-declined': 'warning',
  'request-lapsed': 'warning',
  'request-withdrawn': 'warning',
  'request-news': 'emphasis',
  'admin-news': 'emphasis',
  'approval-approved': 'good',
  'approval-denied': 'warning',
  'approval-expired': 'warning',
  'admin-stuck': 'attention',
  'admin-awaiting-customer': 'emphasis',
  'admin-active': 'good',
  'admin-failed': 'attention',
  'admin-expired': 'warning',
  'approval-own-request': 'attention',
  'approval-not-approver': 'attention',
  'approval-unreadable': 'attention',
  'approval-decided': 'warning',
  'approval-twice': 'emphasis',
  'approval-not-less': 'attention',
  'approval-no-role': 'attention',
  'approval-no-reason': 'attention',
  'approval-not-requester': 'attention',
  'happened-anyway': 'attention',
  'effect-failed': 'attention',
  'test-card': 'good',
  'nothing-to-approve': 'emphasis',
  'nothing-waits': 'emphasis',
  'request-waits': 'emphasis',
  'request-other': 'warning',
  'approvals-not-allowed': 'attention',
  'approvals-elsewhere': 'emphasis',
  'no-desk': 'attention',
  'no-pairing': 'attention',
  'no-provider': 'attention',
  'desk-set': 'good',
  'desk-removed': 'emphasis',
  'desk-which': 'emphasis',
  'desk-not-allowed': 'attention',
  'desk-needs-channel': 'attention',
  'link-code': 'emphasis',
  'link-no-desk': 'emphasis',
  linked: 'good',
  'link-unknown': 'attention',
  'link-expired': 'attention',
  'link-used': 'attention',
  'link-slow-down': 'attention',
  'link-self': 'attention',
  unlinked: 'emphasis',
  'not-linked': 'emphasis',
  'export-ready': 'good',
  'export-not-allowed': 'attention',
  'export-offer': 'emphasis',
  'export-too-large': 'attention',
  'export-which': 'emphasis',
  'export-reversed': 'attention',
  'export-personal-only': 'emphasis',
  'export-declined': 'emphasis',
  'export-failed': 'attention',
  'export-sandbox': 'emphasis',
  'not-yours': 'attention',
  'nothing-there': 'emphasis',
  'not-now': 'emphasis',
  'role-saved': 'good',
  'language-saved': 'good',
  'signed-in': 'good',
  'sign-in-failed': 'attention',
  'nothing-to-cancel': 'emphasis',
  'case-unreadable': 'attention',
}
export const toneOf = ({ key }: Banner): Tone => tones[key]

/** True if the face of the track says the same as the banner. */
export function isShownByFace(track: Track, { key }: Banner): boolean {
  if (key === 'relationship-other') return track.kind === 'relationship' && otherTenant(track.context) !== undefined
  if (key === 'action-parked') return 'pending' in track.context && track.context.pending?.parked === true
  return isTitled(track, key)
}

const MAX_TYPED_LENGTH = 40

/** Returns the text of a banner. It may contain foreign text: show it only where no Markdown is read. */
export function bannerText(banner: Banner, locale: Locale): string {
  switch (banner.key) {
    case 'changed':
      return text(locale, 'line.changed', { event: sentenceOf(banner.entry, banner.who, locale) })
    case 'no-date': {
      const typed = plainText(banner.typed, MAX_TYPED_LENGTH)
      return text(locale, 'line.no-date', { typed, empty: typed === '' ? 'yes' : 'no' })
    }
    case 'date-past':
    case 'date-far':
      return text(locale, `line.${banner.key}`, { date: dateText(locale, banner.typed) })
    case 'request-waits':
      return text(locale, 'line.request-waits', {
        case: banner.case,
        customer: plainText(banner.customer, MAX_TITLE_LENGTH),
      })
    case 'request-other':
      return text(locale, 'line.request-other', { case: banner.case })
    case 'role-saved':
      return text(locale, 'line.role-saved', { role: text(locale, `choice.role.${banner.role}.title`) })
    case 'request-news':
      // Notices stored by another version may lack the state.
      return text(locale, banner.request === undefined ? 'line.request-news' : `request.state.${banner.request}`)
    case 'admin-news':
      return banner.rights
        ? rightsText(locale, banner.rights)
        : text(locale, 'line.admin-news', adminState(banner.admin, locale))
    case 'linked':
    case 'unlinked':
      return [
        text(locale, `line.${banner.key}`, linkedWith(banner.company)),
        ...(banner.replaces === undefined ? [] : [text(locale, 'line.linked.replaces', linkedWith(banner.replaces))]),
      ].join(' ')
    case 'desk-which':
      return text(locale, 'line.desk-which', {
        approvals: deskCommand('approvals', locale),
        partner: deskCommand('direct-partner', locale),
        off: deskCommand('off', locale),
      })
    default: {
      const { key, rights: _rights, ...args } = { rights: undefined, ...banner }
      return text(locale, `line.${key}`, Object.keys(args).length === 0 ? undefined : args)
    }
  }
}

/** Notices stored by an older version may lack the state. */
const adminState = (state: AdminNews | undefined, locale: Locale) =>
  state === undefined ? { known: 'no', state: '' } : { known: 'yes', state: text(locale, `admin.state.${state}`) }

function linkedWith(company = '') {
  const known = plainText(company, MAX_TITLE_LENGTH)
  return { company: known, named: known === '' ? 'no' : 'yes' }
}

/** Returns the input field that a banner belongs beside, if any. */
export function fieldOf({ key }: Banner): (typeof inputs)['value' | 'reason' | 'roles'] | undefined {
  if (key === 'no-date' || key === 'date-past' || key === 'date-far') return inputs.value
  if (key === 'approval-no-role' || key === 'approval-not-less') return inputs.roles
  return key === 'reason-missing' || key === 'hand-over-reason' || key === 'approval-no-reason'
    ? inputs.reason
    : undefined
}
