import type { AddressInfo } from 'node:net'
import { type ActivityHandler, CloudAdapter, ConfigurationBotFrameworkAuthentication, type Request } from 'botbuilder'
import restify from 'restify'
import { appId, tenants } from './world.ts'

/** Serves a bot like the SDK's own samples: CloudAdapter with its stock authentication on restify. */
export async function serveSdk(bot: ActivityHandler, metadataUrl: string): Promise<number> {
  const [tenant = ''] = tenants
  const adapter = new CloudAdapter(
    new ConfigurationBotFrameworkAuthentication({
      MicrosoftAppId: appId,
      MicrosoftAppPassword: 'never used: an invoke sends nothing',
      MicrosoftAppType: 'SingleTenant',
      MicrosoftAppTenantId: tenant,
      // A value here disables the built-in values of all the others.
      ToBotFromChannelOpenIdMetadataUrl: metadataUrl,
      ToBotFromEmulatorOpenIdMetadataUrl: metadataUrl,
      ToBotFromChannelTokenIssuer: 'https://api.botframework.com',
      ToChannelFromBotLoginUrl: `https://login.microsoftonline.com/${tenant}`,
      ToChannelFromBotOAuthScope: 'https://api.botframework.com',
      OAuthUrl: 'https://api.botframework.com',
      CallerId: 'urn:botframework:azure',
      ValidateAuthority: true,
    }),
  )
  const server = restify.createServer()
  server.use(restify.plugins.bodyParser())
  server.post('/api/messages', async (request, response) => {
    await adapter.process(request as Request, response, (context) => bot.run(context))
  })
  await new Promise<void>((resolve) => server.server.listen(0, '127.0.0.1', resolve))
  return (server.server.address() as AddressInfo).port
}
