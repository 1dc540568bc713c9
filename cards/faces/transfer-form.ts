import type { Eligibility } from '../../dialogs/calls.ts'
import { MAX_PARTNER_ID_LENGTH } from '../../dialogs/peer.ts'
import type { Role } from '../../dialogs/questions.ts'
import { startable } from '../../dialogs/step.ts'
import type { TransferTrack } from '../../dialogs/tracks/registry.ts'
import { isChecked, isLacking, isPartnerNamed, sides, TRANSFER_DAYS } from '../../dialogs/tracks/transfer/context.ts'
import { button, explained } from '../buttons.ts'
import { type Checked, checkRows } from '../parts/checks.ts'
import { knownRows, namesText } from '../parts/facts.ts'
import { faultBlock, faultText, isTyping } from '../parts/faults.ts'
import { areaField, textField } from '../parts/fields.ts'
import { folded, toolbar } from '../parts/frame.ts'
import { pendingElements } from '../parts/pending.ts'
import { startButton } from '../parts/start.ts'
import { typedRow } from '../parts/tenant.ts'
import { sideLink, whoRows } from '../parts/transfer.ts'
import { transferReminders } from '../parts/transfer-reminders.ts'
import { type Element, render } from '../render.ts'
import { MAX_TITLE_LENGTH, plainText } from '../text/literal.ts'
import { text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

type Details = TransferTrack['context']

/** The transfer from the side of the new partner: choice of the side, parties, checks and request. */
export function transferForm(context: RenderContext, { context: details }: TransferTrack): Element[] {
  if (details.side === null) return sideChoice(context)
  const { pending, customer, typed } = details
  if (pending) {
    return [
      ...pendingElements(context, pending),
      ...(customer ? whoRows(context, details) : typedRow(typed.customer)),
      ...folded('details', fields(context, details)),
      ...toolbar(context, ['details', 'history', 'cancel']),
    ]
  }
  if (isChecked(details) && details.eligibility) return readyElements(context, details, details.eligibility)
  return [
    ...render('heading', {
      title: text(context.locale, 'transfer.target.title'),
      help: text(context.locale, 'transfer.target.help'),
    }),
    ...generalFault(context, details),
    ...fields(context, details),
    ...sideLink(context, 'source'),
    ...toolbar(context, ['history', 'cancel']),
  ]
}

function sideChoice(context: RenderContext): Element[] {
  const { locale, ref } = context
  return [
    ...render('heading', {
      title: text(locale, 'transfer.side.title'),
      help: text(locale, 'transfer.side.help'),
    }),
    ...render('choices', {
      choices: sides.map((side) => {
        const title = text(locale, `transfer.side.${side}.title`)
        const help = text(locale, `transfer.side.${side}.help`)
        const choice = button('set', { ...ref, track: 'transfer', side }, explained(title, help))
        return {
          title,
          help,
          style: 'emphasis',
          glyph: '›',
          button: choice,
        }
      }),
    }),
    ...toolbar(context, ['history', 'cancel']),
  ]
}

/** Draws a fault that belongs beside no field. */
const generalFault = (context: RenderContext, { fault }: Details): Element[] =>
  fault && !isTyping(fault) ? [...faultBlock(context, fault), ...relationshipFirst(context, fault.kind)] : []

/** Draws a button that requests a missing relationship. */
function relationshipFirst(context: RenderContext, why: string): Element[] {
  const isMissing = why === 'no-relationship' || why === 'no-such-customer'
  const canStart = isMissing && startable(context.policy, context.caseRecord).includes('relationship')
  return canStart
    ? startButton(context, 'relationship', { title: text(context.locale, 'start.relationship'), isFirst: true })
    : []
}

/** Draws the fields, each with its fault beside it. */
function fields(context: RenderContext, details: Details): Element[] {
  const { locale, ref } = context
  const { typed } = details
  const wrong = wrongFields(locale, details)
  const check = button(
    'set',
    { ...ref, track: 'transfer' },
    { title: text(locale, 'transfer.check'), labelled: true, style: 'positive', withInputs: true },
  )
  return [
    ...(details.reseller
      ? typedRow(typed.customer)
      : textField(locale, 'customer', 'transfer.customer', { typed: typed.customer, fault: wrong.customer })),
    ...textField(locale, 'source', 'transfer.source', { typed: typed.source, fault: wrong.source }),
    ...textField(locale, 'email', 'transfer.email', { typed: typed.email, fault: wrong.email }),
    ...partnerField(context, details),
    ...render('actions', { actions: [check] }),
  ]
}

/** Draws the field for the partner of record, which a provider names for its indirect reseller. */
function partnerField({ caseRecord, locale }: RenderContext, details: Details): Element[] {
  const { partnerId, reseller, typed } = details
  if (caseRecord.answers.role !== 'indirect-provider') return []
  const isTyped = typed.source !== '' || partnerId !== ''
  const wrong = isTyped && !isPartnerNamed(details) ? text(locale, 'transfer.partner-id.wrong') : undefined
  const name = plainText(reseller?.name ?? '', MAX_TITLE_LENGTH)
  return areaField('partnerId', {
    label: text(locale, 'transfer.partner-id', { asked: reseller ? 'yes' : 'no' }),
    value: partnerId,
    ...(name === '' ? {} : { help: text(locale, 'transfer.partner-id.help', { name }) }),
    fault: wrong,
  })
}

/** Assigns a lookup fault to the first partner not found yet. An empty form has no faults. */
function wrongFields(locale: RenderContext['locale'], { typed, customer, source, email, fault, reseller }: Details) {
  // A reseller's request has filled in the customer.
  const isUntouched = reseller !== null && typed.source === '' && typed.email === '' && !fault
  const isEmpty = isUntouched || Object.values(typed).every((value) => value === '')
  const lookup = fault && isTyping(fault) ? faultText(locale, fault) : undefined
  const wrong = (value: string, isFaulty: boolean) => {
    if (isEmpty) return undefined
    return value === '' ? text(locale, 'tenant.missing') : isFaulty ? lookup : undefined
  }
  return {
    customer: wrong(typed.customer, customer === null),
    source: wrong(typed.source, customer !== null && source === null),
    email: isEmpty || email !== null ? undefined : text(locale, 'transfer.email.wrong'),
  }
}

/** The parties, the checks and the button that sends the request. */
function readyElements(context: RenderContext, details: Details, eligibility: Eligibility): Element[] {
  const { locale } = context
  const checks = checksOf(context, details, eligibility)
  const isUnrelated = eligibility.relationship === 'no'
  return [
    ...render('heading', {
      title: text(locale, 'transfer.ready.title'),
      help: text(locale, 'transfer.ready.help', { days: TRANSFER_DAYS }),
    }),
    ...generalFault(context, details),
    ...whoRows(context, details),
    ...knownRows(context, [
      ['fact.partner-id', plainText(details.partnerId, MAX_PARTNER_ID_LENGTH)],
      ['fact.left', leftText(context, details)],
    ]),
    ...render('subheading', { text: text(locale, 'transfer.checks') }),
    ...checkRows(context, checks),
    ...transferReminders(context, details),
    ...(isUnrelated && !details.fault ? relationshipFirst(context, 'no-relationship') : []),
    ...(mayRequest(context.caseRecord.answers.role) === 'no' ? [] : requestActions(context, details, checks)),
    ...folded('details', fields(context, details)),
    ...toolbar(context, ['details', 'history', 'cancel']),
  ]
}

/** The button that sends the request; while something is missing, the one that checks again. */
function requestActions({ locale, ref }: RenderContext, details: Details, checks: readonly Checked[]): Element[] {
  if (isLacking(details)) {
    const title = text(locale, 'transfer.check-again')
    return render('actions', {
      actions: [button('tick', { ...ref, step: 'check-again' }, { title, labelled: true })],
    })
  }
  const style = checks.some(([, state]) => state === 'no') ? {} : { style: 'positive' as const }
  const title = text(locale, 'transfer.request')
  const request = button('tick', { ...ref, step: 'request' }, { title, labelled: true, ...style })
  return render('actions', { actions: [request] })
}

/** Names what the transfer before failed to move: the current partner has to pick it again. */
const leftText = (context: RenderContext, { left }: Details): string =>
  namesText(
    context,
    left.map(({ name, subscription }) => name || subscription),
  )

/** The conditions of a transfer, as far as they are known before the request. */
function checksOf({ caseRecord }: RenderContext, { product }: Details, eligibility: Eligibility): Checked[] {
  const { relationship, region, azurePlan, reseller } = eligibility
  return [
    ['relationship', relationship],
    ['region', region],
    ...(product === 'azure' ? [['azure-plan', azurePlan] satisfies Checked] : []),
    ...(reseller === undefined ? [] : [['reseller', reseller] satisfies Checked]),
    ['role', mayRequest(caseRecord.answers.role)],
  ]
}

/** Only partners that Microsoft bills may request a transfer. */
function mayRequest(role: Role | undefined) {
  if (role === undefined) return 'unknown'
  return role === 'indirect-reseller' ? 'no' : 'yes'
}
