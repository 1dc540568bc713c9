import { z } from 'zod'
import { isLoopback } from './loopback.ts'
import { readAtMost } from './response.ts'

interface TokenServiceDeps {
  /** The bot's own token for the Bot Framework. */
  token: { get: () => Promise<string>; forget: () => void }
  /** The bot's application id. */
  appId: string
  /** Only for a stand-in on this machine. */
  baseUrl?: string
  timeoutMs?: number
}

/** Where somebody is asked to sign in, in the words of the Bot Framework. The service sends its answer there. */
export interface SignInConversation {
  user: { id: string; aadObjectId?: string }
  bot: { id: string; name?: string }
  conversation: { id: string; conversationType: string; tenantId: string; isGroup: boolean }
  channelId: string
  serviceUrl: string
}

const officialUrl = 'https://token.botframework.com'
const maxBytes = 64 * 1024

const resourceSchema = z.looseObject({
  signInLink: z.url({ protocol: /^https$/ }).max(2_048),
  tokenExchangeResource: z
    .object({ id: z.string().optional(), uri: z.string().optional(), providerId: z.string().nullish() })
    .nullish(),
})
/** A page to sign in at, and what a Teams client needs to spare the person that page. */
type SignInResource = z.infer<typeof resourceSchema>

const tokenSchema = z.looseObject({ token: z.string().min(1) })

/**
 * The Bot Framework's token service: it knows the OAuth connection and does the sign-in in the browser. Nothing but
 * the connection's own token, the assertion for our application, is ever taken from it. Rejects when it cannot be asked.
 */
export function createTokenService({ token, appId, baseUrl = officialUrl, timeoutMs = 5_000 }: TokenServiceDeps) {
  if (baseUrl !== officialUrl && !isLoopback(baseUrl)) throw new Error('not the address of the token service')

  /** The answer's JSON; undefined where there is none to be had (404). */
  async function ask(path: string, query: Record<string, string>): Promise<unknown> {
    const headers = { authorization: `Bearer ${await token.get()}`, accept: 'application/json' }
    const signal = AbortSignal.timeout(timeoutMs)
    const response = await fetch(`${baseUrl}/api/${path}?${new URLSearchParams(query)}`, {
      headers,
      signal,
      redirect: 'manual',
    })
    const text = await readAtMost(response, maxBytes)
    if (response.status === 401) token.forget()
    if (response.status === 404) return undefined
    if (!response.ok) throw new Error(`the token service answered ${response.status}`)
    return JSON.parse(text)
  }

  return {
    /** What a sign-in card of this connection is made of. */
    signInResource: async (connection: string, conversation: SignInConversation): Promise<SignInResource> => {
      const state = { connectionName: connection, conversation, msAppId: appId }
      const encoded = Buffer.from(JSON.stringify(state)).toString('base64')
      return resourceSchema.parse(await ask('botsignin/GetSignInResource', { state: encoded }))
    },
    /** The assertion that a person's code stands for. Undefined for a wrong code, or one that was used before. */
    redeem: async ({ user, connection, channel, code }: Redemption): Promise<string | undefined> => {
      const query = { userId: user, connectionName: connection, channelId: channel, code }
      return tokenSchema.safeParse(await ask('usertoken/GetToken', query)).data?.token
    },
  }
}

export type TokenService = ReturnType<typeof createTokenService>

/** `user` is the channel's id of the person, `29:…`. */
type Redemption = { user: string; connection: string; channel: string; code: string }
