import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { UpstreamSettings } from '../settings.ts'
import type { Store } from '../store.ts'
import { type SimulatedAnswer, SimulatedError } from './answer.ts'
import { type Caller, callerOf, type Service } from './caller.ts'
import { createOpenApiContract, type Operation, readOpenApiFile } from './contract.ts'
import type { FaultInjection, InjectedFault } from './fault-injection.ts'
import type { OperationHandler } from './operation.ts'
import { createThrottle } from './throttle.ts'
import type { Wire } from './wire.ts'

/** Request or response that does not fit the contract. */
export interface Violation {
  method: string
  path: string
  problems: string[]
}

const contracts: { service: Service; contract: ReturnType<typeof createOpenApiContract> }[] = [
  { service: 'partner-center', contract: createOpenApiContract(readOpenApiFile('partner-center.openapi.json'), '') },
  { service: 'graph', contract: createOpenApiContract(readOpenApiFile('graph-tenants.openapi.json'), '/v1\\.0') },
  { service: 'graph', contract: createOpenApiContract(readOpenApiFile('graph-gdap.openapi.json'), '/v1\\.0') },
  { service: 'graph', contract: createOpenApiContract(readOpenApiFile('graph-groups.openapi.json'), '/v1\\.0') },
]
const writes = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

/** True if a path belongs to the simulated services and not to the control endpoints. */
export const isApi = (path: string): boolean => /^\/(v1|v1\.0|webhooks\/v1|auditactivity\/v1)\//.test(path)

/**
 * Runs requests through injected faults, throttling, token, contract and operation. Counts them and records violations
 * of the contract.
 */
export function createApi(deps: {
  store: Store
  settings: UpstreamSettings
  faults: FaultInjection
  wire: Wire
  handlers: Record<string, OperationHandler>
}) {
  const { store, settings, faults, wire, handlers } = deps
  const throttle = createThrottle(settings, store.now)
  const violations: Violation[] = []
  const unfit: Violation[] = []
  const calls: Record<string, number> = {}

  function find(method: string, path: string) {
    for (const { service, contract } of contracts) {
      const found = contract.find(method, path)
      if (found !== undefined) return { service, contract, ...found }
    }
    return undefined
  }

  /** Refuses a caller without the required role or factor. Throws SimulatedError. */
  function admit(caller: Caller, service: Service, operation: Operation): void {
    if (service === 'graph') return
    if (operation.userOnly && caller.kind === 'app') {
      throw new SimulatedError(403, '900329', 'The resource does not support app-only tokens.')
    }
    if (caller.kind === 'user' && !caller.secondFactor) {
      throw new SimulatedError(401, '900421', 'The token has no claim of a second factor.', {
        'WWW-Authenticate': 'Bearer error="invalid_token"',
      })
    }
    if (store.partner(caller.tenant) === undefined) throw new SimulatedError(403, '2032', 'Access denied.')
    const role = caller.kind === 'app' ? 'admin' : (store.state.roles[caller.person ?? ''] ?? 'admin')
    const named = { admin: 'Admin agent', sales: 'Sales agent', none: '' }[role]
    if (operation.roles.length > 0 && !operation.roles.includes(named)) {
      throw new SimulatedError(403, '900150', 'The role may not do this.')
    }
  }

  type Found = NonNullable<ReturnType<typeof find>>
  interface Arrived {
    request: IncomingMessage
    url: URL
    path: string
    body: unknown
  }

  /** Performs a request without faults. Throws SimulatedError. */
  function perform(
    { service, contract, operation, params }: Found,
    { request, url, path, body }: Arrived,
  ): SimulatedAnswer {
    const { headers, method = '' } = request
    const caller = callerOf(headers.authorization, service, store.now())
    throttle(caller.tenant, params.customerId?.toLowerCase())
    admit(caller, service, operation)
    const problems = contract.problems(operation, params, { method, path, query: url.searchParams, headers, body })
    if (problems.length > 0) {
      violations.push({ method, path, problems })
      const malformed = problems[0]?.startsWith('path') === true
      const code = service === 'graph' ? 'BadRequest' : malformed ? '2000' : '800002'
      throw new SimulatedError(400, code, problems.join('; ').slice(0, 1_024))
    }
    const handler = handlers[operation.id]
    if (handler === undefined) throw new SimulatedError(501, '501', `${operation.id} is not simulated.`)
    const requestId = textOf(headers[service === 'graph' ? 'client-request-id' : 'ms-requestid']) ?? null
    const key = service === 'partner-center' && writes.has(method) ? `${caller.tenant} ${requestId}` : undefined
    const remembered = settings.remembersRequestIds && requestId !== null && key ? store.state.answered[key] : undefined
    if (remembered !== undefined) return remembered
    const named = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, textOf(value)]))
    const answer = handler({ caller, params, query: url.searchParams, headers: named, body, requestId })
    const wrong = contract.answerProblems(operation, answer.status, forContract(answer.body))
    if (wrong.length > 0) unfit.push({ method, path, problems: wrong })
    if (key !== undefined && requestId !== null) {
      store.state.answered[key] = answer
      store.changed()
    }
    return answer
  }

  async function serve(request: IncomingMessage, response: ServerResponse, text: string): Promise<void> {
    const { method = '' } = request
    const url = new URL(request.url ?? '/', 'http://upstream')
    const path = decoded(url.pathname)
    const service: Service = path.startsWith('/v1.0/') ? 'graph' : 'partner-center'
    const requestId = textOf(request.headers['ms-requestid'])
    const found = find(method, path)
    const operation = found?.operation.id ?? 'unknown'
    calls[operation] = (calls[operation] ?? 0) + 1
    const send = (answer: SimulatedAnswer) => wire.write(response, answer, { service, operation, requestId })
    const refuse = (fault: SimulatedError) => send(wire.refusal(fault, service))

    const drawn = faults.draw(method, path, operation)
    if (drawn !== undefined && (await before(drawn, { request, refuse, response }))) return
    let answer: SimulatedAnswer
    try {
      if (found === undefined) {
        violations.push({ method, path, problems: ['not in the contract'] })
        throw new SimulatedError(404, service === 'graph' ? 'NotFound' : '1000', 'Not found.')
      }
      answer = perform(found, { request, url, path, body: parsed(text) })
    } catch (error) {
      if (!(error instanceof SimulatedError)) throw error
      return refuse(error)
    }
    if (drawn !== undefined && after(drawn, { request, response })) return
    send(answer)
  }

  return {
    serve,
    /** Requests that violated the contract. */
    violations: (): readonly Violation[] => violations,
    /** Responses that violated the contract: errors of the simulation. */
    unfit: (): readonly Violation[] => unfit,
    /** Number of requests per operation, refused ones included. */
    calls: (): Record<string, number> => ({ ...calls }),
  }
}
export type Api = ReturnType<typeof createApi>

