import type { RequestNews } from '../../dialogs/requests.ts'
import type { InvitationTrack } from '../../dialogs/tracks/registry.ts'
import { type Element, render } from '../render.ts'
import { MAX_TITLE_LENGTH, plainText } from '../text/literal.ts'
import { ageText, text } from '../text/text.ts'
import { nameFor, type RenderContext } from '../viewer.ts'

/** Most hand-overs on a card; the last ones matter. */
const MAX_ROWS = 8

/** Draws each hand-over of the invitation, or of the request for it, newest last, and the other side's case number. */
export function handOverRows(context: RenderContext, { context: details }: InvitationTrack): Element[] {
  const { locale, viewer } = context
  const shown = details.handed.slice(-MAX_ROWS)
  if (shown.length === 0) return []
  return [
    ...render('handed', {
      title: text(locale, 'handed.title'),
      rows: shown.map(({ what, at, by, state, admin }) => ({
        text:
          admin === undefined
            ? text(locale, sentenceKey(details, what, state), {
                who: by === 'peer' ? otherSide(context, details) : nameFor(viewer, by),
                side: details.side,
              })
            : text(locale, 'handed.admin.state', { state: text(locale, `admin.state.${admin}`) }),
        age: ageText(locale, at, viewer.at),
      })),
    }),
    ...peerNumber(context, details),
  ]
}

type Details = InvitationTrack['context']

/** The number by which the other side knows the matter, so that both can speak of it. It opens nothing here. */
const peerNumber = ({ locale }: RenderContext, { side, request, peer }: Details): Element[] =>
  peer === null
    ? []
    : render('caption', { text: text(locale, `handed.case.${otherRole(side, request)}`, { id: peer.case }) })

const otherRole = (side: Details['side'], request: Details['request']) =>
  side === 'direct-partner' ? 'reseller' : request === null ? 'direct-partner' : 'provider'

function sentenceKey({ request }: Details, what: Details['handed'][number]['what'], state: RequestNews = 'in-hand') {
  if (what === 'request') return `handed.request.${state}` as const
  return what === 'asked' && request !== null ? ('handed.request-asked' as const) : (`handed.${what}` as const)
}

/** The other partner as this side knows it: a company, never a person. */
const otherSide = ({ locale }: RenderContext, { side, company, request }: Details) =>
  (side === 'direct-partner' && plainText(company ?? '', MAX_TITLE_LENGTH)) ||
  text(locale, `handed.${otherRole(side, request)}`)
