import { createReadStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Identity, startIdentity } from '../test/support/identity.ts'
import type { LoadPlan, LoadRound, MeasuredLoad } from './load.ts'
import { type BenchProcess, startFlags, startProcess } from './process.ts'
import { median, print, rounded, table } from './report.ts'
import { savedTurns } from './saved.ts'
import { seed } from './seed.ts'
import type { WalkedCase } from './walker.ts'
import { appId, connectorUrls } from './world.ts'

const rounds = 5
const seconds = 4
const few = 1_000
const many = 1_000_000
const memoryCases = 20_000
const firstLook = 10_000
const lastLook = 100_000

/** Bot on its own database, and its load generator. */
interface Stage {
  cases: number
  database: string
  server: BenchProcess
  client: BenchProcess
  round: Pick<LoadRound, 'target'>
  savedBefore: number
  answered: number
  wrong: number
}

async function openStage(
  folder: string,
  identity: Identity,
  cases: number,
  flags: readonly string[] = [],
): Promise<Stage> {
  const database = join(folder, `${cases}.db`)
  const stored: WalkedCase = { cases, untouchedEach: 10 }
  const begun = performance.now()
  await seed(database, stored)
  const { size } = await stat(database)
  const time = rounded((performance.now() - begun) / 1000, 1)
  print(`${cases.toLocaleString('en')} cases stored: ${rounded(size / 1e6, 1)} MB in ${time} s`)
  const savedBefore = (await savedTurns(`sqlite:${database}`)).revisions
  const server = await startProcess('./ours.ts', [...startFlags, ...flags])
  const client = await startProcess('./load.ts')
  const plan: LoadPlan = { stored, order: 'scattered', checks: 'case' }
  await client.ask('prepare', plan)
  const port = await server.ask<number>('start', { metadataUrl: identity.metadataUrl, database: `sqlite:${database}` })
  const tokens = connectorUrls.map((serviceurl) => identity.mint({ claims: { serviceurl } }))
  return { cases, database, server, client, round: { target: { port, tokens } }, savedBefore, answered: 0, wrong: 0 }
}

async function load(stage: Stage, limits: Omit<LoadRound, 'target'>): Promise<MeasuredLoad> {
  const measured = await stage.client.ask<MeasuredLoad>('load', { ...stage.round, ...limits })
  stage.answered += measured.turns
  stage.wrong += measured.wrong
  if (measured.wrong > 0) print(`WRONG: ${measured.wrong} answers, the first:\n${measured.firstWrong}`)
  return measured
}

/** Stops the processes and checks that every answered turn was stored. */
async function closeStage(stage: Stage): Promise<void> {
  await Promise.all([stage.server.stop(), stage.client.stop()])
  const saved = (await savedTurns(`sqlite:${stage.database}`)).revisions - stage.savedBefore
  if (saved === stage.answered) return
  stage.wrong += 1
  print(`WRONG: ${stage.answered} turns answered, ${saved} saved`)
}

/**
 * Reads the file through, so that the system caches it. Some virtual machines drop that cache within a minute, and the
 * bench would measure their disk.
 */
async function readThrough({ database }: Stage): Promise<void> {
  for await (const _ of createReadStream(database, { highWaterMark: 2 ** 20 }));
}

/** Measures turns on few and on many stored cases, alternating. */
async function compare(small: Stage, large: Stage) {
  const stages = [small, large] as const
  for (const stage of stages) await load(stage, { seconds: 3 })
  const all: { small: MeasuredLoad[]; large: MeasuredLoad[] } = { small: [], large: [] }
  for (let round = 1; round <= rounds; round += 1) {
    for (const stage of round % 2 === 1 ? stages : stages.toReversed()) {
      await readThrough(stage)
      all[stage === small ? 'small' : 'large'].push(await load(stage, { seconds }))
    }
    const [smallRate, largeRate] = [all.small.at(-1), all.large.at(-1)].map((measured) =>
      Math.round(measured?.perSecond ?? 0),
    )
    print(`round ${round}: ${smallRate}/s and ${largeRate}/s`)
  }
  return all
}

type Memory = { plain: number; collected: number }

async function measureMemory(stage: Stage): Promise<{ first: Memory; last: Memory }> {
  await load(stage, { seconds: 600, turns: firstLook })
  const first = await stage.server.ask<Memory>('memory')
  await load(stage, { seconds: 600, turns: lastLook - firstLook })
  return { first, last: await stage.server.ask<Memory>('memory') }
}

/** Measures throughput as cases pile up, and memory as turns do. */
export async function growthBench(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'multicanal-bench-'))
  const identity = await startIdentity({ appId })
  const stages: Stage[] = []
  const open = async (cases: number, flags?: string[]) => {
    const stage = await openStage(folder, identity, cases, flags)
    stages.push(stage)
    return stage
  }
  try {
    const small = await open(few)
    const large = await open(many)
    print(`32 connections, clicking on cases all over the database; ${rounds} rounds of ${seconds} s each.`)
    const rates = await compare(small, large)
    await closeStage(small)
    await closeStage(large)
    const aging = await open(memoryCases, ['--expose-gc'])
    const memory = await measureMemory(aging)
    await closeStage(aging)
    report(
      rates,
      memory,
      stages.reduce((sum, { wrong }) => sum + wrong, 0),
    )
  } finally {
    await Promise.all(stages.flatMap(({ server, client }) => [server.stop(), client.stop()]))
    await identity.close()
    await rm(folder, { recursive: true, force: true })
  }
}

const megabytes = (bytes: number) => rounded(bytes / 2 ** 20, 1)

function report(
  { small, large }: { small: MeasuredLoad[]; large: MeasuredLoad[] },
  { first, last }: { first: Memory; last: Memory },
  wrong: number,
): void {
  const row = (label: string, all: MeasuredLoad[]) => [
    label,
    ...[
      (measured: MeasuredLoad) => measured.perSecond,
      (measured: MeasuredLoad) => measured.p50,
      (measured: MeasuredLoad) => measured.p99,
    ].map((of) => rounded(median(all.map(of)))),
  ]
  const rate = (all: MeasuredLoad[]) => median(all.map((measured) => measured.perSecond))
  const ratio = rounded(rate(large) / rate(small))
  const grown = megabytes(last.collected - first.collected)
  const plainGrown = megabytes(last.plain - first.plain)
  print()
  print(
    table([
      ['medians of the rounds', 'turns/s', 'p50 ms', 'p99 ms'],
      row('1,000 cases', small),
      row('1,000,000 cases', large),
    ]),
  )
  print(`ratio ${ratio} (goal 0.9)`)
  print()
  print(
    table([
      ['resident memory, MB', 'as it is', 'after collection'],
      ['after 10,000 turns', megabytes(first.plain), megabytes(first.collected)],
      ['after 100,000 turns', megabytes(last.plain), megabytes(last.collected)],
      ['difference', plainGrown, `${grown} (goal 20)`],
    ]),
  )
  print()
  const medians = { few: Math.round(rate(small)), many: Math.round(rate(large)) }
  print(
    JSON.stringify({ bench: 'growth', medians, ratio, memoryGrowthMb: grown, memoryGrowthPlainMb: plainGrown, wrong }),
  )
  if (wrong > 0) process.exitCode = 1
}
