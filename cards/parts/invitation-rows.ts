import { MAX_PEER_NOTE_LENGTH } from '../../dialogs/peer.ts'
import type { InvitationTrack } from '../../dialogs/tracks/registry.ts'
import { type Element, render } from '../render.ts'
import { plainText } from '../text/literal.ts'
import { dateText, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'
import { customerRow } from './tenant.ts'

/** The rows that invitations and requests of a reseller have in common. */

export const whoRow = (context: RenderContext, { context: { customer } }: InvitationTrack): Element[] =>
  customer ? customerRow(context, customer) : []

/** The note for the other side, as a fact for `knownRows`. */
export const noteFact = ({ context: { note } }: InvitationTrack) =>
  ['fact.note', plainText(note, MAX_PEER_NOTE_LENGTH)] as const

/** Says when the track lapses without an answer. */
export const lapseRemark = ({ locale }: RenderContext, { context: { due } }: InvitationTrack): Element[] =>
  due === null ? [] : render('caption', { text: text(locale, 'relationship.lapses', { date: dateText(locale, due) }) })
