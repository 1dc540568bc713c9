import { readFileSync } from 'node:fs'
import { Ajv, type ErrorObject } from 'ajv'
import addFormats from 'ajv-formats'

export const schemaFolder = new URL(
  '../../../node_modules/@microsoft/app-manifest/build/json-schemas/teams/',
  import.meta.url,
)

/** Checks a value against a schema of `@microsoft/app-manifest`; returns the violations. */
export function schemaFaults(version: string, schemaName: string, value: unknown): ErrorObject[] {
  const text = readFileSync(new URL(`v${version}/${schemaName}.schema.json`, schemaFolder), 'utf8')
  // The schemas name draft-04, which ajv does not know, but use nothing that later drafts changed. Some of their
  // patterns are invalid under the regular expression flag `u`.
  const { $schema: _, ...schema } = JSON.parse(text) as Record<string, unknown>
  const ajv = new Ajv({ strict: false, unicodeRegExp: false, allErrors: true })
  addFormats.default(ajv)
  const validate = ajv.compile(schema)
  validate(value)
  return validate.errors ?? []
}
