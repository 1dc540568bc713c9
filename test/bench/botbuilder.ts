import type { AddressInfo } from 'node:net'
import {
  type AdaptiveCardInvokeResponse,
  CloudAdapter,
  ConfigurationBotFrameworkAuthentication,
  type Request,
  TeamsActivityHandler,
} from 'botbuilder'
import restify from 'restify'
import { cardAnswer, type Place } from './contestant.ts'
import { serveParent } from './process.ts'
import { appId, tenants } from './world.ts'

class Echo extends TeamsActivityHandler {
  readonly #answer: AdaptiveCardInvokeResponse

  constructor(card: object) {
    super()
    this.#answer = cardAnswer(card) as AdaptiveCardInvokeResponse
  }

  protected override async onAdaptiveCardInvoke(): Promise<AdaptiveCardInvokeResponse> {
    return this.#answer
  }
}

/** As the SDK's own samples are built: CloudAdapter with its stock authentication, on restify with its body parser. */
async function start({ metadataUrl, card }: Place): Promise<number> {
  const [tenant = ''] = tenants
  const adapter = new CloudAdapter(
    new ConfigurationBotFrameworkAuthentication({
      MicrosoftAppId: appId,
      MicrosoftAppPassword: 'never used: an invoke sends nothing',
      MicrosoftAppType: 'SingleTenant',
      MicrosoftAppTenantId: tenant,
      // One of these switches the built-in values of all the others off.
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
  const bot = new Echo(card)
  const server = restify.createServer()
  server.use(restify.plugins.bodyParser())
  server.post('/api/messages', async (request, response) => {
    await adapter.process(request as Request, response, (context) => bot.run(context))
  })
  await new Promise<void>((resolve) => server.server.listen(0, '127.0.0.1', resolve))
  return (server.server.address() as AddressInfo).port
}

serveParent({ start })
