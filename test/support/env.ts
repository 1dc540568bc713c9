import { APP_ID, TENANT } from './identity.ts'

/** A complete environment of production. Nothing in it is real. */
export const fullEnv: Readonly<Record<string, string>> = {
  MicrosoftAppId: APP_ID,
  MicrosoftAppType: 'SingleTenant',
  MicrosoftAppTenantId: TENANT,
  MicrosoftAppPassword: 'canary-password',
  ALLOWED_TENANTS: TENANT,
  PARTNER_TENANT_ID: TENANT,
  PARTNER_CLIENT_ID: '7b6d3c0e-1f4f-4a6a-9c39-2f0f5f3a9d51',
  PARTNER_CLIENT_SECRET: 'canary-client-secret',
}

/** Two editions, of which the older covers fewer clouds. */
export const editions = {
  '2017-03': { clouds: ['global', 'germany'] },
  '2026-11': { clouds: ['global', 'germany', 'us-government', 'china'] },
}
