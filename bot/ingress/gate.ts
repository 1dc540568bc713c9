import { ok, type Result, refused } from '../../dialogs/result.ts'
import type { ServiceUrlRule } from '../teams/service-urls.ts'
import type { TokenFault, TokenVerifier, VerifiedToken } from './connector-jwt.ts'

/** HTTP status of each refusal. The reason is logged and counted, never sent back. */
export const REFUSAL_STATUS = {
  'no-token': 401,
  'malformed-token': 401,
  algorithm: 401,
  'critical-extension': 401,
  'keys-unavailable': 401,
  'unknown-key': 401,
  signature: 401,
  issuer: 401,
  audience: 401,
  lifetime: 401,
  expired: 401,
  'not-yet-valid': 401,
  'not-endorsed': 403,
  'wrong-channel': 403,
  'service-url-differs': 403,
  'service-url-not-allowed': 403,
  'tenant-missing': 403,
  'tenants-disagree': 403,
  'tenant-not-allowed': 403,
  'no-channel': 400,
  'no-service-url': 400,
  'expect-replies': 400,
  'bad-timestamp': 400,
  'bad-activity': 400,
  streaming: 403,
} as const satisfies Record<TokenFault, number> & Record<string, number>

export type RefusalReason = keyof typeof REFUSAL_STATUS

/** The fields of an activity that decide about its admission. Nothing has checked their types yet. */
export interface UnverifiedActivity {
  readonly channelId?: unknown
  readonly serviceUrl?: unknown
  readonly deliveryMode?: unknown
  readonly conversation?: { readonly id?: unknown; readonly tenantId?: unknown } | null
  readonly channelData?: { readonly tenant?: { readonly id?: unknown } | null } | null
  readonly from?: { readonly id?: unknown; readonly tenantId?: unknown } | null
}

export type GateDeps = {
  readonly mode: 'production' | 'sandbox'
  readonly verifyToken: TokenVerifier
  readonly serviceUrls: ServiceUrlRule
  readonly tenants: ReadonlySet<string> | 'any'
  /** True admits requests without a token from this machine: the sandbox's client has none. */
  readonly anonymousFromLoopback?: boolean
}

const ADMITTED = ok(undefined)

/**
 * Decides whether an activity may be handled: its token is verified, then channel, service URL and tenant are checked.
 * Throws at once if production is configured with the sandbox's leniency.
 */
export function createGate(deps: GateDeps) {
  if (deps.mode === 'production' && (deps.anonymousFromLoopback || deps.tenants === 'any')) {
    throw new Error('production admits neither anonymous requests nor every tenant')
  }

  async function authenticate(
    authorization: string | undefined,
    remoteAddress: string | undefined,
  ): Promise<Result<VerifiedToken | 'anonymous', RefusalReason>> {
    if (authorization === undefined && deps.anonymousFromLoopback && isLoopback(remoteAddress)) return ok('anonymous')
    if (!authorization?.startsWith('Bearer ')) return refused('no-token')
    return deps.verifyToken(authorization.slice('Bearer '.length))
  }

  return {
    /** Admits an activity or gives the reason against it. */
    admit: async (
      activity: UnverifiedActivity,
      authorization: string | undefined,
      remoteAddress?: string,
    ): Promise<Result<undefined, RefusalReason>> => {
      const caller = await authenticate(authorization, remoteAddress)
      if (!caller.ok) return caller
      const objection = objectionTo(activity, caller.value, deps)
      return objection === undefined ? ADMITTED : refused(objection)
    },
  }
}

export type Gate = ReturnType<typeof createGate>

/** Checks an activity whose caller is authenticated. The token vouches for nothing in it but the service URL. */
function objectionTo(
  activity: UnverifiedActivity,
  caller: VerifiedToken | 'anonymous',
  deps: GateDeps,
): RefusalReason | undefined {
  const { channelId, serviceUrl } = activity
  if (channelId === undefined) return 'no-channel'
  if (channelId !== 'msteams') return 'wrong-channel'
  if (typeof serviceUrl !== 'string' || serviceUrl === '') return 'no-service-url'
  if (caller !== 'anonymous' && caller.serviceUrl !== serviceUrl) return 'service-url-differs'
  if (!deps.serviceUrls(serviceUrl)) return 'service-url-not-allowed'
  if (activity.deliveryMode === 'expectReplies') return 'expect-replies'
  return tenantObjection(activity, deps.tenants)
}

function tenantObjection(activity: UnverifiedActivity, allowed: GateDeps['tenants']): RefusalReason | undefined {
  const place = lowered(activity.conversation?.tenantId)
  const team = lowered(activity.channelData?.tenant?.id)
  if (place === undefined && team === undefined) return 'tenant-missing'
  if (place !== undefined && team !== undefined && place !== team) return 'tenants-disagree'
  const isAllowed = (tenant: unknown) => allowed === 'any' || (typeof tenant === 'string' && allowed.has(tenant))
  // A guest or a member of a shared channel has another tenant than the conversation; it must be allowed as well.
  const sender = lowered(activity.from?.tenantId)
  return isAllowed(place ?? team) && (sender === undefined || isAllowed(sender)) ? undefined : 'tenant-not-allowed'
}

const lowered = (tenant: unknown): unknown =>
  typeof tenant === 'string' ? tenant.toLowerCase() : (tenant ?? undefined)

const isLoopback = (address: string | undefined) =>
  address === '127.0.0.1' || address === '::1' || address === '::ffff:127.0.0.1'
