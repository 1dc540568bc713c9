import type { Activity } from 'botbuilder'
import { createTokenVerifier } from '../../bot/ingress/connector-jwt.ts'
import { createGate, GateRefusal, type RefusalReason } from '../../bot/ingress/gate.ts'
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
    timeoutMs: 500,
  })
  const { capacity = 1000 } = options
  const refused: RefusalReason[] = []
  const gate = createGate({
    mode: options.mode ?? 'production',
    appId: APP_ID,
    tokens: createTokenVerifier({ keys, appId: APP_ID, now, capacity }),
    serviceUrls: options.serviceUrls ?? exactServiceUrls(['smba.trafficmanager.net']),
    tenants: options.tenants ?? new Set([TENANT]),
    anonymousFromLoopback: options.anonymousFromLoopback ?? false,
    onRefused: (reason) => refused.push(reason),
  })

  /** 'in', or status and reason of the refusal. Anything else that is thrown is a fault of the gate. */
  async function knock(token: string | undefined, activity = teamsActivity(), remoteAddress = '203.0.113.9') {
    try {
      await gate.admit(activity, token === undefined ? undefined : `Bearer ${token}`, remoteAddress)
      return 'in'
    } catch (error) {
      if (error instanceof GateRefusal) return `${error.statusCode} ${error.reason}`
      throw error
    }
  }

  return { identity, keys, gate, clock, refused, failures, knock }
}
