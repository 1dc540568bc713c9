import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import { withoutNullable } from '../../../sandbox/upstream/http/contract.ts'

type Schema = Readonly<Record<string, unknown>>
type Parameter = { name: string; in: 'path' | 'query' | 'header'; required?: boolean; schema: Schema }
type Answers = {
  headers?: Record<string, { required?: boolean; schema: Schema }>
  content?: { 'application/json'?: { schema: Schema } }
}
type Operation = {
  parameters?: unknown[]
  requestBody?: { content: { 'application/json': { schema: Schema } } }
  responses: Record<string, unknown>
}
type Document = {
  servers: { url: string }[]
  paths: Record<string, Record<string, Operation> & { parameters?: unknown[] }>
  components: { schemas: Record<string, Schema> }
}

/** One request and its answer. The body of the answer is what it means, before any oddity of how it is written. */
export type Exchange = {
  request: { method: string; url: URL; headers: Headers; body: string }
  answer: { status: number; headers: Headers; body: unknown }
}

/** Headers of HTTP and fetch themselves, and the authorization of every call. */
const ordinary = new Set(
  'accept accept-encoding accept-language authorization cache-control connection content-length content-type host pragma sec-fetch-mode user-agent'.split(
    ' ',
  ),
)

/**
 * Checks exchanges by an OpenAPI document of `test/contracts`. Requests are held to it to the letter: whatever it does
 * not name, be it a header, a query parameter or a property, is a breach. Answers may say more than it names.
 */
export function readContract(file: string) {
  const read = () =>
    JSON.parse(
      readFileSync(new URL(`../../../sandbox/contracts/${file}`, import.meta.url), 'utf8'),
      withoutNullable,
    ) as Document
  const document = read()
  const ajv = new Ajv({ strict: false, allErrors: true, coerceTypes: false })
  addFormats.default(ajv)
  ajv.addSchema({ $id: 'open', components: document.components })
  ajv.addSchema({ $id: 'closed', components: closed(document.components) })

  const compiled = new Map<string, ValidateFunction>()
  function faults(schema: Schema, base: 'open' | 'closed', value: unknown, where: string): string[] {
    const text = JSON.stringify(base === 'closed' ? closed(schema) : schema).replaceAll('"#/', `"${base}#/`)
    const validate = compiled.get(text) ?? ajv.compile(JSON.parse(text) as Schema)
    compiled.set(text, validate)
    validate(value)
    return (validate.errors ?? []).map((error) => `${where}${error.instancePath} ${error.message}`)
  }

  const resolved = <T>(thing: unknown): T => {
    const ref = (thing as { $ref?: string }).$ref
    if (ref === undefined) return thing as T
    return ref
      .slice(2)
      .split('/')
      .reduce((at, key) => (at as Record<string, unknown>)[key], document as unknown) as T
  }

  function find(method: string, url: URL) {
    const server = document.servers.map((server) => new URL(server.url)).find(({ origin }) => origin === url.origin)
    if (server === undefined) return undefined
    const base = server.pathname === '/' ? '' : server.pathname
    const path = url.pathname.startsWith(base) ? url.pathname.slice(base.length) : ''
    return (
      Object.keys(document.paths)
        // A literal part goes before a parameter in its place.
        .sort((a, b) => a.split('{').length - b.split('{').length)
        .map((template) => ({ item: document.paths[template], match: pattern(template).exec(path) }))
        .filter(({ match }) => match !== null)
        .map(({ item, match }) => ({ item, operation: item?.[method.toLowerCase()], path: match?.groups ?? {} }))[0]
    )
  }

  function breachesOfRequest({ method, url, headers, body }: Exchange['request']): string[] {
    const found = find(method, url)
    const { operation } = found ?? {}
    if (found === undefined || operation === undefined) return [`${method} ${url.pathname} is no operation`]
    const parameters = [...(found.item?.parameters ?? []), ...(operation.parameters ?? [])].map(resolved<Parameter>)
    const sent: Record<Parameter['in'], Record<string, string>> = {
      path: found.path,
      query: Object.fromEntries(url.searchParams),
      header: Object.fromEntries(headers),
    }
    const named = (place: Parameter['in']) =>
      new Set(parameters.filter((parameter) => parameter.in === place).map((parameter) => parameter.name.toLowerCase()))
    const unnamed = [
      ...Object.keys(sent.query).filter((name) => !named('query').has(name.toLowerCase())),
      ...Object.keys(sent.header).filter((name) => !ordinary.has(name) && !named('header').has(name)),
    ].map((name) => `${name} is not in the contract`)
    const wrong = parameters.flatMap(({ name, in: place, required, schema }) => {
      const value = sent[place][place === 'header' ? name.toLowerCase() : name]
      if (value === undefined) return required === true ? [`${name} is missing`] : []
      return faults(schema, 'open', typed(schema, place === 'path' ? decodeURIComponent(value) : value), name)
    })
    const signedIn = /^Bearer \S+$/.test(headers.get('authorization') ?? '') ? [] : ['nobody is signed in']
    return [...unnamed, ...wrong, ...signedIn, ...breachesOfBody(operation, headers, body)]
  }

  function breachesOfBody({ requestBody }: Operation, headers: Headers, body: string): string[] {
    if (requestBody === undefined) return body === '' ? [] : ['a body where there is none']
    if (headers.get('content-type') !== 'application/json') return ['the body is not said to be JSON']
    return faults(requestBody.content['application/json'].schema, 'closed', JSON.parse(body), 'body')
  }

  function breachesOfAnswer({ request, answer }: Exchange): string[] {
    const responses = find(request.method, request.url)?.operation?.responses ?? {}
    const { status, body } = answer
    const isNamed = responses[status] !== undefined
    if (!isNamed && (status < 400 || responses.default === undefined)) return [`${status} is no answer to this`]
    const { headers = {}, content } = resolved<Answers>(responses[status] ?? responses.default)
    const missing = Object.entries(headers)
      .filter(([name, { required }]) => required === true && !answer.headers.has(name))
      .map(([name]) => `${name} is missing`)
    const schema = content?.['application/json']?.schema
    // The contract's own words: a 401 may come without a body.
    if (schema === undefined || (status === 401 && body === undefined)) return missing
    return [...missing, ...faults(schema, 'open', body, `${status}`)]
  }

  return {
    /** Everything in this exchange that the contract does not allow, in words. */
    breaches: (exchange: Exchange) => ({
      request: breachesOfRequest(exchange.request),
      answer: breachesOfAnswer(exchange),
    }),
  }
}

export type Contract = ReturnType<typeof readContract>

const pattern = (template: string) =>
  new RegExp(
    `^${template.replace(/[.*+?^$()|[\]\\]/g, String.raw`\$&`).replace(/\{(\w+)\}/g, (_, name) => `(?<${name}>[^/]+)`)}$`,
  )

/** The text of a parameter, read as its declared type. */
function typed(schema: Schema, text: string): unknown {
  if (schema.type === 'integer') return Number(text)
  if (schema.type === 'boolean') return text === 'true' || (text === 'false' ? false : text)
  return text
}

/** The same schema with no room for properties that it does not name. */
function closed<T>(schema: T): T {
  if (Array.isArray(schema)) return schema.map(closed) as T
  if (typeof schema !== 'object' || schema === null) return schema
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]))
  const isObject = inner.type === 'object' && inner.properties !== undefined
  return (isObject ? { additionalProperties: false, ...inner } : inner) as T
}
