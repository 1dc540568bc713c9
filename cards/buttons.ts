import { z } from 'zod'
import { recipients, trackKinds } from '../dialogs/events.ts'
import { noteLength } from '../dialogs/peer.ts'
import { questionIds, roles } from '../dialogs/questions.ts'
import { everyRole, presetIds } from '../dialogs/roles.ts'
import { accessDays } from '../dialogs/tracks/delegated-admin/context.ts'
import { migrationSteps } from '../dialogs/tracks/migration/machine.ts'
import { trackSteps } from '../dialogs/tracks/registry.ts'
import { sides } from '../dialogs/tracks/transfer/context.ts'
import { locales } from './text/text.ts'

/** Longest reason that can be given for a skipped step or for a no, in UTF-16 units, as input fields count. */
export const MAX_REASON_LENGTH = 300
/** Longest note that goes to the direct partner with a request. */
export const MAX_NOTE_LENGTH = noteLength
/** Longest reason for which administration rights are asked for: a card shows it twice beside much else. */
export const MAX_JUSTIFICATION_LENGTH = 600
/** Longest name of a group; its id is shorter. */
export const MAX_GROUP_LENGTH = 256
/** Longest domain there is; a tenant id is shorter. */
export const MAX_TENANT_LENGTH = 253
/** Longest e-mail address there is. */
export const MAX_EMAIL_LENGTH = 254
/** Longest id of a transfer; the service's own are 36 characters long. */
export const MAX_TRANSFER_LENGTH = 80
/** Most subscriptions that one transfer hands over: more, the service does not take at once. */
export const MAX_ITEMS = 25
/** Fields of a card whose content comes back with the button; the names are arguments of the verbs. */
export const inputs = {
  value: 'value',
  step: 'step',
  reason: 'reason',
  customer: 'customer',
  source: 'source',
  email: 'email',
  items: 'items',
  note: 'note',
  presets: 'presets',
  days: 'days',
  autoExtend: 'autoExtend',
  justification: 'justification',
  group: 'group',
  roles: 'roles',
} as const

const ofCase = { case: z.string().regex(/^MC-[0-9A-HJKMNP-TV-Z]{6}$/), rev: z.int().nonnegative() }
const choiceQuestions = questionIds.filter((question) => question !== 'term-end')

/** Faces of a case that a button can ask for. */
export const faces = ['outcome', ...trackKinds, 'skip', 'history'] as const

const typed = (max: number) => z.string().max(max).trim().default('')
const transfer = z.string().min(1).max(MAX_TRANSFER_LENGTH)
/** Clients send the choices of a field as one text, with commas between them. */
const chosen = (most: number, longest: number) =>
  z
    .string()
    .max(most * (longest + 1))
    .default('')
    .transform((text) => text.split(',').flatMap((one) => one.trim() || []))
    .refine((items) => items.length <= most)
const presets = z
  .string()
  .max(presetIds.join().length)
  .refine((text) => text.split(',').every((one) => one === '' || (presetIds as readonly string[]).includes(one)))
const days = z
  .string()
  .regex(/^[1-9][0-9]{0,2}$/)
  .refine((text) => Number(text) <= accessDays.most)
const guidLength = 36
/** A field of another form on the same card: clients send all of them with every button. It means nothing here. */
const beside = z.string().max(1000).optional()

