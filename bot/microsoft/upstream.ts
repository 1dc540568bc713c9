import type { Logger } from 'pino'
import { createAdminRelationships } from '../../clients/admin-relationships.ts'
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
  /** Lets this machine stand in for Microsoft. */
  loopback: boolean
  /** Longest that Partner Center and Graph may take for an answer. */
  timeoutMs?: number | undefined
  onAttempt?: HttpDeps['onAttempt']
}

/** Transfers of the new commerce have either number; the one to send is configuration. */
const acceptedTransferTypes = [3, 5]

/** Milliseconds for a page of a group: somebody has pressed a button, and Teams does not wait for long. */
const groupMs = 3_000

/** Everything that speaks to Partner Center, Graph and Entra, built from the configuration. */
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
  const accepted = [...new Set([transferType, ...acceptedTransferTypes])]
  const signIn = createSignIn({
    appId: identity.clientId,
    connectionName: partner.signInConnection,
    tokenService,
    now,
    ...(vouch && { vouch }),
    onFailure: (cause) => log.warn({ err: cause }, 'the token service cannot be asked'),
  })
  const graph = httpOf(partner.graphUrl)
  const groups = createGroups(httpOf(partner.graphUrl, Math.min(groupMs, timeoutMs ?? groupMs)))
  const approvers = createApprovers({
    list: approvals.approvers,
    group: approvals.group,
    groups,
    token: () => tokens.app('graph'),
    now,
    onUnreadable: (cause) =>
      log.warn({ err: cause }, 'the group of approvers cannot be read: nobody of it can approve'),
  })
  const calls = createCalls({
    partnerCenter: createPartnerCenter(httpOf(partner.partnerCenterUrl), {
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
    onNoToken: (cause) => log.warn({ err: cause }, 'Entra gives no token'),
  })
  return { calls, signIn, approvers }
}

/** Microsoft's admin centers, where customers accept invitations. */
export const invitationHosts: ReadonlySet<string> = new Set([
  'admin.microsoft.com',
  'admin.cloud.microsoft',
  'portal.office365.us',
  'portal.partner.microsoftonline.cn',
])

/** People are sent to Microsoft's admin centers only, whatever an answer says; in the sandbox to its own stand-in. */
export function isInvitation(url: string, loopback: boolean): boolean {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed?.protocol === 'https:' && parsed.username === '' && parsed.port === '') {
    return invitationHosts.has(parsed.hostname)
  }
  return loopback && parsed?.protocol === 'http:' && parsed.hostname === '127.0.0.1'
}
