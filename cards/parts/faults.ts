import type { CallFault } from '../../dialogs/calls.ts'
import { button } from '../buttons.ts'
import { type Element, render } from '../render.ts'
import { plainText } from '../text/literal.ts'
import { type Locale, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'
import { toggle } from './frame.ts'
import { openUrl, webLink } from './web-link.ts'

const MAX_CODE_LENGTH = 40
const MAX_WORDS_LENGTH = 200
const MAX_CLAIMS_LENGTH = 500

/** True if the fault concerns a typed value and belongs beside its field. */
export const isTyping = ({ kind }: CallFault): boolean => kind === 'not-found' || kind === 'own-tenant'

/** Returns the fault and its remedy as text for the place beside a field. */
export const faultText = (locale: Locale, { kind }: CallFault): string =>
  `${text(locale, `fault.${kind}`)} ${text(locale, `fault.${kind}.next`)}`

/** Returns code and words of the service in a sentence; undefined if it gave neither. */
export function faultWords(locale: Locale, { code, detail }: CallFault): string | undefined {
  const words = [plainText(code ?? '', MAX_CODE_LENGTH), plainText(detail ?? '', MAX_WORDS_LENGTH)].filter(
    (part) => part !== '',
  )
  return words.length === 0 ? undefined : text(locale, 'fault.said', { words: words.join(' · ') })
}

interface More {
  /** Step that continues after the remedy, if a click can do it. */
  step?: 'fetch-link'
  /** Kind of fault whose words are used instead. */
  words?: CallFault['kind'] | 'reseller-agreement'
}

/** Draws the fault, its remedy and the words of Microsoft, to quote to its support. */
export function faultBlock(
  context: RenderContext,
  fault: CallFault,
  { step, words = fault.kind }: More = {},
): Element[] {
  const { locale } = context
  const said = faultWords(locale, fault)
  const demanded = plainText(fault.claims ?? '', MAX_CLAIMS_LENGTH)
  return render('fault', {
    title: text(locale, `fault.${words}`),
    next: text(locale, `fault.${words}.next`),
    ...(said === undefined ? {} : { words: said }),
    actions: remedies(context, fault, step),
    ...(demanded === '' ? {} : { claims: claimsOf(locale, demanded) }),
  })
}

/** Details for administrators, folded away. */
function claimsOf(locale: Locale, demanded: string) {
  const show = text(locale, 'fault.claims.show')
  return { show, toggle: toggle('claims', show), title: text(locale, 'fault.claims'), text: demanded }
}

/** Buttons to sign in, where that helps, and to continue. */
function remedies({ viewer, locale, ref }: RenderContext, { kind, link }: CallFault, step: More['step']) {
  const isSignIn = kind === 'sign-in' || kind === 'second-factor'
  const address = isSignIn && link !== undefined ? webLink(viewer, link) : undefined
  const signIn = address === undefined ? [] : [openUrl(text(locale, 'sign-in.button'), address, { style: 'positive' })]
  if (step === undefined) return signIn
  const title = text(locale, isSignIn ? 'fault.continue' : 'fault.again')
  const style = signIn.length === 0 ? { style: 'positive' as const } : {}
  return [...signIn, button('tick', { ...ref, step }, { title, labelled: true, ...style })]
}
