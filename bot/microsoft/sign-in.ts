import { z } from 'zod'
import { payloadOf } from '../../clients/jwt.ts'
import type { SignInConversation, TokenService } from '../../clients/token-service.ts'
import { type DirectoryId, directoryId } from '../../dialogs/directory-id.ts'
import { createLru } from '../../dialogs/lru.ts'
import type { Origin } from '../teams/activity.ts'

/** Person of a directory. */
export interface DirectoryPerson {
  tenant: DirectoryId
  id: DirectoryId
}

export interface SignInDeps {
  /** Application that assertions must be issued for, which exchanges them. */
  appId: string
  /** Name of the bot's OAuth connection. Sign-in is off without it or without the token service. */
  connectionName: string | undefined
  tokenService: TokenService | undefined
  now: () => number
  /** Fetches an assertion without the person. Sandbox only: its windows cannot sign in. */
  vouch?: (person: DirectoryPerson) => Promise<string | undefined>
  /** Called when the token service fails; the person sees that the sign-in failed. */
  onFailure: (cause: unknown) => void
}

/** Result of an assertion or code from a client. `fresh` is true if there was none before, so waiting calls can go on. */
type SignInResult = { taken: true; fresh: boolean } | { taken: false }

/** Response to an invoke of the sign-in. */
interface InvokeAnswer {
  status: 200 | 404 | 412
  body?: object
  fresh: boolean
}

const MAX_PEOPLE = 2_000
const channelId = 'msteams'

const assertionSchema = z.looseObject({
  aud: z.string(),
  tid: z.string().transform(directoryId),
  oid: z.string().transform(directoryId),
  /** Seconds. */
  exp: z.number(),
})
const exchangeSchema = z.looseObject({
  id: z.string().max(1_000),
  connectionName: z.string().max(200),
  token: z.string(),
})
const code = z.string().regex(/^\d{6}$/)
const stateSchema = z.looseObject({ state: code })
const actionSchema = z.looseObject({
  authentication: z.looseObject({ token: z.string() }).nullish(),
  state: code.nullish(),
})

/** Response to a useless assertion of a card action; Teams then shows the sign-in button. */
export const refusedAction = {
  statusCode: 412,
  type: 'application/vnd.microsoft.error.preconditionFailed',
  value: { code: '412', message: 'Sign in again.' },
} as const

/**
 * Holds the assertions of signed-in people, in memory until they expire. They come from Teams clients, or from the token
 * service in exchange for the code of a sign-in page.
 */
