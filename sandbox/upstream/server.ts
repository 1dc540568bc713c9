import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ActionInput, type ActionName, createActions } from './actions.ts'
import { createWebhookChain } from './certificates/webhook-chain.ts'
import type { WorldCustomer } from './companies.ts'
import { createControl } from './control.ts'
import { type EntraOptions, startEntra } from './entra.ts'
import { createGdap } from './graph/gdap.ts'
import { createDirectoryGroups } from './graph/groups.ts'
import { createSimulatedGraph } from './graph/operations.ts'
import { createApi, isApi } from './http/api.ts'
import { createFaultInjection } from './http/fault-injection.ts'
import { createWire } from './http/wire.ts'
import { createPage } from './page/page.ts'
import { createSimulatedPartnerCenter } from './partner-center/operations.ts'
import { createRelationships } from './partner-center/relationships.ts'
import { createTransfers } from './partner-center/transfers.ts'
import { createWebhooks } from './partner-center/webhooks.ts'
import {
  type SimulationContext,
  type UpstreamSettings,
  type UpstreamSettingsInput,
  upstreamSettingsSchema,
} from './settings.ts'
import { createStore, type ScheduledChange } from './store.ts'

export interface SimulationOptions {
  /** Any free port if 0, the default. */
  port?: number
  /** File that keeps the state over restarts. Without it, the state is in memory. */
  file?: string
  settings?: UpstreamSettingsInput
  /** Milliseconds. */
  now?: () => number
  entra?: EntraOptions
}

const MAX_BODY_BYTES = 256 * 1024
const TICK_MS = 50
const loopbackHost = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/

/**
 * Simulates Partner Center and Graph on loopback over HTTP, and Entra over HTTPS. A person plays the other side on the
 * page, a test with `act`. Only `effects` counts as evidence of changes.
 */
export async function startUpstream(options: SimulationOptions = {}) {
  const now = options.now ?? Date.now
  const settings: UpstreamSettings = upstreamSettingsSchema.parse(options.settings ?? {})
  const store = createStore({ now, file: options.file })
  const faults = createFaultInjection()
  const server = createServer((request, response) => {
    route(request, response).catch((error: unknown) => {
      console.error('the simulation failed', error)
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const entra = await startEntra({ now, ...options.entra })
  const keys = store.state.signer ?? (await createWebhookChain(origin))
  store.state.signer = keys

  const webhooks = createWebhooks({ store, settings, origin, keys })
  const here: SimulationContext = { store, settings, origin, publish: webhooks.publish }
  const relationships = createRelationships(here)
  const transfers = createTransfers(here, relationships)
  const gdap = createGdap(here)
  const groups = createDirectoryGroups()
  const act = createActions({ store, settings, relationships, transfers, gdap })
  const page = createPage({ store, settings, relationships, transfers, gdap })
  const api = createApi({
    store,
    settings,
    faults,
    wire: createWire(settings, store.newId),
    handlers: {
      ...createSimulatedPartnerCenter(here, { relationships, transfers, webhooks }),
      ...createSimulatedGraph(here, { relationships, gdap }),
      ...groups.handlers,
    },
  })
  const control = createControl({ store, settings, faults, api, act, page, entra, keys, advance })

  const changes: { [K in ScheduledChange['kind']]: (change: Extract<ScheduledChange, { kind: K }>) => void } = {
    'customer-accepts': ({ customer, partner }) => relationships.accept(customer, partner),
    'relationship-visible': ({ customer, partner }) => relationships.becameVisible(customer, partner),
    'transfer-starts': ({ transfer }) => transfers.starts(transfer),
    'transfer-ends': ({ transfer }) => transfers.ends(transfer),
    'transfer-expires': ({ transfer }) => transfers.expires(transfer),
    'gdap-active': ({ relationship }) => gdap.activated(relationship),
    'gdap-terminated': ({ relationship }) => gdap.terminated(relationship),
    'assignment-active': ({ relationship, assignment }) => gdap.assignmentChanged(relationship, assignment, 'active'),
    'assignment-deleted': ({ relationship, assignment }) => gdap.assignmentChanged(relationship, assignment, 'deleted'),
  }
  const apply = (change: ScheduledChange) => (changes[change.kind] as (change: ScheduledChange) => void)(change)

  /** Applies all due changes, and those that follow at once. */
  function advance(): void {
    for (let due = store.takeDue(); due.length > 0; due = store.takeDue()) due.forEach(apply)
  }
  const ticking = setInterval(advance, TICK_MS)
  ticking.unref()

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Blocks foreign web pages in a browser on this machine (DNS rebinding, CSRF).
    const { host = '', origin: from } = request.headers
    if (!loopbackHost.test(host) || (from !== undefined && from !== `http://${host}`)) {
      response.writeHead(403)
      response.end()
      return
    }
    advance()
    const text = await textOf(request)
    if (text === undefined) {
      response.writeHead(413)
      response.end()
      return
    }
    const { pathname } = new URL(request.url ?? '/', origin)
    await (isApi(pathname) ? api.serve(request, response, text) : control(request, response, text))
    advance()
  }

  return {
    /** `http://127.0.0.1:PORT`: Partner Center, Graph (below /v1.0), and the page. */
    url: origin,
    entra,
    store,
    /** Settings, changeable at any time. */
    settings,
    faults,
    /** Acts as a customer, another partner or time. Throws SimulatedError if that is not possible now. */
    act: <N extends ActionName>(name: N, input: ActionInput<N>): void => {
      act(name, input)
      advance()
    },
    settle: advance,
    gdap,
    /** Changes that requests and people really made. */
    effects: store.effects,
    violations: api.violations,
    unfit: api.unfit,
    calls: api.calls,
    deliveries: webhooks.deliveries,
    certificates: () => keys,
    /** Groups of the direct partner's directory. */
    groups,
    /** Signs like a webhook event. */
    sign: webhooks.sign,
    /** Adds a customer of Litware, and of `partner` if given. */
    addCustomer: (
      customer: WorldCustomer,
      { partner, plan = false }: { partner?: string; plan?: boolean } = {},
    ): void => {
      store.state.customers.push(customer)
      if (partner !== undefined) store.state.relationships.push({ customer: customer.id, partner, visibleAt: now() })
      if (partner !== undefined && plan) act('buy-azure-plan', { customer: customer.id, partner })
      store.changed()
    },
    stop: async (): Promise<void> => {
      clearInterval(ticking)
      webhooks.stop()
      server.closeAllConnections()
      await Promise.all([new Promise<void>((resolve) => server.close(() => resolve())), entra.stop()])
      store.close()
    },
  }
}
export type Upstream = Awaited<ReturnType<typeof startUpstream>>

/** Reads the body as text, or returns undefined if it is too long. */
async function textOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of request) {
    bytes += (part as Buffer).length
    if (bytes > MAX_BODY_BYTES) return undefined
    parts.push(part as Buffer)
  }
  return Buffer.concat(parts).toString('utf8')
}
