import { text } from '../cards/text.ts'
import type { Inbound } from './inbound.ts'
import { refusedAction, type SignIn, type Visit } from './sign-in.ts'
import type { Setting } from './turn.ts'

export interface SignInFirstDeps {
  signIn: SignIn
  setting: Setting
  /** Its people are the ones who can act in its name. */
  partnerTenant: string
  /** Is there a link that a colleague has fetched? Then nobody has to sign in for it. */
  hasLink: (tenant: string) => Promise<boolean>
}

/** What is ticked before something is done as the person. */
const steps: readonly unknown[] = ['confirm-customer', 'fetch-link']

/** Where an activity comes from, and from whom. */
export const visitOf = ({ place, sender }: Inbound): Visit => ({ place, sender })

const asPerson = ({ request, place }: Inbound): boolean =>
  request.kind === 'press' &&
  request.reply === 'invoke' &&
  request.verb === 'tick' &&
  // Teams signs nobody in from a card of a channel; there the card itself offers it.
  place.kind !== 'channel' &&
  typeof request.data === 'object' &&
  request.data !== null &&
  'step' in request.data &&
  steps.includes(request.data.step)

/** Looks, before a button counts, whether the person has to sign in for what it does, or just has. */
export function createSignInFirst({ signIn, setting, partnerTenant, hasLink }: SignInFirstDeps) {
  /** The answer that makes the client sign the person in and press again; undefined when the press can go on. */
  return async (inbound: Inbound, value: unknown): Promise<object | undefined> => {
    const visit = visitOf(inbound)
    const taken = await signIn.takeAction(visit, value)
    if (taken) return taken.taken ? undefined : refusedAction
    const { tenant } = inbound.place
    if (!asPerson(inbound) || tenant !== partnerTenant) return undefined
    if ((await signIn.assertionOf({ tenant, id: inbound.sender.id })) || (await hasLink(tenant))) return undefined
    const locale = inbound.locale ?? setting.defaultLocale
    return signIn.loginRequest(visit, { text: text(locale, 'sign-in.text'), button: text(locale, 'sign-in.button') })
  }
}
export type SignInFirst = ReturnType<typeof createSignInFirst>
