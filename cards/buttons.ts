import { z } from 'zod'
import { recipients } from '../dialogs/events.ts'
import { planIds } from '../dialogs/plans/plans.ts'
import { questionIds, roles } from '../dialogs/questions.ts'
import { everyRole } from '../dialogs/roles.ts'
import { requestNames, type TrackKind, type TrackName, trackNames } from '../dialogs/track-names.ts'
import { accessDays } from '../dialogs/tracks/delegated-admin/form.ts'
import {
  chosenItems,
  MAX_CUSTOMER_LENGTH,
  MAX_REASON_LENGTH,
  transferId,
  typedText,
} from '../dialogs/tracks/form-fields.ts'
import { planSteps } from '../dialogs/tracks/plan/definition.ts'
import { trackForms, trackSteps } from '../dialogs/tracks/registry.ts'
import { migrationSteps, renamedSteps } from '../dialogs/upcasters.ts'
import { listNames } from './list-page.ts'
import { locales } from './text/text.ts'

/** Longest code that connects a reseller, with spaces and hyphens. */
export const MAX_CODE_LENGTH = 40
/** Ids of input fields. Clients send their content with the button, so they are also arguments of the verbs. */
export const inputs = {
  value: 'value',
  step: 'step',
  reason: 'reason',
  customer: 'customer',
  named: 'named',
  source: 'source',
  email: 'email',
  items: 'items',
  note: 'note',
  products: 'products',
  partnerId: 'partnerId',
  /** The list that forms had before there was one for each risk. */
  presets: 'presets',
  presetsToRead: 'presetsToRead',
  presetsToChange: 'presetsToChange',
  presetsToDoEverything: 'presetsToDoEverything',
  days: 'days',
  autoExtend: 'autoExtend',
  justification: 'justification',
  group: 'group',
  roles: 'roles',
  code: 'code',
} as const

const ofCase = { case: z.string().regex(/^MC-[0-9A-HJKMNP-TV-Z]{6}$/), rev: z.int().nonnegative() }
const choiceQuestions = questionIds.filter((question) => question !== 'term-end')

/** Jobs that a button gives a conversation, or ends. */
const deskJobs = ['approvals', 'direct-partner', 'off'] as const
/** Faces of a case that a button can show. */
const plans = planIds.map((id) => `plan/${id}` as const)
const faces = ['outcome', ...trackNames, ...plans.map((plan) => `skip/${plan}` as const), 'history'] as const
/** Views that are no faces: the request as approvers see it, the question whether to cancel, and the customer's name. */
const otherViews = ['approval', 'cancel', 'customer'] as const
/** Views in which people change what the bot knows about them. */
const settings = ['role', 'language'] as const
export const listPage = z.strictObject({ list: z.enum(listNames), page: z.int().positive() })

const plan = 'plan/manual-migration'
/** Cards of releases before there were plans still have buttons of the only one there was. */
const trackName = z.preprocess((name) => (name === 'migration' ? plan : name), z.enum(trackNames))
const face = z.preprocess(
  (view) => (view === 'migration' ? plan : view === 'skip' ? (`skip/${plan}` as const) : view),
  z.enum(faces),
)

/** Completes what such a button says of its step: it names no plan, and some steps had other names. */
function ofPlan(data: unknown): unknown {
  const old = z.looseObject({ step: z.enum(migrationSteps), track: z.undefined().optional() }).safeParse(data)
  if (!old.success) return data
  const { step } = old.data
  // The parsed copy lacks a surplus `__proto__`, which has to be refused.
  return { ...(data as object), track: plan, step: renamedSteps[step] ?? step }
}

const tickFields = z.strictObject({
  ...ofCase,
  step: z.enum(trackSteps),
  track: z.enum(trackNames).optional(),
  choice: z.string().min(1).max(40).optional(),
})
const skipFields = z.strictObject({
  ...ofCase,
  track: z.enum(plans),
  step: z.enum(planSteps),
  reason: z.string().max(MAX_REASON_LENGTH).trim().default(''),
})

const GUID_LENGTH = 36
/** A field of another form on the same card. Clients send every field with every button; it is ignored here. */
const beside = z.string().max(1000).optional()

