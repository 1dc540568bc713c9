import { SimulatedError } from './answer.ts'

/** Caller of a request, from its token. `tenant` is the partner. */
export interface Caller {
  tenant: string
  kind: 'user' | 'app'
  person: string | undefined
  secondFactor: boolean
}

/** Accepted audiences of each service: its address or its application id. */
export const audiences = {
  'partner-center': ['https://api.partnercenter.microsoft.com', 'fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd'],
  graph: [
    'https://graph.microsoft.com',
    'https://graph.microsoft.us',
    'https://microsoftgraph.chinacloudapi.cn',
    '00000003-0000-0000-c000-000000000000',
  ],
} as const
export type Service = keyof typeof audiences

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

function claimsOf(token: string): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
  } catch {
    return {}
  }
}

/**
 * Reads the bearer token without verifying its signature: the tests are about claims. `now` in milliseconds. Throws
 * SimulatedError.
 */
export function callerOf(authorization: string | undefined, service: Service, now: number): Caller {
  const refuse = (code: string, description: string): never => {
    throw service === 'graph'
      ? new SimulatedError(401, 'InvalidAuthenticationToken', description)
      : new SimulatedError(401, code, description, { 'WWW-Authenticate': 'Bearer error="invalid_token"' })
  }
  const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1]
  if (token === undefined) return refuse('800001', 'The partner token is missing.')
  const claims = claimsOf(token)
  const audience = text(claims.aud)?.replace(/\/$/, '')
  if (!(audiences[service] as readonly (string | undefined)[]).includes(audience)) {
    return refuse('900420', `The audience ${audience} is not supported.`)
  }
  const tenant = text(claims.tid)?.toLowerCase()
  const expires = typeof claims.exp === 'number' ? claims.exp * 1000 : 0
  if (tenant === undefined || expires <= now) return refuse('400', 'Access denied: the token is no longer good.')
  return {
    tenant,
    kind: claims.scp === undefined ? 'app' : 'user',
    person: text(claims.oid),
    secondFactor: Array.isArray(claims.amr) && claims.amr.includes('mfa'),
  }
}
