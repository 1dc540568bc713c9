import { isAllPowerful, presetIds, presetRisk, type Risk, risks } from '../../dialogs/roles.ts'
import { isAskable } from '../../dialogs/tracks/delegated-admin/context.ts'
import type { AdminTrack } from '../../dialogs/tracks/registry.ts'
import { button, inputs } from '../buttons.ts'
import { daysField, durations, requestedAccessElements, requestRows } from '../parts/admin-details.ts'
import { knownRows } from '../parts/facts.ts'
import { faultBlock, faultText, isTyping } from '../parts/faults.ts'
import { areaField, textField } from '../parts/fields.ts'
import { folded, heading, toolbar } from '../parts/frame.ts'
import { pendingElements } from '../parts/pending.ts'
import { customerRow, tenantElements, typedRow } from '../parts/tenant.ts'
import { type Element, render } from '../render.ts'
import { MAX_TITLE_LENGTH, plainText } from '../text/literal.ts'
import { type Locale, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

type Details = AdminTrack['context']

/** The form for administration rights, then a summary before anyone is asked to approve. */
export function adminForm(context: RenderContext, { context: details }: AdminTrack): Element[] {
  const { pending, customer, typed } = details
  if (pending) {
    return [
      ...pendingElements(context, pending),
      ...(pending.call === 'find-tenant'
        ? typedRow(typed.customer)
        : [...customerOf(context, details), ...typedRow(typed.group)]),
      ...folded('details', fields(context, details)),
      ...toolbar(context, ['details', 'history', 'cancel']),
    ]
  }
  if (isAskable(details) && !details.fault) return readyElements(context, details)
  return [
    ...heading(context, 'admin.drafting.title', 'admin.drafting.help'),
    ...(details.fault && !isTyping(details.fault) ? faultBlock(context, details.fault) : []),
    ...(details.forCompany !== null && customer ? customerRow(context, customer) : []),
    ...knownRows(context, [['fact.reseller', plainText(details.forCompany ?? '', MAX_TITLE_LENGTH)]]),
    ...fields(context, details),
    ...toolbar(context, ['history', 'cancel']),
  ]
}

const customerOf = (context: RenderContext, { customer }: Details): Element[] =>
  customer ? customerRow(context, customer) : []

/** Draws every field, each with its fault beside it. */
function fields(context: RenderContext, details: Details): Element[] {
  const { locale, ref } = context
  const next = button(
    'set',
    { ...ref, track: 'delegated-admin' },
    { title: text(locale, 'admin.next'), labelled: true, style: 'positive', withInputs: true },
  )
  return [
    ...customerField(locale, details),
    ...extentFields(locale, details),
    ...areaField('justification', {
      label: text(locale, 'admin.justification'),
      value: details.justification,
      required: text(locale, 'admin.justification.required'),
    }),
    ...groupField(locale, details),
    ...render('actions', { actions: [next] }),
  ]
}

/** Draws no customer field on a request for a reseller: its customer is that of the invitation. */
function customerField(locale: Locale, { forCompany, customer, typed, fault }: Details): Element[] {
  if (forCompany !== null) return []
  const wrong = fault && isTyping(fault) && !customer ? faultText(locale, fault) : undefined
  return textField(locale, 'customer', 'transfer.customer', { typed: typed.customer, fault: wrong })
}

const listOf = {
  read: inputs.presetsToRead,
  change: inputs.presetsToChange,
  everything: inputs.presetsToDoEverything,
} as const satisfies Record<Risk, string>

/** The presets in three lists by risk. No client knows that one of three lists needs a choice. */
function presetFields(locale: Locale, { presets, justification }: Details): Element[] {
  const lists = risks.flatMap((risk) => {
    const offered = presetIds.filter((preset) => presetRisk(preset) === risk)
    return render('keep', {
      id: listOf[risk],
      label: text(locale, `risk.${risk}`),
      value: offered.filter((preset) => presets.includes(preset)).join(),
      choices: offered.map((preset) => ({ title: text(locale, `preset.${preset}`), value: preset })),
    })
  })
  // A form without its required justification was never sent.
  const isMissing = presets.length === 0 && justification !== ''
  return [
    ...render('subheading', { text: text(locale, 'admin.presets') }),
    ...lists,
    ...(isMissing ? render('trouble', { text: text(locale, 'admin.presets.required') }) : []),
  ]
}

function extentFields(locale: Locale, details: Details): Element[] {
  const { days, autoExtend } = details
  return [
    ...presetFields(locale, details),
    ...daysField(locale, text(locale, 'admin.days'), days, durations),
    ...render('switch', {
      id: inputs.autoExtend,
      title: text(locale, 'admin.auto-extend'),
      value: String(autoExtend),
    }),
  ]
}

function groupField(locale: Locale, { typed, customer, fault }: Details): Element[] {
  const isWrong = fault && isTyping(fault) && typed.group !== '' && customer !== null
  return areaField('group', {
    label: text(locale, 'admin.group'),
    value: typed.group,
    help: text(locale, 'admin.group.help'),
    ...(isWrong ? { fault: text(locale, 'admin.group.wrong') } : {}),
  })
}

/** The summary of the request, with the possible approvers and the button to ask them. */
const readyElements = (context: RenderContext, details: Details): Element[] => [
  ...heading(context, 'admin.ready.title', 'admin.ready.help'),
  ...(details.customer ? tenantElements(context, details.customer) : []),
  ...requestRows(context, details, 'in-full'),
  ...requestedAccessElements(context),
  ...(context.approvers?.length === 0 ? [] : askButton(context, details)),
  ...folded('details', fields(context, details)),
  ...toolbar(context, ['details', 'history', 'cancel']),
]

function askButton({ locale, ref }: RenderContext, { roles }: Details): Element[] {
  const style = isAllPowerful(roles) ? 'destructive' : 'positive'
  return render('actions', {
    actions: [
      button('tick', { ...ref, step: 'ask-approval' }, { title: text(locale, 'admin.ask'), labelled: true, style }),
    ],
  })
}
