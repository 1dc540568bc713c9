import type { TransferTrack } from '../../dialogs/tracks/registry.ts'
import { itemsOf } from '../../dialogs/tracks/transfer/context.ts'
import { button } from '../buttons.ts'
import { knownRows } from '../parts/facts.ts'
import { areaField } from '../parts/fields.ts'
import { licencesText, whoRows } from '../parts/transfer.ts'
import { type Element, render } from '../render.ts'
import { type Banner, bannerText } from '../text/banners.ts'
import { MAX_TITLE_LENGTH, plainText } from '../text/literal.ts'
import { text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

/** Most subscriptions on the card. */
const MAX_LEAVING = 12

/** The second step before we hand a customer over, or refuse to: what leaves, to whom, and why. */
export function confirmHandOverFace(
  context: RenderContext,
  { transfer: id, items }: { transfer: string; items?: readonly string[] | undefined },
  banner: Banner | undefined,
): Element[] {
  const { locale, ref, caseRecord } = context
  const track = caseRecord.tracks.find((each): each is TransferTrack => each.kind === 'transfer')
  const transfer = track?.context.offered.find((each) => each.id === id)
  if (!track || !transfer) return []
  const what = items === undefined ? 'decline' : 'accept'
  const to = plainText(transfer.target.name, MAX_TITLE_LENGTH) || text(locale, 'app.somebody')
  const all = itemsOf(track.context, transfer)
  const leaving = items === undefined ? all : all.filter(({ subscription }) => items.includes(subscription))
  const more = leaving.length - MAX_LEAVING
  const look = { title: text(locale, `hand-over.${what}.yes`), labelled: true, withInputs: true } as const
  const yes =
    items === undefined
      ? button('decline', { ...ref, transfer: id, sure: true }, { ...look, style: 'destructive' })
      : button(
          'set',
          { ...ref, track: 'transfer', transfer: id, items: items.join(), sure: true },
          { ...look, style: 'destructive' },
        )
  return [
    ...render('heading', {
      title: text(locale, `hand-over.${what}.title`, { count: leaving.length }),
      help: text(locale, `hand-over.${what}.help`),
    }),
    ...whoRows(context, track.context),
    ...knownRows(context, [['fact.hand-over-to', to]]),
    ...render('subheading', { text: text(locale, 'transfer.items') }),
    ...render('marked', {
      rows: leaving.slice(0, MAX_LEAVING).map((item) => ({
        mark: '–',
        color: 'default',
        weight: 'default',
        text: plainText(item.name, MAX_TITLE_LENGTH) || plainText(item.subscription, MAX_TITLE_LENGTH),
        small: [licencesText(locale, item), text(locale, `hand-over.${what}.item`)]
          .filter((part) => part !== '')
          .join(' · '),
      })),
    }),
    ...(more > 0 ? render('caption', { text: text(locale, 'item.more', { count: more }) }) : []),
    ...areaField('reason', {
      label: text(locale, `hand-over.${what}.reason`),
      value: '',
      fault: banner?.key === 'hand-over-reason' ? bannerText(banner, locale) : undefined,
    }),
    ...render('actions', {
      actions: [yes, button('show', ref, { title: text(locale, 'hand-over.back'), labelled: true })],
    }),
  ]
}