/** What each verb takes along. An empty input field may be left out by the client: it counts as empty text. */
const takes = {
  answer: z.union([
    z.strictObject({ ...ofCase, question: z.enum(choiceQuestions), value: z.string().max(40) }),
    z.strictObject({ ...ofCase, question: z.literal('term-end'), value: z.string().max(100).default('') }),
    z.strictObject({ question: z.literal('role'), value: z.enum(roles) }),
  ]),
  reopen: z.strictObject({ ...ofCase, question: z.enum(questionIds) }),
  start: z.strictObject({ ...ofCase, track: z.enum(trackKinds) }),
  tick: z.strictObject({ ...ofCase, step: z.enum(trackSteps) }),
  skip: z.strictObject({
    ...ofCase,
    step: z.enum(migrationSteps),
    reason: z.string().max(MAX_REASON_LENGTH).trim().default(''),
  }),
  edition: z.strictObject({ ...ofCase, edition: z.string().regex(/^[0-9]{4}(-[0-9]{2})?$/) }),
  cancel: z.strictObject({ ...ofCase, sure: z.literal(true).optional() }),
  show: z.union([
    z.strictObject({ ...ofCase, view: z.enum(faces).optional() }),
    z.strictObject({ list: z.enum(['all', 'open']), page: z.int().positive() }),
  ]),
  refresh: z.strictObject(ofCase),
  decline: z.union([
    z.strictObject({ ...ofCase, transfer }),
    // The client lets nobody press it before there is a reason.
    z.strictObject({ ...ofCase, reason: z.string().max(MAX_REASON_LENGTH).trim() }),
  ]),
  'create-invitation': z.strictObject(ofCase),
  send: z.strictObject({ ...ofCase, to: z.enum(recipients) }),
  forward: z.strictObject(ofCase),
  approve: z.strictObject(ofCase),
  deny: z
    .strictObject({ ...ofCase, reason: typed(MAX_REASON_LENGTH), roles: beside, days: beside })
    .transform(({ roles: _roles, days: _days, ...taken }) => taken),
  narrow: z
    .strictObject({
      ...ofCase,
      roles: chosen(everyRole.length, guidLength),
      days: days.transform(Number),
      reason: beside,
    })
    .transform(({ reason: _reason, ...taken }) => taken),
  withdraw: z.strictObject(ofCase),
  set: z.union([
    z.strictObject({ language: z.enum(locales) }),
    z.strictObject({ ...ofCase, track: z.literal('relationship'), customer: typed(MAX_TENANT_LENGTH) }),
    z.strictObject({ ...ofCase, track: z.literal('transfer'), side: z.enum(sides) }),
    z.strictObject({
      ...ofCase,
      track: z.literal('transfer'),
      transfer,
      items: chosen(MAX_ITEMS, MAX_TRANSFER_LENGTH),
    }),
    z.strictObject({
      ...ofCase,
      track: z.literal('transfer'),
      customer: typed(MAX_TENANT_LENGTH),
      source: typed(MAX_TENANT_LENGTH),
      email: typed(MAX_EMAIL_LENGTH),
    }),
    z.strictObject({
      ...ofCase,
      track: z.literal('invitation'),
      customer: typed(MAX_TENANT_LENGTH),
      note: typed(MAX_NOTE_LENGTH),
    }),
    z.strictObject({
      ...ofCase,
      track: z.literal('delegated-admin'),
      // On a request for a reseller, the customer is that of the invitation.
      customer: z.string().max(MAX_TENANT_LENGTH).trim().optional(),
      presets: presets.default(''),
      days: days.optional(),
      autoExtend: z.enum(['true', 'false']).default('false'),
      justification: typed(MAX_JUSTIFICATION_LENGTH),
      group: typed(MAX_GROUP_LENGTH),
    }),
  ]),
}
export type Verb = keyof typeof takes

type Tagged<V extends Verb, T> = T extends unknown ? { verb: V } & T : never
/** A button that was pressed, checked. Who may press it, and whether it still counts, is decided elsewhere. */
export type CardAction = { [V in Verb]: Tagged<V, z.infer<(typeof takes)[V]>> }[Verb]

const isVerb = (verb: unknown): verb is Verb => typeof verb === 'string' && Object.hasOwn(takes, verb)

/**
 * Reads what a client sends for a button. Everything there is client-supplied: a verb that is not ours, or a field that
 * is missing, of another type or one too many makes it undefined.
 */
export function readCardAction(verb: unknown, data: unknown): CardAction | undefined {
  if (!isVerb(verb)) return undefined
  const taken = takes[verb].safeParse(data)
  return taken.success ? ({ verb, ...taken.data } as CardAction) : undefined
}

/** The case and revision a card is drawn from. */
export interface CardRef {
  case: string
  rev: number
}

/** Arguments of a verb; those of `skip`, `narrow` and of some `decline` come from input fields. */
type Args<V extends Verb> = V extends 'skip' | 'narrow' | 'decline'
  ? CardRef & { transfer?: string }
  : z.input<(typeof takes)[V]>

/** How a button looks, and whether it takes the card's input fields along. */
export interface ButtonLook {
  title: string
  /** A button with its title on it; without, the title of something else to click is only read out. */
  labelled?: true
  style?: 'positive' | 'destructive'
  withInputs?: true
}

/**
 * A button: `Action.Execute`, with the same as `Action.Submit` for clients that do not know it. Unless it is to take
 * them along, input fields of the card are kept out, as a field too many makes a button unreadable.
 */
export function button<V extends Verb>(verb: V, args: Args<V>, { title, labelled, style, withInputs }: ButtonLook) {
  return {
    type: 'Action.Execute',
    title,
    ...(style === undefined ? {} : { style }),
    ...(withInputs ? {} : { associatedInputs: 'none' }),
    verb,
    data: args,
    fallback: { type: 'Action.Submit', ...(labelled ? { title } : {}), data: { ...args, verb } },
  }
}
export type Button = ReturnType<typeof button>
