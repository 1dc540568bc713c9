import { readCardAction } from '../../cards/buttons.ts'
import { type Locale, text } from '../../cards/text/text.ts'
import type { CallName } from '../../dialogs/calls.ts'
import { step } from '../../dialogs/step.ts'
import { findCase } from '../../state/case-store.ts'
import { findPerson } from '../../state/directory.ts'
import type { Database, Tx } from '../../state/engine/transaction.ts'
import { findLink } from '../../state/links.ts'
import type { Deployment } from '../deployment.ts'
import { refusedAction, type SignIn } from '../microsoft/sign-in.ts'
import type { IncomingActivity, Origin } from '../teams/activity.ts'

export interface LoginRequestDeps {
  signIn: SignIn
  deployment: Deployment
  database: Database
}

/** Steps that act in the person's own name. */
const STEPS: readonly string[] = ['confirm-customer', 'confirm-jointly', 'fetch-link']
const asPerson: readonly CallName[] = ['fetch-invitation', 'check-agreement']

/** Returns the person and place of an activity. */
export const originOf = ({ place, sender }: IncomingActivity): Origin => ({ place, sender })

/** Maps a click that may need a sign-in to the core's event. Cards in channels offer their own sign-in: Teams cannot. */
function deedOf({ request, place }: IncomingActivity) {
  if (request.kind !== 'press' || request.reply !== 'invoke' || place.kind === 'channel') return undefined
  const pressed = readCardAction(request.verb, request.data)
  if (pressed?.verb === 'create-invitation') return { ...pressed, event: { type: 'invitation.requested' as const } }
  if (pressed?.verb !== 'tick' || !STEPS.includes(pressed.step)) return undefined
  // Only whether a call follows matters here: any provider will do.
  const provider = pressed.step === 'confirm-jointly' ? { provider: place.tenant } : {}
  return { ...pressed, event: { type: 'step.ticked' as const, step: pressed.step, ...provider } }
}
type Needed = NonNullable<ReturnType<typeof deedOf>>

/** Checks before a click is handled whether the person must sign in for it, or has just done so. */
export function createLoginRequest({ signIn, deployment, database }: LoginRequestDeps) {
  /**
   * Returns the language of the sign-in prompt. Undefined if the click is stale, needs no sign-in, or a colleague has
   * fetched the link already.
   */
  async function neededIn(tx: Tx, incoming: IncomingActivity, deed: Needed): Promise<Locale | undefined> {
    const { place, sender, locale } = incoming
    const person = { tenant: place.tenant, id: sender.id }
    const stored = await findCase(tx, person.tenant, deed.case)
    if (stored?.room !== place.room || stored.case.revision !== deed.rev) return undefined
    const by = { kind: 'person', person } as const
    const stepped = step(deployment.policy, stored.case, { ...deed.event, at: stored.case.updatedAt, by })
    if (!stepped.ok) return undefined
    const calls = stepped.value.effects
      .flatMap((effect) => (effect.kind === 'call' ? effect.call : []))
      .filter(({ name }) => asPerson.includes(name))
    if (calls.length === 0) return undefined
    const isShared = calls.every((call) => call.name === 'fetch-invitation' && call.provider === undefined)
    if (isShared && (await findLink(tx, person.tenant)) !== undefined) return undefined
    const known = await findPerson(tx, person.tenant, person.id)
    return (known?.locale as Locale | undefined) ?? locale ?? deployment.defaultLocale
  }

  /** Returns the response that makes the client sign in and click again; undefined if the click can be handled. */
  return async (incoming: IncomingActivity, value: unknown): Promise<object | undefined> => {
    const origin = originOf(incoming)
    const taken = await signIn.takeAction(origin, value)
    if (taken) return taken.taken ? undefined : refusedAction
    const { tenant } = incoming.place
    const deed = deedOf(incoming)
    // Only the partner's own people can act in its name.
    if (!deed || tenant !== deployment.partner.tenant) return undefined
    if (await signIn.assertionOf({ tenant, id: incoming.sender.id })) return undefined
    // The turn repeats the read and reports the error.
    const locale = await database.transaction((tx) => neededIn(tx, incoming, deed)).catch(() => undefined)
    if (locale === undefined) return undefined
    return signIn.loginRequest(origin, { text: text(locale, 'sign-in.text'), button: text(locale, 'sign-in.button') })
  }
}
export type LoginRequest = ReturnType<typeof createLoginRequest>
