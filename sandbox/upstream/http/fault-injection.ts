import { z } from 'zod'
import { createDice } from '../dice.ts'

/** Kinds of faults: before the operation, after it, or in the response. */
const simulatedFaultKinds = [
  'reset-before',
  '500-before-effect',
  '429',
  '401-mfa',
  'hang',
  'effect-then-reset',
  '502-after-effect',
  'effect-then-hang',
  'garbage',
] as const
const kindSchema = z.union([z.enum(simulatedFaultKinds), z.templateLiteral(['slow:', z.int().min(0)])])
export type SimulatedFaultKind = z.infer<typeof kindSchema>

const ruleSchema = z.strictObject({
  /** `*`, an operation id, or method and path with `*` for one segment: `POST /v1/customers/*\/transfers`. */
  on: z.string(),
  /** Several kinds are equally likely. */
  kind: z.union([kindSchema, z.array(kindSchema).min(1)]),
  probability: z.number().min(0).max(1).default(1),
  seed: z.int().default(1),
  /** Maximum number of faults, unlimited without it. */
  times: z.int().positive().optional(),
  /** Retry-After of a 429, in seconds. */
  retryAfter: z.int().min(0).default(1),
})
export type FaultRule = z.input<typeof ruleSchema>
export const faultRulesSchema = z.array(ruleSchema)

export interface InjectedFault {
  kind: SimulatedFaultKind
  retryAfter: number
}

const escaped = (text: string) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]+')

/** Creates the switchboard of faults. The first rule that matches and whose dice agree decides. */
export function createFaultInjection() {
  let rules: ReturnType<typeof ready>[] = []
  const fired: Record<string, number> = {}

  const ready = (rule: z.output<typeof ruleSchema>) => ({
    ...rule,
    kinds: [rule.kind].flat(),
    pattern: rule.on === '*' ? /^/ : new RegExp(`^${escaped(rule.on)}$`),
    dice: createDice(rule.seed),
    left: rule.times ?? Number.POSITIVE_INFINITY,
  })

  return {
    /** Replaces all rules. Throws ZodError. */
    set: (next: readonly FaultRule[]): void => {
      rules = faultRulesSchema.parse(next).map(ready)
    },
    clear: (): void => {
      rules = []
    },
    /** Draws the fault of a request, if any. `operation` is its id in the contract. */
    draw: (method: string, path: string, operation: string): InjectedFault | undefined => {
      for (const rule of rules) {
        if (rule.left === 0 || !(rule.pattern.test(`${method} ${path}`) || rule.pattern.test(operation))) continue
        if (rule.dice() >= rule.probability) continue
        const kind = rule.kinds[Math.floor(rule.dice() * rule.kinds.length)] as SimulatedFaultKind
        rule.left -= 1
        fired[kind] = (fired[kind] ?? 0) + 1
        return { kind, retryAfter: rule.retryAfter }
      }
      return undefined
    },
    rules: (): FaultRule[] =>
      rules.map(({ on, kind, probability, seed, times, retryAfter }) => ({
        on,
        kind,
        probability,
        seed,
        ...(times === undefined ? {} : { times }),
        retryAfter,
      })),
    /** Number of faults per kind since the start. */
    fired: (): Record<string, number> => ({ ...fired }),
  }
}
export type FaultInjection = ReturnType<typeof createFaultInjection>
