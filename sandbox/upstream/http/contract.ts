import { readFileSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'

type Json = Record<string, unknown>
interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required?: boolean
  schema: Json & { type?: string }
}
interface OperationSource {
  operationId: string
  'x-auth'?: string[]
  'x-partner-roles'?: string[]
  parameters?: (Parameter | { $ref: string })[]
  requestBody?: { required?: boolean; content: { 'application/json': { schema: Json } } }
  responses: Record<string, { content?: { 'application/json': { schema: Json } } }>
}
type PathSource = Record<string, OperationSource> & { parameters?: Parameter[] }
export interface OpenApiFile {
  paths: Record<string, PathSource>
  components: { schemas: Record<string, Json>; parameters?: Record<string, Parameter> }
}

export interface Operation {
  id: string
  userOnly: boolean
  roles: readonly string[]
  pattern: RegExp
  parameters: Parameter[]
  check: (part: Parameter, text: string) => string[]
  body: ValidateFunction | undefined
  answers: Map<string, ValidateFunction>
}

/** Request as text, with percent signs decoded. */
export interface ContractRequest {
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: unknown
}

const folder = new URL('../../contracts/', import.meta.url)

/** Reads a file of sandbox/contracts. */
export const readOpenApiFile = (name: string): OpenApiFile =>
  JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as OpenApiFile

/** Translates `allOf` with `nullable` of OpenAPI 3.0, which JSON Schema does not know. */
export const withoutNullable = (_: string, value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || !('nullable' in value) || 'type' in value) return value
  const { nullable: _nullable, ...rest } = value as Json
  return { anyOf: [rest, { type: 'null' }] }
}

const words = (validate: ValidateFunction, what: string): string[] =>
  (validate.errors ?? []).map(({ instancePath, message }) => `${what}${instancePath} ${message ?? 'is wrong'}`)

const coerced = (text: string, type: string | undefined): unknown => {
  if (type === 'integer' && /^-?\d+$/.test(text)) return Number(text)
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true'
  return text
}

/**
 * Compiles an OpenAPI contract to check requests and responses against. Paths are below `base`, and unknown query
 * parameters are violations.
 */
export function createOpenApiContract(source: OpenApiFile, base: string) {
  const ajv = new Ajv({ strict: false, allErrors: true })
  formats.default(ajv)
  const { paths, components } = JSON.parse(JSON.stringify(source), withoutNullable) as OpenApiFile
  const compile = (schema: Json) => ajv.compile({ ...schema, components })
  const parameterOf = (parameter: Parameter | { $ref: string }): Parameter => {
    if (!('$ref' in parameter)) return parameter
    const found = components.parameters?.[parameter.$ref.split('/').at(-1) ?? '']
    if (found === undefined) throw new Error(`no parameter ${parameter.$ref}`)
    return found
  }

  function operationOf(path: string, method: string): Operation {
    const { parameters: shared = [], ...methods } = paths[path] as PathSource
    const own = methods[method] as OperationSource
    const validators = new Map<string, ValidateFunction>()
    const parameters = [...shared, ...(own.parameters ?? [])].map(parameterOf)
    for (const parameter of parameters) validators.set(parameter.name, compile(parameter.schema))
    const text = path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{(\w+)\}/g, "(?<$1>[^/']+)")
    const body = own.requestBody?.content['application/json'].schema
    return {
      id: own.operationId,
      userOnly: own['x-auth']?.join() === 'app+user',
      roles: own['x-partner-roles'] ?? [],
      pattern: new RegExp(`^${base}${text}$`),
      parameters,
      check: (part, value) => {
        const validate = validators.get(part.name) as ValidateFunction
        return validate(coerced(value, part.schema.type)) ? [] : words(validate, `${part.in} ${part.name}`)
      },
      body: body && compile(body),
      answers: new Map(
        Object.entries(own.responses).flatMap(([status, { content }]) =>
          content === undefined ? [] : [[status, compile(content['application/json'].schema)] as const],
        ),
      ),
    }
  }
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods)
      .filter((method) => method !== 'parameters')
      .map((method) => ({ method: method.toUpperCase(), operation: operationOf(path, method) })),
  )

  return {
    /** Finds the operation of a request, with its path parameters. */
    find: (method: string, path: string): { operation: Operation; params: Record<string, string> } | undefined => {
      for (const candidate of operations) {
        const found = candidate.method === method ? candidate.operation.pattern.exec(path) : null
        if (found !== null) return { operation: candidate.operation, params: { ...found.groups } }
      }
      return undefined
    },
    /** Lists the violations of a request. */
    problems: (operation: Operation, params: Record<string, string>, request: ContractRequest): string[] => [
      ...operation.parameters.flatMap((parameter) => {
        const header = request.headers[parameter.name.toLowerCase()]
        const value = {
          path: params[parameter.name],
          query: request.query.get(parameter.name) ?? undefined,
          header: Array.isArray(header) ? header.join() : header,
        }[parameter.in]
        if (value !== undefined) return operation.check(parameter, value)
        return parameter.required ? [`${parameter.in} ${parameter.name} is missing`] : []
      }),
      ...[...request.query.keys()]
        .filter(
          (name) => !operation.parameters.some((parameter) => parameter.in === 'query' && parameter.name === name),
        )
        .map((name) => `query ${name} is not in the contract`),
      ...headerProblems(request),
      ...bodyProblems(operation, request.body),
    ],
    /** Lists the violations of a response of the simulation. */
    answerProblems: (operation: Operation, status: number, body: unknown): string[] => {
      const validate = operation.answers.get(String(status))
      if (validate === undefined)
        return operation.answers.size > 0 && status < 300 && body ? ['not an answer of it'] : []
      return validate(body) ? [] : words(validate, 'answer')
    },
  }
}
export type OpenApiContract = ReturnType<typeof createOpenApiContract>

function headerProblems({ headers, body }: ContractRequest): string[] {
  const accept = headers.accept ?? ''
  return [
    ...(/application\/json|\*\/\*/.test(accept) ? [] : ['header Accept does not name application/json']),
    ...(body === undefined || /^application\/json/i.test(headers['content-type'] ?? '')
      ? []
      : ['header Content-Type is not application/json']),
  ]
}

function bodyProblems({ body: validate }: Operation, body: unknown): string[] {
  // Some clients send {} as an empty body.
  if (validate === undefined) {
    return body === undefined || JSON.stringify(body) === '{}' ? [] : ['a body where the contract has none']
  }
  if (body === undefined) return ['the body is missing']
  return validate(body) ? [] : words(validate, 'body')
}