export function createSignIn(deps: SignInDeps) {
  const { connectionName, tokenService, now } = deps
  const assertions = createLru<string, { assertion: string; ends: number }>(MAX_PEOPLE)
  const keyOf = ({ tenant, id }: DirectoryPerson) => `${tenant} ${id}`
  const personOf = ({ place, sender }: Origin): DirectoryPerson => ({ tenant: place.tenant, id: sender.id })

  function recall(person: DirectoryPerson): string | undefined {
    const found = assertions.get(keyOf(person))
    return found !== undefined && now() < found.ends ? found.assertion : undefined
  }

  /**
   * Stores an assertion that names this person and our application. Its signature is not verified here:
   * Entra does that at the exchange, where a forged one fails.
   */
  function keep(person: DirectoryPerson, assertion: string): SignInResult {
    const claims = payloadOf(assertion, assertionSchema)
    const ends = (claims?.exp ?? 0) * 1_000
    if (claims === undefined || ends <= now() || !isFor(deps.appId, claims.aud)) return { taken: false }
    if (keyOf({ tenant: claims.tid, id: claims.oid }) !== keyOf(person)) return { taken: false }
    const fresh = recall(person) === undefined
    assertions.set(keyOf(person), { assertion, ends })
    return { taken: true, fresh }
  }

  /** Calls the token service. Returns undefined if none is configured or it fails. */
  async function callTokenService<T>(
    task: (service: TokenService, connection: string) => Promise<T>,
  ): Promise<T | undefined> {
    if (tokenService === undefined || connectionName === undefined) return undefined
    try {
      return await task(tokenService, connectionName)
    } catch (cause) {
      deps.onFailure(cause)
      return undefined
    }
  }

  async function redeem(visit: Origin, code: string): Promise<SignInResult> {
    const user = visit.sender.account
    const assertion = await callTokenService((service, connection) =>
      service.redeem({ user, connection, channel: channelId, code }),
    )
    return assertion === undefined ? { taken: false } : keep(personOf(visit), assertion)
  }

  const resourceOf = (visit: Origin) =>
    callTokenService((service, connection) => service.signInResource(connection, conversationOf(visit)))

  return {
    /** Takes the sign-in from a card action repeated after `loginRequest`; undefined if it carries none. */
    takeAction: async (visit: Origin, value: unknown): Promise<SignInResult | undefined> => {
      const { authentication, state } = actionSchema.safeParse(value).data ?? {}
      if (authentication) return keep(personOf(visit), authentication.token)
      return state ? redeem(visit, state) : undefined
    },
    /** Handles `signin/tokenExchange`. Each client of a person sends one; only the first is fresh. */
    takeExchange: (visit: Origin, value: unknown): InvokeAnswer => {
      const request = exchangeSchema.safeParse(value).data
      const mine = request !== undefined && request.connectionName === connectionName
      const result: SignInResult = mine ? keep(personOf(visit), request.token) : { taken: false }
      if (result.taken) return { status: 200, fresh: result.fresh }
      const failureDetail = 'The token cannot be used. Sign in with the button.'
      return { status: 412, body: { id: request?.id, connectionName, failureDetail }, fresh: false }
    },
    /** Handles `signin/verifyState`, which brings the code of the closed sign-in page. */
    takeState: async (visit: Origin, value: unknown): Promise<InvokeAnswer> => {
      const state = stateSchema.safeParse(value).data?.state
      const result: SignInResult = state === undefined ? { taken: false } : await redeem(visit, state)
      return result.taken ? { status: 200, fresh: result.fresh } : { status: 404, fresh: false }
    },
    /** Redeems the six digits that a person typed from the sign-in page. Check `isCode` first. */
    takeCode: (visit: Origin, text: string): Promise<SignInResult> => redeem(visit, text.trim()),
    isCode: (text: string): boolean => connectionName !== undefined && code.safeParse(text.trim()).success,
    /** Returns the person's assertion while it is valid. */
    assertionOf: async (person: DirectoryPerson): Promise<string | undefined> => {
      const known = recall(person)
      if (known !== undefined || deps.vouch === undefined) return known
      const assertion = await deps.vouch(person)
      return assertion !== undefined && keep(person, assertion).taken ? assertion : undefined
    },
    /** Forgets an assertion that Entra refused, unless a newer one has arrived. */
    forget: (person: DirectoryPerson, assertion: string): void => {
      if (assertions.get(keyOf(person))?.assertion === assertion) assertions.delete(keyOf(person))
    },
    /**
     * Builds the response that makes the client sign the person in, silently if possible, and repeat the card action.
     * Undefined if sign-in is off or the token service fails.
     */
    loginRequest: async (visit: Origin, words: { text: string; button: string }): Promise<object | undefined> => {
      const resource = await resourceOf(visit)
      if (resource === undefined) return undefined
      const { signInLink, tokenExchangeResource } = resource
      return {
        statusCode: 401,
        type: 'application/vnd.microsoft.activity.loginRequest',
        value: {
          text: words.text,
          connectionName,
          ...(tokenExchangeResource && { tokenExchangeResource }),
          buttons: [{ title: words.button, text: words.button, type: 'signin', value: signInLink }],
        },
      }
    },
    /**
     * Returns a sign-in page for this person, valid for minutes. The token service may not pass `claims` on to Entra;
     * an access policy on our application is more reliable.
     */
    link: async (visit: Origin, claims?: string): Promise<string | undefined> => {
      const resource = await resourceOf(visit)
      if (resource === undefined || claims === undefined) return resource?.signInLink
      const url = new URL(resource.signInLink)
      url.searchParams.set('claims', claims)
      return url.href
    },
  }
}

export type SignIn = ReturnType<typeof createSignIn>

/** True if the audience is the application's id or one of the URIs that Teams prescribes for it. */
function isFor(appId: string, audience: string): boolean {
  const [, named] = /^(?:api:\/\/(?:[a-z0-9.:-]+\/)?(?:botid-)?)?([0-9a-f-]{36})$/i.exec(audience) ?? []
  return named?.toLowerCase() === appId.toLowerCase()
}

function conversationOf({ place, sender }: Origin): SignInConversation {
  const { conversation, kind, tenant, reference } = place
  const conversationType = kind === 'group' ? 'groupChat' : kind
  return {
    user: { id: sender.account, aadObjectId: sender.id },
    bot: reference.bot,
    conversation: { id: conversation, conversationType, tenantId: tenant, isGroup: kind !== 'personal' },
    channelId,
    serviceUrl: reference.serviceUrl,
  }
}