const list = z.string().default('')
const riskLists = z.looseObject({
  presetsToRead: list,
  presetsToChange: list,
  presetsToDoEverything: list,
  presets: z.undefined().optional(),
})

/** Joins the lists of the form, one for each risk, to the one of the request. Clients may leave out an empty one. */
function withJoinedPresets(data: unknown): unknown {
  const lists = riskLists.safeParse(data)
  if (!lists.success) return data
  const { presetsToRead, presetsToChange, presetsToDoEverything } = lists.data
  const presets = [presetsToRead, presetsToChange, presetsToDoEverything].filter((ids) => ids !== '').join()
  // The parsed copy lacks a surplus `__proto__`, which has to be refused.
  const sent: Record<string, unknown> = { ...(data as object), presets }
  for (const id of [inputs.presetsToRead, inputs.presetsToChange, inputs.presetsToDoEverything]) delete sent[id]
  return sent
}

type TrackForm = (typeof trackForms)[number]
/** Names of the tracks that have a form. A case has several requests, each with a name of its own. */
type FormName<K extends TrackKind> = Extract<TrackName, K | `${K}/${string}`>
type FormSchema<F extends TrackForm = TrackForm> = F extends unknown
  ? z.ZodType<
      z.output<F['fields']> & CardRef & { track: FormName<F['track']> },
      z.input<F['fields']> & CardRef & { track: FormName<F['track']> }
    >
  : never
const trackFormSchemas = trackForms.map(({ track, fields }) => {
  const name = inputs.products in fields.shape ? z.enum(requestNames) : z.literal(track)
  const schema = z.strictObject({ ...ofCase, track: name, ...fields.shape })
  return inputs.presets in fields.shape ? z.preprocess(withJoinedPresets, schema) : schema
}) as unknown as readonly FormSchema[]

/** Arguments of each verb. Clients may leave out an empty input field, which then counts as empty text. */
const takes = {
  answer: z.union([
    z.strictObject({ ...ofCase, question: z.enum(choiceQuestions), value: z.string().max(40) }),
    z
      .strictObject({
        ...ofCase,
        question: z.literal('term-end'),
        value: z.string().max(100).default(''),
        named: beside,
      })
      .transform(({ named: _named, ...taken }) => taken),
    z.strictObject({ question: z.literal('role'), value: z.enum(roles) }),
  ]),
  /**
   * Names the customer; an empty text takes the name away. Answers with the face of a track, or with the current one.
   */
  customer: z
    .strictObject({
      ...ofCase,
      view: z.enum(trackNames).optional(),
      named: typedText(MAX_CUSTOMER_LENGTH),
      value: beside,
    })
    .transform(({ value: _value, ...taken }) => taken),
  reopen: z.strictObject({ ...ofCase, question: z.enum(questionIds) }),
  start: z.strictObject({ ...ofCase, track: trackName, none: z.literal(true).optional() }),
  tick: z.preprocess(ofPlan, tickFields),
  skip: z.preprocess(ofPlan, skipFields),
  edition: z.strictObject({ ...ofCase, edition: z.string().regex(/^[0-9]{4}(-[0-9]{2})?$/) }),
  /** Cancels the case, or one plan of it. */
  cancel: z.strictObject({ ...ofCase, sure: z.literal(true).optional(), track: z.enum(plans).optional() }),
  show: z.union([
    z.strictObject({ ...ofCase, view: face.optional(), from: listPage.optional() }),
    z.strictObject({ ...ofCase, view: z.literal('history'), page: z.int().positive(), from: listPage.optional() }),
    z.strictObject({ ...ofCase, view: z.enum(otherViews), from: listPage.optional() }),
    listPage,
    z.strictObject({ view: z.enum(settings) }),
  ]),
  refresh: z.strictObject(ofCase),
  decline: z.union([
    z.strictObject({
      ...ofCase,
      transfer: transferId,
      sure: z.literal(true).optional(),
      reason: z.string().max(MAX_REASON_LENGTH).trim().optional(),
    }),
    // Clients keep the button disabled until there is a reason.
    z.strictObject({ ...ofCase, reason: z.string().max(MAX_REASON_LENGTH).trim() }),
  ]),
  'create-invitation': z.strictObject(ofCase),
  send: z.strictObject({ ...ofCase, to: z.enum(recipients) }),
  forward: z.strictObject(ofCase),
  approve: z.strictObject(ofCase),
  deny: z
    .strictObject({ ...ofCase, reason: typedText(MAX_REASON_LENGTH), roles: beside, days: beside })
    .transform(({ roles: _roles, days: _days, ...taken }) => taken),
  narrow: z
    .strictObject({
      ...ofCase,
      roles: chosenItems(everyRole.length, GUID_LENGTH),
      days: accessDays.transform(Number),
      reason: beside,
    })
    .transform(({ reason: _reason, ...taken }) => taken),
  withdraw: z.strictObject(ofCase),
  /** Closes the case, or opens it again or keeps it open. */
  close: z.strictObject({ ...ofCase, as: z.enum(['reopened', 'kept']).optional() }),
  new: z.strictObject({}),
  desk: z.strictObject({ desk: z.enum(deskJobs), sure: z.literal(true).optional() }),
  /** Creates a code, with which `connect` pairs a reseller. */
  link: z.strictObject({}),
  connect: z.strictObject({ code: z.string().max(MAX_CODE_LENGTH).trim() }),
  set: z.union([z.strictObject({ language: z.enum(locales) }), ...trackFormSchemas]),
}
type Verb = keyof typeof takes

