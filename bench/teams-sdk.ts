import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { App, ExpressAdapter } from '@microsoft/teams.apps'
import { type ContestantPlace, cardAnswer } from './contestant.ts'
import { serveParent } from './process.ts'
import { appId, tenants } from './world.ts'

/** Runs the SDK with its own server adapter and token check; its `cloud` option holds the key server's address. */
async function start({ metadataUrl, card }: ContestantPlace): Promise<number> {
  const server = createServer()
  const app = new App({
    clientId: appId,
    clientSecret: 'never used: a card action sends nothing',
    tenantId: tenants[0] ?? '',
    cloud: { ...new App().cloud, openIdMetadataUrl: metadataUrl },
    httpServerAdapter: new ExpressAdapter(server),
  })
  const answer = cardAnswer(card)
  app.on('card.action', async () => answer as never)
  await app.initialize()
  // The SDK's own start would listen on every address.
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

serveParent({ start })