const html = '<html><body><h1>502 Bad Gateway</h1></body></html>'

/** Injects a fault before the operation. True if nothing is left to do. */
async function before(
  { kind, retryAfter }: InjectedFault,
  {
    request,
    response,
    refuse,
  }: { request: IncomingMessage; response: ServerResponse; refuse: (f: SimulatedError) => void },
): Promise<boolean> {
  switch (kind) {
    case 'reset-before':
      request.socket.resetAndDestroy()
      return true
    case '500-before-effect':
      refuse(new SimulatedError(500, '800003', 'Unexpected service error.'))
      return true
    case '429':
      refuse(
        new SimulatedError(429, 'TooManyRequests', 'Rate limit is exceeded.', { 'Retry-After': String(retryAfter) }),
      )
      return true
    case '401-mfa':
      refuse(
        new SimulatedError(401, '900421', 'No second factor.', { 'WWW-Authenticate': 'Bearer error="invalid_token"' }),
      )
      return true
    case 'hang':
      return true
    case 'effect-then-reset':
    case '502-after-effect':
    case 'effect-then-hang':
    case 'garbage':
      return false
    default: {
      await pause(Number(kind.slice('slow:'.length)))
      return response.destroyed
    }
  }
}

/** Injects a fault after the operation. True if nothing is left to answer. */
function after(
  { kind }: InjectedFault,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): boolean {
  if (kind === 'effect-then-reset') request.socket.resetAndDestroy()
  else if (kind === '502-after-effect') {
    response.writeHead(502, { 'Content-Type': 'text/html' })
    response.end(html)
  } else if (kind === 'garbage') {
    response.writeHead(200, { 'Content-Type': 'application/json' })
    response.end('{"id": "01')
  } else return kind === 'effect-then-hang'
  return true
}

const textOf = (value: string | string[] | undefined) => (Array.isArray(value) ? value.join() : value)

/** Decodes a path. A malformed one stays as it is and matches no operation. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function parsed(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Ignores the empty date of an inactive relationship, which is a deliberate oddity. */
const forContract = (body: unknown): unknown =>
  body === undefined
    ? undefined
    : JSON.parse(JSON.stringify(body), (key, value) => (key === 'activatedDateTime' && value === '' ? null : value))
