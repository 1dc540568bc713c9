import { isAllPowerful, presetIds } from '../../dialogs/roles.ts'
import { isAskable } from '../../dialogs/tracks/delegated-admin/context.ts'
import type { AdminTrack } from '../../dialogs/tracks/registry.ts'
import { button, inputs } from '../buttons.ts'
import { daysText, requestRows } from '../parts/admin-details.ts'
import { areaField } from '../parts/area-field.ts'
import { knownRows, namesText } from '../parts/facts.ts'
import { faultBlock, faultText, isTyping } from '../parts/faults.ts'
import { heading } from '../parts/heading.ts'
import { pendingElements } from '../parts/pending.ts'
import { customerRow, tenantElements, typedRow } from '../parts/tenant.ts'
import { textField } from '../parts/text-field.ts'
import { folded, toolbar } from '../parts/toolbar.ts'
import { type Element, render, renderOnce } from '../render.ts'
import { MAX_TITLE_LENGTH, plainText } from '../text/literal.ts'
import { type Locale, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

type Context = AdminTrack['context']

/** How long rights may be asked for, in days; the shorter the better. */
export const durations = [7, 30, 90, 180, 365, 730] as const

/** Which rights, for which customer, how long and why; then all of it once more before anybody is asked. */
export function adminForm(drawing: RenderContext, { context }: AdminTrack): Element[] {
  const { pending, customer, typed } = context
  if (pending) {
    return [
      ...pendingElements(drawing, pending),
      ...(pending.call === 'find-tenant'
        ? typedRow(typed.customer)
        : [...customerOf(drawing, context), ...typedRow(typed.group)]),
      ...folded('details', fields(drawing, context)),
      ...toolbar(drawing, ['details', 'history', 'cancel']),
    ]
  }
  if (isAskable(context) && !context.fault) return readyElements(drawing, context)
  return [
    ...heading(drawing, 'admin.drafting.title', 'admin.drafting.help'),
    ...(context.fault && !isTyping(context.fault) ? faultBlock(drawing, context.fault) : []),
    ...(context.forCompany !== null && customer ? customerRow(drawing, customer) : []),
    ...knownRows(drawing, [['fact.reseller', plainText(context.forCompany ?? '', MAX_TITLE_LENGTH)]]),
    ...fields(drawing, context),
    ...toolbar(drawing, ['history', 'cancel']),
  ]
}

const customerOf = (drawing: RenderContext, { customer }: Context): Element[] =>
  customer ? customerRow(drawing, customer) : []

/** Everything there is to say, each wrong thing beside its field. */
function fields(drawing: RenderContext, context: Context): Element[] {
  const { locale, drawn } = drawing
  const next = button(
    'set',
    { ...drawn, track: 'delegated-admin' },
    { title: text(locale, 'admin.next'), labelled: true, style: 'positive', withInputs: true },
  )
  return [
    ...customerField(locale, context),
    ...extentFields(locale, context),
    ...areaField('justification', {
      label: text(locale, 'admin.justification'),
      value: context.justification,
      required: text(locale, 'admin.justification.required'),
    }),
    ...groupField(locale, context),
    ...render('actions', { actions: [next] }),
  ]
}

/** A request for a reseller is about the customer of the invitation, and no other. */
function customerField(locale: Locale, { forCompany, customer, typed, fault }: Context): Element[] {
  if (forCompany !== null) return []
  const wrong = fault && isTyping(fault) && !customer ? faultText(locale, fault) : undefined
  return textField(locale, 'customer', 'transfer.customer', { typed: typed.customer, fault: wrong })
}

function extentFields(locale: Locale, { presets, days, autoExtend }: Context): Element[] {
  return [
    ...render('pick', {
      id: inputs.presets,
      label: text(locale, 'admin.presets'),
      required: text(locale, 'admin.presets.required'),
      value: presets.join(),
      choices: presetIds.map((preset) => ({ title: text(locale, `preset.${preset}`), value: preset })),
    }),
    ...daysField(locale, text(locale, 'admin.days'), days, durations),
    ...render('switch', {
      id: inputs.autoExtend,
      title: text(locale, 'admin.auto-extend'),
      value: String(autoExtend),
    }),
  ]
}

/** One of some durations, or what it is now. */
export function daysField(locale: Locale, label: string, days: number, offered: readonly number[]): Element[] {
  const all = [...new Set([...offered, days])].sort((one, other) => one - other)
  return render('select', {
    id: inputs.days,
    label,
    value: String(days),
    choices: all.map((count) => ({ title: daysText(locale, count), value: String(count) })),
  })
}

function groupField(locale: Locale, { typed, customer, fault }: Context): Element[] {
  const isWrong = fault && isTyping(fault) && typed.group !== '' && customer !== null
  return areaField('group', {
    label: text(locale, 'admin.group'),
    value: typed.group,
    help: text(locale, 'admin.group.help'),
    ...(isWrong ? { fault: text(locale, 'admin.group.wrong') } : {}),
  })
}

/** All of it, and who would be asked, before anybody is. */
const readyElements = (drawing: RenderContext, context: Context): Element[] => [
  ...heading(drawing, 'admin.ready.title', 'admin.ready.help'),
  ...(context.customer ? tenantElements(drawing, context.customer) : []),
  ...requestRows(drawing, context, 'in-full'),
  ...requestedAccessElements(drawing),
  ...(drawing.approvers?.length === 0 ? [] : askButton(drawing, context)),
  ...folded('details', fields(drawing, context)),
  ...toolbar(drawing, ['details', 'history', 'cancel']),
]

function askButton({ locale, drawn }: RenderContext, { roles }: Context): Element[] {
  const style = isAllPowerful(roles) ? 'destructive' : 'positive'
  return renderOnce('actions', `${locale} ask-approval ${style}`, drawn, () => ({
    actions: [
      button('tick', { ...drawn, step: 'ask-approval' }, { title: text(locale, 'admin.ask'), labelled: true, style }),
    ],
  }))
}

/** Who would be asked, or is; without anybody, nothing can ever be approved. */
export function requestedAccessElements(drawing: RenderContext): Element[] {
  const { locale, approvers } = drawing
  if (approvers === undefined) return []
  const names = approvers.length === 0 ? text(locale, 'admin.nobody') : namesText(drawing, approvers)
  return knownRows(drawing, [['fact.would-be-asked', names]])
}
