import { parseArgs } from 'node:util'
import { keyOfAction, type Policy, type Source } from '../../dialogs/policy/policy.ts'
import { doubtfulRules, type EditionRule, overdueRules, REVIEW_DAYS, rulesOf } from '../../dialogs/policy/review.ts'
import { readEditions } from '../config/editions.ts'
import { complain, endWithReader, writeLine } from './output.ts'

const usage = `npm run -s policy -- check [--json]     rules to compare with their pages again, and rules to check with somebody
npm run -s policy -- show RULE          one rule, in every edition that has it, as JSON`

export interface PolicyDeps {
  /** Reads the editions. Throws with the faults of every file. */
  read: () => Policy
  /** The day of the check, as `YYYY-MM-DD`. */
  today: string
  say: (line: string) => void
  complain: (line: string) => void
}

function sourcesOf(policy: Policy, { edition, rule }: EditionRule): Source[] {
  const known = policy[edition]?.sources ?? {}
  return rule.sources.flatMap(({ key }) => known[key] ?? [])
}

const described = (policy: Policy, found: EditionRule) => ({
  id: found.rule.id,
  edition: found.edition,
  confidence: found.rule.confidence,
  checkWith: found.rule.checkWith ?? null,
  verified: found.rule.verified,
  sources: sourcesOf(policy, found).map(({ page, date, read, url }) => ({ page, date, read, url })),
})
type Described = ReturnType<typeof described>

const sourceText = ({ page, date, read }: Described['sources'][number]) =>
  `${page} (${date ?? `undated, read ${read ?? 'on an unknown day'}`})`

const linesOf = ({ id, edition, confidence, checkWith, verified, sources }: Described) => [
  [
    `  ${id}`,
    edition,
    confidence,
    ...(checkWith === null ? [] : [`check with ${checkWith}`]),
    `verified ${verified}`,
  ].join('  '),
  ...sources.map((source) => `      ${sourceText(source)}`),
]

/** Lists what a person has to look at. The list is a task and no fault, so the exit code stays 0. */
function check({ today, say }: PolicyDeps, policy: Policy, json: boolean): number {
  const overdue = overdueRules(policy, today).map((found) => described(policy, found))
  const doubtful = doubtfulRules(policy).map((found) => described(policy, found))
  if (json) {
    say(JSON.stringify({ today, days: REVIEW_DAYS, overdue, doubtful }, null, 2))
    return 0
  }
  say(`Not compared with their pages for ${REVIEW_DAYS} days: ${overdue.length} of ${rulesOf(policy).length} rules`)
  for (const line of overdue.flatMap(linesOf)) say(line)
  say(`Not Microsoft’s own word alone: ${doubtful.length} rules`)
  for (const line of doubtful.flatMap(linesOf)) say(line)
  return 0
}

function show({ say, complain }: PolicyDeps, policy: Policy, id: string | undefined): number {
  const found = rulesOf(policy).filter(({ rule }) => rule.id === id)
  for (const each of found) {
    const { first, do: actions, instead, afterwards, ...rule } = each.rule
    const answer = Object.fromEntries(
      Object.entries({ first, do: actions, instead, afterwards }).map(([part, list]) => [part, list.map(keyOfAction)]),
    )
    const facts = policy[each.edition]?.facts ?? {}
    const says = rule.facts.map((key) => ({ key, ...facts[key] }))
    say(
      JSON.stringify(
        { edition: each.edition, ...rule, ...answer, facts: says, sources: sourcesOf(policy, each) },
        null,
        2,
      ),
    )
  }
  if (found.length > 0) return 0
  complain(id === undefined ? 'show takes the id of a rule; check lists some.' : `No edition has a rule ${id}.`)
  return 1
}

/** Runs the command line. Returns the exit code: 0 done, 1 it could not be done or an edition cannot be read. */
export function runPolicy(args: string[], deps: PolicyDeps): number {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  })
  const [command, id] = positionals
  if (command !== 'check' && command !== 'show') {
    deps.complain(usage)
    return 1
  }
  const policy = deps.read()
  return command === 'check' ? check(deps, policy, values.json) : show(deps, policy, id)
}

if (import.meta.main) {
  endWithReader()
  try {
    process.exitCode = runPolicy(process.argv.slice(2), {
      read: readEditions,
      today: new Date().toISOString().slice(0, 10),
      say: writeLine,
      complain,
    })
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}
