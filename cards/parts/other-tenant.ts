import type { RelationshipTrack } from '../../dialogs/tracks/registry.ts'
import { otherTenant } from '../../dialogs/tracks/relationship/context.ts'
import { button } from '../buttons.ts'
import { type Element, render } from '../render.ts'
import { plainText } from '../text/literal.ts'
import { type Key, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'
import { customerName, MAX_DOMAIN_LENGTH, partyRow } from './tenant.ts'

/** Draws the question about another tenant that accepted; nothing while none is in question. */
export function otherTenantElements(context: RenderContext, track: RelationshipTrack): Element[] {
  const other = otherTenant(track.context)
  if (!other) return []
  const { locale, ref } = context
  const answer = (step: 'other-is-right' | 'send-again' | 'other-is-unrelated', title: Key) =>
    button('tick', { ...ref, step }, { title: text(locale, title), labelled: true })
  const small = [plainText(other.domain, MAX_DOMAIN_LENGTH), other.id]
  return render('group', {
    style: 'warning',
    items: [
      // The title of the card is that of the relationship.
      ...render('subheading', { text: text(locale, 'relationship.other.title') }),
      ...render('paragraph', { text: text(locale, 'relationship.other.help') }),
      ...partyRow(context, 'accepted', customerName(other), small),
      ...render('remark', { text: text(locale, 'relationship.other.remedy') }),
      ...render('actions', {
        actions: [
          answer('other-is-right', 'relationship.other.right'),
          answer('send-again', 'relationship.other.again'),
          answer('other-is-unrelated', 'relationship.other.unrelated'),
        ],
      }),
    ],
  })
}
