import { createPublicKey, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import { readAtMost } from '../../clients/response.ts'

export type SigningKey = { readonly key: KeyObject; readonly endorsements: ReadonlySet<string> }

type KeySet = {
  readonly byId: ReadonlyMap<string, SigningKey>
  readonly fingerprint: string
  readonly generation: number
  readonly fetchedAt: number
}

const HOUR = 3_600_000
const FRESH_FOR = 24 * HOUR
const KEPT_FOR = 7 * 24 * HOUR
const PAUSE = 30_000
const PAUSE_WITHOUT_KEYS = 1_000
const MAX_BYTES = 1_000_000

const metadataSchema = z.object({ jwks_uri: z.url() })
const documentSchema = z.object({ keys: z.array(z.unknown()) })
const keySchema = z.object({
  kty: z.literal('RSA'),
  kid: z.string().min(1),
  use: z.literal('sig').optional(),
  n: z.string(),
  e: z.string(),
  endorsements: z.array(z.string()).default([]),
})

export type SigningKeysDeps = {
  readonly metadataUrl: string
  readonly now: () => number
  /** Called for every failed refresh: keys outlive an outage by a week, and operators must notice it before. */
  readonly onFailure: (cause: unknown) => void
  readonly timeoutMs?: number
}

/**
 * The Connector's signing keys: fetched when first needed, refreshed daily and when a token names an unknown key
 * (at most every 30 s), kept up to seven days through an outage. However many ask at once, one fetch is under way.
 */
export function createSigningKeys({ metadataUrl, now, onFailure, timeoutMs = 10_000 }: SigningKeysDeps) {
  let current: KeySet | undefined
  let pending: Promise<void> | undefined
  let lastAttempt = Number.NEGATIVE_INFINITY
  let failing = false

  async function fetchJson(url: string, signal: AbortSignal): Promise<unknown> {
    const response = await fetch(url, { redirect: 'error', signal, headers: { accept: 'application/json' } })
    if (response.status !== 200) {
      await response.body?.cancel()
      throw new Error(`the key service answered ${response.status}`)
    }
    return JSON.parse(await readAtMost(response, MAX_BYTES))
  }

  async function load() {
    lastAttempt = now()
    try {
      const signal = AbortSignal.timeout(timeoutMs)
      const { jwks_uri } = metadataSchema.parse(await fetchJson(metadataUrl, signal))
      if (new URL(jwks_uri).protocol !== new URL(metadataUrl).protocol) throw new Error('the key URL changes protocol')
      current = keySet(await fetchJson(jwks_uri, signal), current, now())
      failing = false
    } catch (cause) {
      failing = true
      onFailure(cause)
    }
  }

  /** Joins the running fetch or starts one, but not shortly after the last. Never rejects. */
  function refresh(): Promise<void> {
    const pause = current === undefined ? PAUSE_WITHOUT_KEYS : PAUSE
    if (pending === undefined && now() - lastAttempt < pause) return Promise.resolve()
    pending ??= load().finally(() => {
      pending = undefined
    })
    return pending
  }

  async function usable(): Promise<KeySet | undefined> {
    if (current !== undefined && now() - current.fetchedAt < FRESH_FOR) return current
    const attempt = refresh()
    // During a known outage, requests use the present keys and don't wait for each new attempt.
    const waits = current === undefined || !failing || now() - current.fetchedAt >= KEPT_FOR
    if (waits) await attempt
    return current !== undefined && now() - current.fetchedAt < KEPT_FOR ? current : undefined
  }

  return {
    /** A number that changes with the keys; undefined while there are none to trust. */
    generation: async () => (await usable())?.generation,
    /** Returns the key of an id, after a refresh if it is unknown. */
    find: async (id: string): Promise<SigningKey | undefined> => {
      const known = (await usable())?.byId.get(id)
      if (known !== undefined) return known
      await refresh()
      return (await usable())?.byId.get(id)
    },
    /** True once keys have been loaded: a condition of readiness. */
    loaded: () => current !== undefined,
  }
}

export type SigningKeys = ReturnType<typeof createSigningKeys>

function keySet(document: unknown, previous: KeySet | undefined, fetchedAt: number): KeySet {
  const byId = new Map<string, SigningKey>()
  const prints: string[] = []
  for (const entry of documentSchema.parse(document).keys) {
    const parsed = keySchema.safeParse(entry)
    if (!parsed.success || byId.has(parsed.data.kid)) continue
    const { kty, n, e, kid, endorsements } = parsed.data
    const key = createPublicKey({ key: { kty, n, e }, format: 'jwk' })
    if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048) continue
    byId.set(kid, { key, endorsements: new Set(endorsements) })
    prints.push(JSON.stringify([kid, n, e, endorsements]))
  }
  if (byId.size === 0) throw new Error('the key document holds no usable key')
  const fingerprint = prints.sort().join('\n')
  const same = fingerprint === previous?.fingerprint
  const generation = (previous?.generation ?? 0) + (same ? 0 : 1)
  return { byId, fingerprint, generation, fetchedAt }
}
