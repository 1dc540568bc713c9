import { APP_ID, TENANT } from './identity.ts'

/** A complete environment of production. Nothing in it is real. */
export const fullEnv: Readonly<Record<string, string>> = {
  MicrosoftAppId: APP_ID,
  MicrosoftAppType: 'SingleTenant',
  MicrosoftAppTenantId: TENANT,
  MicrosoftAppPassword: 'canary-password',
  ALLOWED_TENANTS: TENANT,
}

/** Two editions, of which the older covers fewer clouds. */
export const editions = {
  '2017-03': { clouds: ['global', 'germany'] },
  '2025': { clouds: ['global', 'germany', 'us-government', 'china'] },
}
