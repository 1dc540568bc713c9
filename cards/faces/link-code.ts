import { type Element, render } from '../render.ts'
import type { Line } from '../text/banners.ts'
import { wordOf } from '../text/commands.ts'
import { literal } from '../text/literal.ts'
import { type Locale, text } from '../text/text.ts'

const codeLength = 40

/** A code that connects a reseller with this desk, large, just as it is to be typed. */
export const linkCodeFace = (locale: Locale, { code, minutes }: Extract<Line, { key: 'link-code' }>): Element[] => [
  ...render('heading', { title: text(locale, 'link-code.title'), help: text(locale, 'link-code.help', { minutes }) }),
  ...render('code', { text: `${wordOf('link', locale)} ${literal(code, codeLength)}` }),
]
