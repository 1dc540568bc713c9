import { readFileSync, statSync } from 'node:fs'
import type { z } from 'zod'

export type Problem = { readonly name: string; readonly fault: string }

export type Env = Readonly<Record<string, string | undefined>>

/** Every missing or wrong setting at once. Its message holds names and expectations, never a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    const lines = problems.map(({ name, fault }) => `  ${name}: ${fault}`)
    super(['The configuration is not complete, nothing was started:', ...lines].join('\n'))
    this.problems = problems
  }
}

/** Reads settings one by one and keeps every fault, so that the reader of the message corrects all of them in one go. */
export function createSettings(env: Env) {
  const problems: Problem[] = []
  const fault = (name: string, text: string) => void problems.push({ name, fault: text })
  const raw = (name: string) => env[name]?.trim() || undefined

  function parse<T>(name: string, value: string, schema: z.ZodType<T, string>): T | undefined {
    const parsed = schema.safeParse(value)
    if (parsed.success) return parsed.data
    fault(name, parsed.error.issues[0]?.message ?? 'is wrong')
    return undefined
  }

  function optional<T>(name: string, schema: z.ZodType<T, string>): T | undefined {
    const value = raw(name)
    return value === undefined ? undefined : parse(name, value, schema)
  }

  function required<T>(name: string, schema: z.ZodType<T, string>, what: string): T | undefined {
    if (raw(name) === undefined) fault(name, `is missing: ${what}`)
    return optional(name, schema)
  }

  /** The content of a secret file. Whoever may read the machine's files must not thereby speak as the bot. */
  function secretFile(name: string): string | undefined {
    const path = raw(name)
    if (path === undefined) return undefined
    try {
      if (process.platform !== 'win32' && statSync(path).mode & 0o006) {
        fault(name, 'names a file that every user may read or write: take that right away')
        return undefined
      }
      const content = readFileSync(path, 'utf8').trim()
      if (content === '') fault(name, 'names an empty file')
      return content || undefined
    } catch {
      fault(name, 'names a file that cannot be read')
      return undefined
    }
  }

  /** A secret from NAME or from the file that NAME_FILE names. */
  function secret(name: string): { name: string; value: string } | undefined {
    const value = raw(name)
    const fileName = `${name}_FILE`
    if (value !== undefined && raw(fileName) !== undefined) fault(fileName, `and ${name} are both given: give one`)
    if (value !== undefined) return { name, value }
    const content = secretFile(fileName)
    return content === undefined ? undefined : { name: fileName, value: content }
  }

  return { problems, fault, raw, parse, optional, required, secret, secretFile }
}

export type Settings = ReturnType<typeof createSettings>
