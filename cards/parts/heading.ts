import { type Element, renderOnce } from '../render.ts'
import { type Key, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

/** The title of a face, with what else there is to say at once. */
export const heading = ({ locale }: Pick<RenderContext, 'locale'>, title: Key, help?: Key): Element[] =>
  renderOnce('heading', `${locale} ${title} ${help}`, undefined, () => ({
    title: text(locale, title),
    ...(help === undefined ? {} : { help: text(locale, help) }),
  }))
