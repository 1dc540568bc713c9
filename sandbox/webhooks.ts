import { setTimeout as sleep } from 'node:timers/promises'
import { runWebhooks } from '../bot/cli/webhooks.ts'
import type { SandboxPartner } from '../bot/config/partner.ts'
import { createTokenProvider } from '../clients/entra-tokens.ts'
import { createHttp } from '../clients/http.ts'
import { createWebhookRegistration } from '../clients/webhook-registration.ts'

/**
 * Registers the bot for the events of the simulated Partner Center, as an operator does. Only an event shows that
 * another tenant than the invited one has accepted.
 */
export async function registerWebhooks(
  { tenantId, clientId, secret, authority, partnerCenterUrl }: SandboxPartner,
  { bot, complain }: { bot: string; complain: (line: string) => void },
): Promise<void> {
  const tokens = createTokenProvider({
    partner: { tenantId, clientId, credential: { kind: 'secret', secret } },
    authority,
    resources: { 'partner-center': 'https://api.partnercenter.microsoft.com', graph: 'https://graph.microsoft.com' },
    now: Date.now,
    disableInstanceDiscovery: true,
  })
  await runWebhooks('register', {
    registration: createWebhookRegistration(createHttp({ baseUrl: partnerCenterUrl, now: Date.now, loopback: true })),
    token: () => tokens.app('partner-center'),
    url: `${bot}/api/partner-center/webhook`,
    say: () => {},
    complain,
    pause: sleep,
  })
}
