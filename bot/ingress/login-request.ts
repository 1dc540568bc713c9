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

/** What is ticked before something is done as the person. */
const steps: readonly string[] = ['confirm-customer', 'fetch-link']
const asPerson: readonly CallName[] = ['fetch-invitation', 'check-agreement']

/** Where an activity comes from, and from whom. */
export const originOf = ({ place, sender }: IncomingActivity): Origin => ({ place, sender })

/** A button that may need the person, as the core's event. Teams signs nobody in from a channel's card, which offers it itself. */
function deedOf({ request, place }: IncomingActivity) {
  if (request.kind !== 'press' || request.reply !== 'invoke' || place.kind === 'channel') return undefined
  const pressed = readCardAction(request.verb, request.data)
  if (pressed?.verb === 'create-invitation') return { ...pressed, event: { type: 'invitation.requested' as const } }
  if (pressed?.verb !== 'tick' || !steps.includes(pressed.step)) return undefined
  return { ...pressed, event: { type: 'step.ticked' as const, step: pressed.step } }
}
type Needed = NonNullable<ReturnType<typeof deedOf>>

/** Looks, before a button counts, whether the person has to sign in for what it does, or just has. */
export function createLoginRequest({ signIn, deployment, database }: LoginRequestDeps) {
  /**
   * The language to ask in, if the button does something as the person: not where it no longer counts, nor where a
   * colleague has fetched the link.
   */
  async function neededIn(tx: Tx, incoming: IncomingActivity, deed: Needed): Promise<Locale | undefined> {
    const { place, sender, locale } = incoming
    const person = { tenant: place.tenant, id: sender.id }
    const stored = await findCase(tx, person.tenant, deed.case)
    if (stored?.room !== place.room || stored.case.revision !== deed.rev) return undefined
    const by = { kind: 'person', person } as const
    const stepped = step(deployment.policy, stored.case, { ...deed.event, at: stored.case.updatedAt, by })
    if (!stepped.ok) return undefined
    const calls = stepped.value.effects.flatMap((effect) => (effect.kind === 'call' ? effect.call.name : []))
    if (!calls.some((call) => asPerson.includes(call))) return undefined
    const hasLink = (await findLink(tx, person.tenant)) !== undefined
    if (hasLink && !calls.includes('check-agreement')) return undefined
    const known = await findPerson(tx, person.tenant, person.id)
    return (known?.locale as Locale | undefined) ?? locale ?? deployment.defaultLocale
  }

  /** The answer that makes the client sign the person in and press again; undefined when the press can go on. */
  return async (incoming: IncomingActivity, value: unknown): Promise<object | undefined> => {
    const visit = originOf(incoming)
    const taken = await signIn.takeAction(visit, value)
    if (taken) return taken.taken ? undefined : refusedAction
    const { tenant } = incoming.place
    const deed = deedOf(incoming)
    // Only its own people can act in the partner's name.
    if (!deed || tenant !== deployment.partner.tenant) return undefined
    if (await signIn.assertionOf({ tenant, id: incoming.sender.id })) return undefined
    // What cannot be read is the door's to tell.
    const locale = await database.transaction((tx) => neededIn(tx, incoming, deed)).catch(() => undefined)
    if (locale === undefined) return undefined
    return signIn.loginRequest(visit, { text: text(locale, 'sign-in.text'), button: text(locale, 'sign-in.button') })
  }
}
export type LoginRequest = ReturnType<typeof createLoginRequest>
