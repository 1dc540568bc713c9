import { z } from 'zod'
import { readAtMost } from './response.ts'

interface TokenServiceDeps {
  /** The bot's own token for the Bot Framework. */
  token: { get: () => Promise<string>; forget: () => void }
  /** The bot's application id. */
  appId: string
  /** Address of the service in the bot's cloud and region, or of a stand-in on this machine for tests. */
  baseUrl: string
  timeoutMs?: number
}

/** Conversation of a sign-in in the terms of the Bot Framework. The service sends its response there. */
export interface SignInConversation {
  user: { id: string; aadObjectId?: string }
  bot: { id: string; name?: string }
  conversation: { id: string; conversationType: string; tenantId: string; isGroup: boolean }
  channelId: string
  serviceUrl: string
}

/** The Bot Framework in its three clouds; Microsoft owns all names below these domains. */
const OFFICIAL_URL = /^https:\/\/([a-z]+\.){1,2}botframework\.(com|azure\.us|azure\.cn)$/
// Stricter than the other loopback rules: the bot's own token goes there, and a path follows.
const LOOPBACK_URL = /^http:\/\/127\.0\.0\.1:\d{1,5}$/
const MAX_BYTES = 64 * 1024

const resourceSchema = z.looseObject({
  signInLink: z.url({ protocol: /^https$/ }).max(2_048),
  tokenExchangeResource: z
    .object({ id: z.string().optional(), uri: z.string().optional(), providerId: z.string().nullish() })
    .nullish(),
})
/** Sign-in page, and the data by which a Teams client can sign the person in without it. */
type SignInResource = z.infer<typeof resourceSchema>

const tokenSchema = z.looseObject({ token: z.string().min(1) })

/**
 * Client of the Bot Framework's token service, which owns the OAuth connection and the sign-in in the browser.
 * Only the assertion for our application is taken from it. Rejects if the service fails.
 */
export function createTokenService({ token, appId, baseUrl, timeoutMs = 5_000 }: TokenServiceDeps) {
  if (!OFFICIAL_URL.test(baseUrl) && !LOOPBACK_URL.test(baseUrl))
    throw new Error('not the address of the token service')

  /** Reads JSON; undefined for a 404. */
  async function read(path: string, query: Record<string, string>): Promise<unknown> {
    const headers = { authorization: `Bearer ${await token.get()}`, accept: 'application/json' }
    const signal = AbortSignal.timeout(timeoutMs)
    const response = await fetch(`${baseUrl}/api/${path}?${new URLSearchParams(query)}`, {
      headers,
      signal,
      redirect: 'manual',
    })
    const text = await readAtMost(response, MAX_BYTES)
    if (response.status === 401) token.forget()
    if (response.status === 404) return undefined
    if (!response.ok) throw new Error(`the token service answered ${response.status}`)
    return JSON.parse(text)
  }

  return {
    /** Reads the data for a sign-in card of the connection. */
    signInResource: async (connection: string, conversation: SignInConversation): Promise<SignInResource> => {
      const state = { connectionName: connection, conversation, msAppId: appId }
      const encoded = Buffer.from(JSON.stringify(state)).toString('base64')
      return resourceSchema.parse(await read('botsignin/GetSignInResource', { state: encoded }))
    },
    /** Exchanges a person's code for the assertion. Undefined for a wrong or used code. */
    redeem: async ({ user, connection, channel, code }: Redemption): Promise<string | undefined> => {
      const query = { userId: user, connectionName: connection, channelId: channel, code }
      return tokenSchema.safeParse(await read('usertoken/GetToken', query)).data?.token
    },
  }
}

export type TokenService = ReturnType<typeof createTokenService>

/** Code of a sign-in; `user` is the person's channel id, `29:…`. */
type Redemption = { user: string; connection: string; channel: string; code: string }
