import { type Element, render } from '../render.ts'
import type { Banner } from '../text/banners.ts'
import { wordOf } from '../text/commands.ts'
import { plainText } from '../text/literal.ts'
import { type Locale, text } from '../text/text.ts'

const codeLength = 40

/** A code that connects a reseller with this desk, large, just as it is to be typed. */
export const linkCodeFace = (locale: Locale, { code, minutes }: Extract<Banner, { key: 'link-code' }>): Element[] => [
  ...render('heading', { title: text(locale, 'link-code.title'), help: text(locale, 'link-code.help', { minutes }) }),
  ...render('code', { text: `${wordOf('link', locale)} ${plainText(code, codeLength)}` }),
]
