import type { AccessToken, TokenCredential } from '@azure/identity'

const RENEW_BEFORE_MS = 5 * 60_000
const TIMEOUT_MS = 15_000

type CachedTokenDeps = {
  /** Made when the first token is asked for: the library takes its time to load. */
  readonly credential: () => Promise<TokenCredential>
  /** What the token is for, such as `https://api.botframework.com/.default`. */
  readonly scope: string
  readonly now: () => number
}

/** A token of the bot itself, renewed from five minutes before its end on; one request for it at a time. */
export function createCachedToken({ credential: create, scope, now }: CachedTokenDeps) {
  let credential: Promise<TokenCredential> | undefined
  let held: AccessToken | undefined
  let pending: Promise<AccessToken> | undefined

  async function fetchToken(): Promise<AccessToken> {
    try {
      credential ??= create()
      const token = await (await credential).getToken(scope, { abortSignal: AbortSignal.timeout(TIMEOUT_MS) })
      if (token === null) throw new Error('no token was issued')
      held = token
      return token
    } catch (error) {
      // One that cannot be renewed yet is good until its end.
      if (held !== undefined && now() < held.expiresOnTimestamp) return held
      throw error
    }
  }

  return {
    /** The token's text; rejects when none can be had. */
    get: async (): Promise<string> => {
      if (held !== undefined && now() < held.expiresOnTimestamp - RENEW_BEFORE_MS) return held.token
      pending ??= fetchToken().finally(() => {
        pending = undefined
      })
      return (await pending).token
    },
    /** Forgets the token after it was refused, so that the next call asks for a new one. */
    forget: (): void => {
      held = undefined
    },
  }
}

export type CachedToken = ReturnType<typeof createCachedToken>
