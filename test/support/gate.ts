import type { Activity } from 'botbuilder'
import { createTokenVerifier } from '../../bot/ingress/connector-jwt.ts'
import { createGate, REFUSAL_STATUS } from '../../bot/ingress/gate.ts'
import { createSigningKeys } from '../../bot/ingress/signing-keys.ts'
import { exactServiceUrls, type ServiceUrlRule } from '../../bot/teams/service-urls.ts'
import { APP_ID, SERVICE_URL, startIdentity, TENANT } from './identity.ts'

/** An activity as Teams sends it, as far as the gate looks at it. */
export function teamsActivity(more: object = {}): Activity {
  return {
    type: 'message',
    channelId: 'msteams',
    serviceUrl: SERVICE_URL,
    timestamp: '2026-01-15T10:00:00.1234567Z',
    conversation: { id: 'a:1', tenantId: TENANT },
    channelData: { tenant: { id: TENANT } },
    ...more,
  } as unknown as Activity
}

export type GateOptions = {
  readonly mode?: 'production' | 'sandbox'
  readonly serviceUrls?: ServiceUrlRule
  readonly tenants?: ReadonlySet<string> | 'any'
  readonly anonymousFromLoopback?: boolean
  readonly capacity?: number
  /** Issuer of the cloud; that of the public one by default. */
  readonly issuer?: string
  /** Milliseconds that the key service has for an answer. */
  readonly keysTimeoutMs?: number
}

/** The real gate of production before the loopback identity service, with a clock to turn by hand. */
export async function startGate(options: GateOptions = {}) {
  const clock = { now: Date.parse('2026-01-15T10:00:00Z') }
  const now = () => clock.now
  const identity = await startIdentity({ now })
  const failures: unknown[] = []
  const keys = createSigningKeys({
    metadataUrl: identity.metadataUrl,
    now,
    onFailure: (cause) => failures.push(cause),
    timeoutMs: options.keysTimeoutMs ?? 5_000,
  })
  const { capacity = 1000 } = options
  const gate = createGate({
    mode: options.mode ?? 'production',
    verifyToken: createTokenVerifier({
      keys,
      issuer: options.issuer ?? 'https://api.botframework.com',
      appId: APP_ID,
      now,
      capacity,
    }),
    serviceUrls: options.serviceUrls ?? exactServiceUrls(['smba.trafficmanager.net']),
    tenants: options.tenants ?? new Set([TENANT]),
    anonymousFromLoopback: options.anonymousFromLoopback ?? false,
  })

  /** Returns 'in', or the status and the reason of the refusal. */
  async function knock(token: string | undefined, activity = teamsActivity(), remoteAddress = '203.0.113.9') {
    const admitted = await gate.admit(activity, token === undefined ? undefined : `Bearer ${token}`, remoteAddress)
    return admitted.ok ? 'in' : `${REFUSAL_STATUS[admitted.reason]} ${admitted.reason}`
  }

  return { identity, keys, gate, clock, failures, knock }
}
