import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { type Act, isAction } from './actions.ts'
import { derOf, type WebhookChain } from './certificates/webhook-chain.ts'
import { situations } from './companies.ts'
import type { Entra } from './entra.ts'
import type { Api } from './http/api.ts'
import { type FaultInjection, faultRulesSchema } from './http/fault-injection.ts'
import type { Page } from './page/page.ts'
import { type UpstreamSettings, upstreamSettingsSchema } from './settings.ts'
import type { Store } from './store.ts'

const assertionSchema = z.strictObject({
  tenant: z.string(),
  oid: z.string(),
  aud: z.string().optional(),
  amr: z.array(z.string()).optional(),
  name: z.string().optional(),
  lifetime: z.number().optional(),
})

/** Serves everything beside the services: the page and its buttons, certificates, and the switches for tests. */
export function createControl(deps: {
  store: Store
  settings: UpstreamSettings
  faults: FaultInjection
  api: Api
  act: Act
  page: Page
  entra: Entra
  keys: WebhookChain
  advance: () => void
}) {
  const { store, settings, faults, api, act, page, entra, keys, advance } = deps
  const pems: Record<string, string> = { root: keys.rootPem, intermediate: keys.intermediatePem, leaf: keys.leafPem }

  const send = (response: ServerResponse, type: string, body: string | Buffer, status = 200): void => {
    response.writeHead(status, {
      'Content-Type': type,
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    })
    response.end(body)
  }
  const showPage = (response: ServerResponse, text: string) => send(response, 'text/html; charset=utf-8', text)
  const json = (response: ServerResponse, body: unknown, status = 200) =>
    send(response, 'application/json', JSON.stringify(body), status)

  function certificate(response: ServerResponse, path: string) {
    const [, name = '', kind] = /^\/certificates\/(\w+)\.(cer|pem)$/.exec(path) ?? []
    const pem = pems[name]
    if (pem === undefined) return json(response, { error: 'not found' }, 404)
    if (kind === 'pem') return send(response, 'application/x-pem-file', pem)
    send(response, 'application/pkix-cert', derOf(pem))
  }

  /**
   * Does the action of a button for every partner named, then redirects to the page it was on. An error goes to the
   * first page.
   */
  function press(response: ServerResponse, name: string, text: string): void {
    const form = new URLSearchParams(text)
    const { partner: _all, back: wanted = '/', ...fields } = Object.fromEntries(form)
    const partners = form.getAll('partner')
    let back = /^\/(?!\/)/.test(wanted) ? wanted : '/'
    try {
      if (!isAction(name)) throw new Error(`There is no action ${name}.`)
      for (const input of partners.length === 0 ? [fields] : partners.map((partner) => ({ ...fields, partner }))) {
        act(name, input)
      }
      advance()
    } catch (error) {
      back = `/?note=${encodeURIComponent(error instanceof Error ? error.message : String(error))}`
    }
    response.writeHead(303, { Location: back })
    response.end()
  }

  function setFaults(response: ServerResponse, text: string) {
    const rules = faultRulesSchema.safeParse(JSON.parse(text))
    if (!rules.success) return json(response, { error: z.prettifyError(rules.error) }, 400)
    faults.set(rules.data)
    json(response, { rules: faults.rules(), fired: faults.fired() })
  }

  function changeSettings(response: ServerResponse, text: string) {
    const changed = upstreamSettingsSchema.safeParse({ ...settings, ...JSON.parse(text) })
    if (!changed.success) return json(response, { error: z.prettifyError(changed.error) }, 400)
    json(response, Object.assign(settings, changed.data))
  }

  async function mint(response: ServerResponse, text: string): Promise<void> {
    const { tenant, oid, ...more } = assertionSchema.parse(JSON.parse(text))
    const given = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined))
    json(response, { assertion: await entra.mintAssertion({ tenant, oid, ...given }) })
  }

  return async (request: IncomingMessage, response: ServerResponse, text: string): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://upstream')
    if (request.method === 'POST' && pathname.startsWith('/do/')) return press(response, pathname.slice(4), text)
    if (pathname.startsWith('/certificates/')) return certificate(response, pathname)
    if (/^\/adminportal\/home$/i.test(pathname)) return showPage(response, page.adminCenter(searchParams))
    switch (`${request.method} ${pathname}`) {
      case 'GET /':
        return showPage(response, page.overview(searchParams.get('note')))
      case 'GET /sandbox/effects':
        return json(response, store.effects())
      case 'GET /sandbox/violations':
        return json(response, { violations: api.violations(), unfit: api.unfit() })
      case 'GET /sandbox/calls':
        return json(response, api.calls())
      case 'GET /sandbox/faults':
        return json(response, { rules: faults.rules(), fired: faults.fired() })
      case 'POST /sandbox/faults':
        return setFaults(response, text)
      case 'DELETE /sandbox/faults':
        faults.clear()
        return json(response, { rules: [] })
      case 'POST /sandbox/settings':
        return changeSettings(response, text)
      case 'GET /sandbox/world':
        return json(response, { situations, customers: store.state.customers, partners: store.state.partners })
      case 'GET /sandbox/entra':
        return json(response, {
          url: entra.url,
          caPem: entra.caPem,
          appId: entra.appId,
          secret: entra.secret,
          rootPem: keys.rootPem,
        })
      case 'POST /sandbox/assertions':
        return mint(response, text)
      default:
        return json(response, { error: 'not found' }, 404)
    }
  }
}
