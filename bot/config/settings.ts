import { readFileSync, statSync } from 'node:fs'
import type { z } from 'zod'
import {
  catalogue,
  type ReadValue,
  type SecretFileName,
  type SecretName,
  type SettingName,
  type ValueOf,
} from './catalogue.ts'

type Problem = { readonly name: string; readonly fault: string }

export type Env = Readonly<Record<string, string | undefined>>

/** Lists every missing or wrong setting. Its message holds names and expectations, never a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    const lines = problems.map(({ name, fault }) => `  ${name}: ${fault}`)
    super(['The configuration is not complete, nothing was started:', ...lines].join('\n'))
    this.problems = problems
  }
}

/** Reads settings of the catalogue and collects every fault, so that all of them can be corrected in one go. */
export function createSettings(env: Env) {
  const problems: Problem[] = []
  const fault = (name: string, text: string) => void problems.push({ name, fault: text })
  const raw = (name: SettingName | SecretFileName) => env[name]?.trim() || undefined

  function parse<T>(name: string, value: string, schema: z.ZodType<T, string>): T | undefined {
    const parsed = schema.safeParse(value)
    if (parsed.success) return parsed.data
    fault(name, parsed.error.issues[0]?.message ?? 'is wrong')
    return undefined
  }

  /** Reads a setting, or its default. `kind` narrows the catalogue's kind where it depends on another setting. */
  function read<N extends SettingName>(
    name: N,
    kind: z.ZodType<ValueOf<N>, string> = catalogue[name].kind as unknown as z.ZodType<ValueOf<N>, string>,
  ): ReadValue<N> {
    const value = raw(name)
    const given = value === undefined ? undefined : parse(name, value, kind)
    const setting = catalogue[name]
    // ReadValue promises a value exactly where the catalogue has a default, which the cast cannot express.
    return (given ?? ('fallback' in setting ? setting.kind.parse(setting.fallback) : undefined)) as ReadValue<N>
  }

  function missing(name: SettingName): void {
    const { about, kind } = catalogue[name]
    fault(name, `is missing (${kind.description?.replaceAll('`', '')}). ${about}`)
  }

  function required<N extends SettingName>(name: N): ReadValue<N> {
    if (raw(name) === undefined) missing(name)
    return read(name)
  }

  /** Reads a secret file. Refuses one that other users of the machine may read: they could speak as the bot. */
  function secretFile(name: SecretFileName): string | undefined {
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

  /** Reads a secret from NAME or from the file that NAME_FILE names. */
  function secret(name: SecretName): { name: string; value: string } | undefined {
    const value = raw(name)
    const fileName = `${name}_FILE` as const
    if (value !== undefined && raw(fileName) !== undefined) fault(fileName, `and ${name} are both given: give one`)
    if (value !== undefined) return { name, value }
    const content = secretFile(fileName)
    return content === undefined ? undefined : { name: fileName, value: content }
  }

  return { problems, fault, missing, raw, parse, read, required, secret, secretFile }
}

export type Settings = ReturnType<typeof createSettings>
