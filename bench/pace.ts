import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startIdentity } from '../test/support/identity.ts'
import { createEmptyDatabase, startPostgres } from '../test/support/postgres.ts'
import type { LoadPlan, MeasuredLoad, SteadyLoad } from './load.ts'
import { type BenchProcess, startFlags, startProcess } from './process.ts'
import { median, print, rounded, table } from './report.ts'
import { seed, seedServer } from './seed.ts'
import type { WalkedCase } from './walker.ts'
import { appId, connectorUrls } from './world.ts'

const rounds = 5
const seconds = 10
const rate = 200
const goalMs = 50
const stored: WalkedCase = { cases: 16_000, untouchedEach: 1 }

interface Side {
  label: string
  server: BenchProcess
  client: BenchProcess
  port: number
  measured: MeasuredLoad[]
}

/** Measures response times at a steady rate, even while earlier answers are outstanding. */
export async function paceBench(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'multicanal-bench-'))
  const identity = await startIdentity({ appId })
  const postgres = await startPostgres('on')
  const sides: Side[] = []
  const begin = async (label: string, database: string) => {
    const server = await startProcess('./ours.ts', startFlags)
    const client = await startProcess('./load.ts')
    const plan: LoadPlan = { stored, order: 'opened', checks: 'case' }
    await client.ask('prepare', plan)
    const port = await server.ask<number>('start', { metadataUrl: identity.metadataUrl, database })
    sides.push({ label, server, client, port, measured: [] })
  }
  try {
    const file = join(folder, 'bench.db')
    await seed(file, stored)
    const { url } = await createEmptyDatabase(postgres.url)
    await seedServer(url, stored)
    await begin('SQLite', `sqlite:${file}`)
    await begin('PostgreSQL', url)
    const tokens = connectorUrls.map((serviceurl) => identity.mint({ claims: { serviceurl } }))
    const keep = ({ client, port }: Side, time: number) => {
      const steady: SteadyLoad = { target: { port, tokens }, seconds: time, rate }
      return client.ask<MeasuredLoad>('steady', steady)
    }
    for (const side of sides) await keep(side, 3)
    for (let round = 1; round <= rounds; round += 1) {
      for (const side of round % 2 === 1 ? sides : sides.toReversed()) side.measured.push(await keep(side, seconds))
      print(
        `round ${round}: ${sides.map(({ label, measured }) => `${label} p99 ${rounded(measured.at(-1)?.p99 ?? 0)} ms`).join(', ')}`,
      )
    }
    report(sides)
  } finally {
    await Promise.all(sides.flatMap(({ server, client }) => [server.stop(), client.stop()]))
    await Promise.all([identity.close(), postgres.stop()])
    await rm(folder, { recursive: true, force: true })
  }
}

function report(sides: readonly Side[]): void {
  const middle = ({ measured }: Side, of: (load: MeasuredLoad) => number) => rounded(median(measured.map(of)))
  const rows = sides.map((side) => ({
    label: side.label,
    perSecond: middle(side, (measured) => measured.perSecond),
    p50: middle(side, (measured) => measured.p50),
    p99: middle(side, (measured) => measured.p99),
  }))
  const wrong = sides.flatMap(({ measured }) => measured).reduce((sum, measured) => sum + measured.wrong, 0)
  print()
  print(
    table([
      [`${rate} turns a second, medians of the rounds`, 'turns/s', 'p50 ms', 'p99 ms'],
      ...rows.map(({ label, perSecond, p50, p99 }) => [label, perSecond, p50, p99]),
    ]),
  )
  print(`goal: p99 below ${goalMs} ms`)
  print(JSON.stringify({ bench: 'pace', rate, rows, wrong }))
  if (wrong > 0) process.exitCode = 1
}
