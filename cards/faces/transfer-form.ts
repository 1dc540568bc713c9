import type { Eligibility } from '../../dialogs/calls.ts'
import type { Role } from '../../dialogs/questions.ts'
import { startable } from '../../dialogs/step.ts'
import type { TransferTrack } from '../../dialogs/tracks/registry.ts'
import { isRequestable, sides, transferDays } from '../../dialogs/tracks/transfer/context.ts'
import { button } from '../buttons.ts'
import { faultBlock, faultText, isTyping } from '../parts/faults.ts'
import { pendingElements } from '../parts/pending.ts'
import { typedRow, whoRows } from '../parts/tenant.ts'
import { textField } from '../parts/text-field.ts'
import { folded, toolbar } from '../parts/toolbar.ts'
import { type Element, render, renderOnce } from '../render.ts'
import { inSentence, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'
import { startButton } from './outcome.ts'

type Context = TransferTrack['context']

/** As the new partner: whom it is about, whether it can be done, and then the request. First of all, which side we are. */
export function transferForm(drawing: RenderContext, { context }: TransferTrack): Element[] {
  if (context.side === null) return sideChoice(drawing)
  const { pending, customer, typed } = context
  if (pending) {
    return [
      ...pendingElements(drawing, pending),
      ...(customer ? whoRows(drawing, context) : typedRow(typed.customer)),
      ...folded('details', fields(drawing, context)),
      ...toolbar(drawing, ['details', 'history', 'cancel']),
    ]
  }
  if (isRequestable(context) && context.eligibility) return readyElements(drawing, context, context.eligibility)
  return [
    ...render('heading', {
      title: text(drawing.locale, 'transfer.target.title'),
      help: text(drawing.locale, 'transfer.target.help'),
    }),
    ...generalFault(drawing, context),
    ...fields(drawing, context),
    ...sideLink(drawing, 'source'),
    ...toolbar(drawing, ['history', 'cancel']),
  ]
}

function sideChoice(drawing: RenderContext): Element[] {
  const { locale, drawn } = drawing
  return [
    ...renderOnce('heading', `${locale} side`, undefined, () => ({
      title: text(locale, 'transfer.side.title'),
      help: text(locale, 'transfer.side.help'),
    })),
    ...renderOnce('choices', `${locale} side`, drawn, () => ({
      choices: sides.map((side) => {
        const title = text(locale, `transfer.side.${side}.title`)
        const choice = button('set', { ...drawn, track: 'transfer', side }, { title })
        return {
          title,
          help: text(locale, `transfer.side.${side}.help`),
          style: 'emphasis',
          glyph: '›',
          button: choice,
        }
      }),
    })),
    ...toolbar(drawing, ['history', 'cancel']),
  ]
}

/** For who has chosen the wrong side, or the wrong customer. */
export const sideLink = ({ locale, drawn }: RenderContext, side: (typeof sides)[number]): Element[] =>
  renderOnce('links', `${locale} side ${side}`, drawn, () => {
    const other = inSentence(locale, text(locale, `transfer.side.${side}.title`))
    const title = text(locale, 'transfer.side.other', { side: other })
    return { links: [{ text: `› ${title}`, button: button('set', { ...drawn, track: 'transfer', side }, { title }) }] }
  })

/** What is wrong, where it has no place beside a field. */
const generalFault = (drawing: RenderContext, { fault }: Context): Element[] =>
  fault && !isTyping(fault) ? [...faultBlock(drawing, fault), ...relationshipFirst(drawing, fault.kind)] : []

/** Where a relationship is what is missing, it can be asked for with one click. */
function relationshipFirst(drawing: RenderContext, why: string): Element[] {
  const isMissing = why === 'no-relationship' || why === 'no-such-customer'
  const canStart = isMissing && startable(drawing.policy, drawing.one).includes('relationship')
  return canStart ? startButton(drawing, 'relationship', { title: 'start.relationship', isFirst: true }) : []
}

/** The three fields with what was typed in them, each with what is wrong beside it. */
function fields({ locale, drawn }: RenderContext, context: Context): Element[] {
  const { typed } = context
  const wrong = wrongFields(locale, context)
  const check = button(
    'set',
    { ...drawn, track: 'transfer' },
    { title: text(locale, 'transfer.check'), labelled: true, style: 'positive', withInputs: true },
  )
  return [
    ...textField(locale, 'customer', 'transfer.customer', { typed: typed.customer, fault: wrong.customer }),
    ...textField(locale, 'source', 'transfer.source', { typed: typed.source, fault: wrong.source }),
    ...textField(locale, 'email', 'transfer.email', { typed: typed.email, fault: wrong.email }),
    ...render('actions', { actions: [check] }),
  ]
}

/** A fault of the lookup is that of the first partner not found yet; before anything was typed, nothing is wrong. */
function wrongFields(locale: RenderContext['locale'], { typed, customer, source, email, fault }: Context) {
  const isEmpty = Object.values(typed).every((one) => one === '')
  const lookup = fault && isTyping(fault) ? faultText(locale, fault) : undefined
  const wrong = (one: string, isFaulty: boolean) => {
    if (isEmpty) return undefined
    return one === '' ? text(locale, 'tenant.missing') : isFaulty ? lookup : undefined
  }
  return {
    customer: wrong(typed.customer, customer === null),
    source: wrong(typed.source, customer !== null && source === null),
    email: isEmpty || email !== null ? undefined : text(locale, 'transfer.email.wrong'),
  }
}

/** All that is known, what it takes, and the click that asks for it. */
function readyElements(drawing: RenderContext, context: Context, eligibility: Eligibility): Element[] {
  const { locale, drawn } = drawing
  const checks = checksOf(drawing, context, eligibility)
  const isLacking = eligibility.relationship === 'no'
  const style = checks.some(([, state]) => state === 'no') ? {} : { style: 'positive' as const }
  return [
    ...renderOnce('heading', `${locale} request`, undefined, () => ({
      title: text(locale, 'transfer.ready.title'),
      help: text(locale, 'transfer.ready.help', { days: transferDays }),
    })),
    ...generalFault(drawing, context),
    ...whoRows(drawing, context),
    ...checkRows(drawing, checks),
    ...(isLacking && !context.fault ? relationshipFirst(drawing, 'no-relationship') : []),
    ...renderOnce('actions', `${locale} request ${style.style}`, drawn, () => ({
      actions: [
        button(
          'tick',
          { ...drawn, step: 'request' },
          { title: text(locale, 'transfer.request'), labelled: true, ...style },
        ),
      ],
    })),
    ...folded('details', fields(drawing, context)),
    ...toolbar(drawing, ['details', 'history', 'cancel']),
  ]
}

const marks = {
  yes: { mark: '✓', color: 'accent' },
  no: { mark: '!', color: 'attention' },
  unknown: { mark: '?', color: 'default' },
} as const

type Check = 'relationship' | 'country' | 'azure-plan' | 'role'
type Checked = [Check, 'yes' | 'no' | 'unknown']

/** What has to be true for a transfer, as far as it is known before the request. */
function checksOf({ one: caseRecord }: RenderContext, { product }: Context, eligibility: Eligibility): Checked[] {
  const { relationship, sameCountry, azurePlan } = eligibility
  return [
    ['relationship', relationship],
    ['country', sameCountry],
    ...(product === 'azure' ? [['azure-plan', azurePlan] satisfies Checked] : []),
    ['role', mayRequest(caseRecord.answers.role)],
  ]
}

const checkRows = ({ locale }: RenderContext, checks: readonly Checked[]): Element[] => [
  ...renderOnce('subheading', `${locale} checks`, undefined, () => ({ text: text(locale, 'transfer.checks') })),
  ...renderOnce('marked', `${locale} ${checks.join()}`, undefined, () => ({
    rows: checks.map(([check, state]) => ({ ...marks[state], text: text(locale, `check.${check}.${state}`) })),
  })),
]

/** Only whom Microsoft bills may ask for a transfer. */
function mayRequest(role: Role | undefined) {
  if (role === undefined) return 'unknown'
  return role === 'indirect-reseller' ? 'no' : 'yes'
}
