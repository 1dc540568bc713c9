import type { AccessToken, TokenCredential } from '@azure/identity'

const RENEW_BEFORE_MS = 5 * 60_000
const TIMEOUT_MS = 15_000

type CachedTokenDeps = {
  /** Called at the first token, because the library is slow to load. */
  readonly credential: () => Promise<TokenCredential>
  /** Scope of the token, such as `https://api.botframework.com/.default`. */
  readonly scope: string
  readonly now: () => number
}

/** Caches a token of the bot and renews it from five minutes before its expiry, with one request at a time. */
export function createCachedToken({ credential: create, scope, now }: CachedTokenDeps) {
  let credential: Promise<TokenCredential> | undefined
  let cached: AccessToken | undefined
  let pending: Promise<AccessToken> | undefined

  async function fetchToken(): Promise<AccessToken> {
    try {
      credential ??= create()
      const token = await (await credential).getToken(scope, { abortSignal: AbortSignal.timeout(TIMEOUT_MS) })
      if (token === null) throw new Error('no token was issued')
      cached = token
      return token
    } catch (error) {
      // A token that cannot be renewed stays valid until it expires.
      if (cached !== undefined && now() < cached.expiresOnTimestamp) return cached
      throw error
    }
  }

  return {
    /** Returns the token. Rejects if none can be obtained. */
    get: async (): Promise<string> => {
      if (cached !== undefined && now() < cached.expiresOnTimestamp - RENEW_BEFORE_MS) return cached.token
      pending ??= fetchToken().finally(() => {
        pending = undefined
      })
      return (await pending).token
    },
    /** Forgets a refused token, so that the next call requests a new one. */
    forget: (): void => {
      cached = undefined
    },
  }
}

export type CachedToken = ReturnType<typeof createCachedToken>