/** Zod's type of an empty object has every property, as `never`. */
type Plain<T> = string extends keyof T ? unknown : T
type Tagged<V extends Verb, T> = T extends unknown ? { verb: V } & Plain<T> : never
/** A validated card action. Authority and staleness are checked elsewhere. */
export type CardAction = { [V in Verb]: Tagged<V, z.infer<(typeof takes)[V]>> }[Verb]

const isVerb = (verb: unknown): verb is Verb => typeof verb === 'string' && Object.hasOwn(takes, verb)

/**
 * Parses the verb and data of a card action; all of it is client-supplied. Returns undefined for an unknown verb
 * and for a missing, mistyped or surplus field.
 */
export function readCardAction(verb: unknown, data: unknown): CardAction | undefined {
  if (!isVerb(verb)) return undefined
  const taken = takes[verb].safeParse(data)
  return taken.success ? ({ verb, ...taken.data } as CardAction) : undefined
}

/** The case and the revision that a card shows. */
export interface CardRef {
  case: string
  rev: number
}

/** Arguments of a verb without those that come from input fields. */
interface SpecialArgs {
  customer: CardRef & { view?: TrackName; named?: string }
  connect: object
  tick: z.input<typeof tickFields>
  skip: Pick<z.input<typeof skipFields>, 'case' | 'rev' | 'track'>
  narrow: CardRef
  decline: CardRef & { transfer?: string; sure?: true }
}
type Args<V extends Verb> = V extends keyof SpecialArgs ? SpecialArgs[V] : z.input<(typeof takes)[V]>

/** Look of a button. `withInputs` sends the input fields of the card along. */
export interface ButtonLook {
  title: string
  /** Shows the title on the button. Without it, the title of a clickable element is read out only. */
  labelled?: true
  /** Full name for screen readers and on hovering, where the visible title is short. */
  tooltip?: string
  style?: 'positive' | 'destructive'
  withInputs?: true
}

/**
 * Builds an `Action.Execute` with an equal `Action.Submit` for clients that do not know it. Input fields stay out
 * unless asked for, because a surplus field makes the action invalid.
 */
export function button<V extends Verb>(
  verb: V,
  args: Args<V>,
  { title, labelled, tooltip, style, withInputs }: ButtonLook,
) {
  return {
    type: 'Action.Execute',
    title,
    ...(tooltip === undefined ? {} : { tooltip }),
    ...(style === undefined ? {} : { style }),
    ...(withInputs ? {} : { associatedInputs: 'none' }),
    verb,
    data: args,
    fallback: { type: 'Action.Submit', ...(labelled ? { title } : {}), data: { ...args, verb } },
  }
}
export type Button = ReturnType<typeof button>

/** Names a row in full: a second line of its own explains the title. */
export const explained = (title: string, help: string) => ({ title: `${title}. ${help}` })
