import type { Logger } from 'pino'
import { createAdminRelationships } from '../../clients/admin-relationships.ts'
import { createAuditRecords } from '../../clients/audit-records.ts'
import { createTokenProvider } from '../../clients/entra-tokens.ts'
import { createGraph } from '../../clients/graph.ts'
import { createGroups } from '../../clients/groups.ts'
import { createHttp, type HttpDeps } from '../../clients/http.ts'
import { createPartnerCenter } from '../../clients/partner-center.ts'
import type { TokenService } from '../../clients/token-service.ts'
import type { ApprovalsConfig } from '../config/approvals.ts'
import type { PartnerConfig } from '../config/partner.ts'
import { type Approvers, createApprovers } from './approvers.ts'
import { type Calls, createCalls } from './calls.ts'
import { createSignIn, type SignIn, type SignInDeps } from './sign-in.ts'

interface UpstreamDeps {
  partner: PartnerConfig
  approvals: Pick<ApprovalsConfig, 'approvers' | 'group'>
  tokenService: TokenService | undefined
  vouch: SignInDeps['vouch']
  now: () => number
  log: Logger
  /** Allows services on this machine in place of Microsoft's, for the sandbox and tests. */
  loopback: boolean
  /** Timeout of a request to Partner Center and Graph. */
  timeoutMs?: number | undefined
  onAttempt?: HttpDeps['onAttempt']
}

/** Type numbers of new-commerce transfers in responses; TRANSFER_TYPE sets the one to send. */
const ACCEPTED_TRANSFER_TYPES = [3, 5]

/** Timeout of a page of group members, short because a card action waits for it. */
const GROUP_TIMEOUT_MS = 3_000

/** Builds the clients of Partner Center, Graph and Entra from the configuration. */
export function createUpstream(deps: UpstreamDeps): { calls: Calls; signIn: SignIn; approvers: Approvers } {
  const { partner, approvals, tokenService, vouch, now, log, loopback, timeoutMs, onAttempt } = deps
  const { identity, authority, audiences, disableInstanceDiscovery, transferType } = partner
  const tokens = createTokenProvider({
    partner: identity,
    authority,
    resources: audiences,
    now,
    disableInstanceDiscovery,
  })
  const httpOf = (baseUrl: string, total = timeoutMs) =>
    createHttp({
      baseUrl,
      now,
      log,
      loopback,
      ...(onAttempt && { onAttempt }),
      ...(total !== undefined && { timeouts: { total } }),
    })
  const accepted = [...new Set([transferType, ...ACCEPTED_TRANSFER_TYPES])]
  const signIn = createSignIn({
    appId: identity.clientId,
    connectionName: partner.signInConnection,
    tokenService,
    now,
    ...(vouch && { vouch }),
    onFailure: (cause) => log.warn({ err: cause }, 'token service request failed'),
  })
  const center = httpOf(partner.partnerCenterUrl)
  const graph = httpOf(partner.graphUrl)
  const groups = createGroups(httpOf(partner.graphUrl, Math.min(GROUP_TIMEOUT_MS, timeoutMs ?? GROUP_TIMEOUT_MS)))
  const approvers = createApprovers({
    list: approvals.approvers,
    group: approvals.group,
    groups,
    token: () => tokens.app('graph'),
    now,
    onUnreadable: (cause) => log.warn({ err: cause }, 'reading the approvers group failed: its members cannot approve'),
  })
  const calls = createCalls({
    auditRecords: createAuditRecords(center),
    partnerCenter: createPartnerCenter(center, {
      transferType: { send: transferType, accepted },
    }),
    graph: createGraph(graph),
    admin: {
      relationships: createAdminRelationships(graph),
      groups,
      approvers,
      adminCenter: partner.adminCenter,
    },
    tokens,
    signIn,
    partner: { tenant: identity.tenantId, country: partner.country },
    isInvitation: (url) => isInvitation(url, loopback),
    isInTransition: partner.isInTransition,
    onNoToken: (cause) => log.warn({ err: cause }, 'token request failed'),
  })
  return { calls, signIn, approvers }
}

/** Hosts of Microsoft's admin centers, where customers accept invitations. */
export const invitationHosts: ReadonlySet<string> = new Set([
  'admin.microsoft.com',
  'admin.cloud.microsoft',
  'portal.office365.us',
  'portal.partner.microsoftonline.cn',
])

/** True if the link leads to an admin center of Microsoft, or with `loopback` to the sandbox. */
export function isInvitation(url: string, loopback: boolean): boolean {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed?.protocol === 'https:' && parsed.username === '' && parsed.port === '') {
    return invitationHosts.has(parsed.hostname)
  }
  return loopback && parsed?.protocol === 'http:' && parsed.hostname === '127.0.0.1'
}
