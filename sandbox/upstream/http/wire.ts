import type { ServerResponse } from 'node:http'
import type { UpstreamSettings } from '../settings.ts'
import type { SimulatedAnswer, SimulatedError } from './answer.ts'
import type { Service } from './caller.ts'

/** Writes responses like the real services: byte order marks, numeric codes, 401 without a body. */
export function createWire(settings: UpstreamSettings, newId: () => string) {
  let written = 0
  const odd = (how: 'sometimes' | 'always' | 'never') => how === 'always' || (how === 'sometimes' && written % 2 === 0)

  /** Builds the response of a refusal. A gateway writes 429, in its own words. */
  function refusal(fault: SimulatedError, service: Service): SimulatedAnswer {
    const { status, code, message, headers } = fault
    if (service === 'graph') {
      const innerError = { 'request-id': newId(), date: new Date().toISOString() }
      return { status, headers, body: { error: { code, message, innerError } } }
    }
    if (status === 429) return { status, headers, body: { statusCode: 429, message } }
    if (code === '900421' && settings.mfaAnswer === 'empty') return { status, headers }
    const number = odd(settings.numericCodes) && /^\d+$/.test(code)
    return {
      status,
      headers,
      body: { code: number ? Number(code) : code, description: message, data: [], source: 'PartnerFD' },
    }
  }

  function write(
    response: ServerResponse,
    { status, body, headers = {} }: SimulatedAnswer,
    { service, operation, requestId }: { service: Service; operation: string; requestId: string | undefined },
  ): void {
    written += 1
    const ids = { 'MS-RequestId': requestId ?? newId(), 'MS-CorrelationId': newId(), 'MS-CV': 'simulated.0' }
    response.writeHead(status, {
      ...(service === 'graph' ? { 'request-id': newId() } : ids),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json; charset=utf-8' }),
      ...headers,
    })
    if (body === undefined) return void response.end()
    const pascal =
      service === 'partner-center' &&
      (settings.pascalCase === 'everywhere' || operation === 'removeResellerRelationship')
    const text = JSON.stringify(pascal ? pascalKeys(body) : body)
    response.end(service === 'partner-center' && odd(settings.bom) ? `\uFEFF${text}` : text)
  }

  return { refusal, write }
}
export type Wire = ReturnType<typeof createWire>

function pascalKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pascalKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key.charAt(0).toUpperCase() + key.slice(1), pascalKeys(inner)]),
  )
}
