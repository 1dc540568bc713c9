import type { RequestNews } from '../../dialogs/requests.ts'
import type { InvitationTrack } from '../../dialogs/tracks/registry.ts'
import { type Element, render } from '../render.ts'
import { MAX_TITLE_LENGTH, plainText } from '../text/literal.ts'
import { ageText, text } from '../text/text.ts'
import { nameFor, type RenderContext } from '../viewer.ts'

/** Most hand-overs on a card; the last ones matter. */
const MAX_ROWS = 8

/** Draws each hand-over of the invitation, or of the request for it, newest last. */
export function handOverRows(context: RenderContext, { context: details }: InvitationTrack): Element[] {
  const { locale, viewer } = context
  const shown = details.handed.slice(-MAX_ROWS)
  if (shown.length === 0) return []
  return render('handed', {
    title: text(locale, 'handed.title'),
    rows: shown.map(({ what, at, by, state }) => ({
      text: text(locale, sentenceKey(details, what, state), {
        who: by === 'peer' ? otherSide(context, details) : nameFor(viewer, by),
        side: details.side,
      }),
      age: ageText(locale, at, viewer.at),
    })),
  })
}

type Details = InvitationTrack['context']

function sentenceKey({ request }: Details, what: Details['handed'][number]['what'], state: RequestNews = 'in-hand') {
  if (what === 'request') return `handed.request.${state}` as const
  return what === 'asked' && request !== null ? ('handed.request-asked' as const) : (`handed.${what}` as const)
}

/** The other partner as this side knows it: a company, never a person. */
const otherSide = ({ locale }: RenderContext, { side, company, request }: Details) =>
  side === 'reseller'
    ? text(locale, request === null ? 'handed.direct-partner' : 'handed.provider')
    : plainText(company ?? '', MAX_TITLE_LENGTH) || text(locale, 'handed.reseller')
