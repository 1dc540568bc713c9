import { z } from 'zod'
import { payloadOf } from '../../clients/jwt.ts'
import type { SignInConversation, TokenService } from '../../clients/token-service.ts'
import { createLru } from '../../dialogs/lru.ts'
import type { Origin } from '../teams/activity.ts'

/** A person of the directory. */
export interface DirectoryPerson {
  tenant: string
  id: string
}

export interface SignInDeps {
  /** The application that assertions have to be for: the one that exchanges them. */
  appId: string
  /** Name of the bot's OAuth connection. Nobody is asked to sign in where this or the service is missing. */
  connectionName: string | undefined
  tokenService: TokenService | undefined
  now: () => number
  /** Fetches an assertion without asking the person. The sandbox has one, since its window cannot sign anybody in. */
  vouch?: (person: DirectoryPerson) => Promise<string | undefined>
  /** The token service could not be asked; the person sees that signing in did not work. */
  onFailure: (cause: unknown) => void
}

/** What became of an assertion or a code that a client sent. `fresh`: there was none before, so what waited can go on. */
type SignInResult = { taken: true; fresh: boolean } | { taken: false }

/** How to answer an invoke of the sign-in. */
interface InvokeAnswer {
  status: 200 | 404 | 412
  body?: object
  fresh: boolean
}

const MAX_PEOPLE = 2_000
const channelId = 'msteams'

const assertionSchema = z.looseObject({
  aud: z.string(),
  tid: z.string(),
  oid: z.string(),
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

/** What Teams wants to hear when the assertion that came with a button is of no use: it then shows the sign-in button. */
export const refusedAction = {
  statusCode: 412,
  type: 'application/vnd.microsoft.error.preconditionFailed',
  value: { code: '412', message: 'Sign in again.' },
} as const

/**
 * Who is signed in. Remembers assertions in memory only, until they end: what a Teams client sends unasked, or what the
 * token service gives for the code of a sign-in page.
 */
export function createSignIn(deps: SignInDeps) {
  const { connectionName, tokenService, now } = deps
  const assertions = createLru<string, { assertion: string; ends: number }>(MAX_PEOPLE)
  const keyOf = ({ tenant, id }: DirectoryPerson) => `${tenant} ${id}`.toLowerCase()
  const personOf = ({ place, sender }: Origin): DirectoryPerson => ({ tenant: place.tenant, id: sender.id })

  function recall(person: DirectoryPerson): string | undefined {
    const found = assertions.get(keyOf(person))
    return found !== undefined && now() < found.ends ? found.assertion : undefined
  }

  /**
   * Keeps an assertion that says it is this person's, for our application. Its signature is not looked at: Entra does that
   * when the assertion is exchanged, and a forged one gets nobody further than that, under their own name.
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

  /** Runs what asks the token service; undefined where there is none to ask, or it cannot be asked. */
  async function asking<T>(task: (service: TokenService, connection: string) => Promise<T>): Promise<T | undefined> {
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
    const assertion = await asking((service, connection) =>
      service.redeem({ user, connection, channel: channelId, code }),
    )
    return assertion === undefined ? { taken: false } : keep(personOf(visit), assertion)
  }

  const resourceOf = (visit: Origin) =>
    asking((service, connection) => service.signInResource(connection, conversationOf(visit)))

  return {
    /** The value of a card button that was pressed again after `loginRequest`. Undefined when it carries nothing. */
    takeAction: async (visit: Origin, value: unknown): Promise<SignInResult | undefined> => {
      const { authentication, state } = actionSchema.safeParse(value).data ?? {}
      if (authentication) return keep(personOf(visit), authentication.token)
      return state ? redeem(visit, state) : undefined
    },
    /** `signin/tokenExchange`. Each of a person's clients sends one, all of which are welcome; only the first is fresh. */
    takeExchange: (visit: Origin, value: unknown): InvokeAnswer => {
      const request = exchangeSchema.safeParse(value).data
      const mine = request !== undefined && request.connectionName === connectionName
      const result: SignInResult = mine ? keep(personOf(visit), request.token) : { taken: false }
      if (result.taken) return { status: 200, fresh: result.fresh }
      const failureDetail = 'The token cannot be used. Sign in with the button.'
      return { status: 412, body: { id: request?.id, connectionName, failureDetail }, fresh: false }
    },
    /** `signin/verifyState`: the page of the token service has closed and left a code. */
    takeState: async (visit: Origin, value: unknown): Promise<InvokeAnswer> => {
      const state = stateSchema.safeParse(value).data?.state
      const result: SignInResult = state === undefined ? { taken: false } : await redeem(visit, state)
      return result.taken ? { status: 200, fresh: result.fresh } : { status: 404, fresh: false }
    },
    /** The six digits that the sign-in page shows where it cannot hand them over itself. Ask `isCode` first. */
    takeCode: (visit: Origin, text: string): Promise<SignInResult> => redeem(visit, text.trim()),
    isCode: (text: string): boolean => connectionName !== undefined && code.safeParse(text.trim()).success,
    /** What stands for the person at Entra, while it is good. */
    assertionOf: async (person: DirectoryPerson): Promise<string | undefined> => {
      const known = recall(person)
      if (known !== undefined || deps.vouch === undefined) return known
      const assertion = await deps.vouch(person)
      return assertion !== undefined && keep(person, assertion).taken ? assertion : undefined
    },
    /** Forgets an assertion that Entra no longer takes, unless a newer one has come in the meantime. */
    forget: (person: DirectoryPerson, assertion: string): void => {
      if (assertions.get(keyOf(person))?.assertion === assertion) assertions.delete(keyOf(person))
    },
    /**
     * The answer to a card button that makes the client sign the person in and press again: silently where it can, else
     * with a button. Undefined where nobody can sign in; also when the token service is away.
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
     * A page to sign in at, for where the client does not do it by itself. It is this person's and good for minutes.
     * The token service does not promise to pass `claims` on to Entra; an access policy on our application is surer.
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

/** Is the application meant by an audience: its id, or one of the URIs that Teams prescribes for it? */
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
