import { parseArgs } from 'node:util'
import { print, table } from '../../bench/report.ts'
import type { Guarantee, PromiseOutcome, TryBudget } from './promise.ts'
import { promises } from './promises.ts'

const usage = `npm run hold -- [NAME ...] [--seed N] [--minutes M] [--controls]
  NAME        only these promises; all by default
  --seed      seed of everything random; today's date by default
  --minutes   time limit of each promise; 10 by default
  --controls  disables each safeguard in turn; every row must then fail`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    minutes: { type: 'string', default: '10' },
    controls: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

async function attempt(guarantee: Guarantee, given: TryBudget): Promise<PromiseOutcome> {
  try {
    return await (values.controls ? guarantee.checkWithoutSafeguard(given) : guarantee.check(given))
  } catch (error) {
    // A control that cannot run shows nothing.
    const failed = values.controls ? 0 : 1
    return { tried: 1, failed, failures: [error instanceof Error ? (error.stack ?? error.message) : String(error)] }
  }
}

const figuresText = (figures: PromiseOutcome['figures'] = {}) =>
  Object.entries(figures)
    .map(([name, figure]) => `${name} ${figure}`)
    .join(', ')

async function main(): Promise<void> {
  const unknown = positionals.filter((name) => !promises.some((guarantee) => guarantee.name === name))
  const seed = Number(values.seed ?? new Date().toISOString().slice(0, 10).replaceAll('-', ''))
  const minutes = Number(values.minutes)
  if (values.help || unknown.length > 0 || !Number.isSafeInteger(seed) || !(minutes > 0)) {
    print(unknown.length > 0 ? `no such promise: ${unknown.join(', ')}\n${usage}` : usage)
    print(promises.map(({ name, promise }) => `  ${name}: ${promise}`).join('\n'))
    process.exitCode = values.help ? 0 : 1
    return
  }
  print(`seed ${seed}${values.controls ? ', safeguards disabled: every row must fail' : ''}`)
  const rows: (string | number)[][] = []
  for (const guarantee of promises.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
    const began = performance.now()
    const outcome = await attempt(guarantee, { seed, maxTries: guarantee.tries.long, budgetMs: minutes * 60_000 })
    const seconds = Math.round((performance.now() - began) / 1000)
    print(
      `${guarantee.name}: ${outcome.tried} tried, ${outcome.failed} failed, ${seconds} s ${figuresText(outcome.figures)}`,
    )
    for (const failure of outcome.failures) print(`  ${failure}`)
    rows.push([guarantee.promise, outcome.tried, outcome.failed, seconds])
    if (values.controls ? outcome.failed === 0 : outcome.failed > 0 || outcome.tried === 0) process.exitCode = 1
  }
  print()
  print(table([['promise', 'tried', 'failed', 's'], ...rows]))
}

await main()
