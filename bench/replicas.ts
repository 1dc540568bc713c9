import { startIdentity } from '../test/support/identity.ts'
import { createEmptyDatabase, startPostgres } from '../test/support/postgres.ts'
import type { LoadPlan, LoadRound, MeasuredLoad } from './load.ts'
import { type BenchProcess, startFlags, startProcess } from './process.ts'
import { median, print, rounded, table } from './report.ts'
import { savedTurns } from './saved.ts'
import { seedServer } from './seed.ts'
import type { WalkedCase } from './walker.ts'
import { appId, connectorUrls } from './world.ts'

const rounds = 6
const seconds = 4
/** Shared between the single replica and the pair. */
const stored: WalkedCase = { cases: 48_000, untouchedEach: 1 }

interface Replica {
  server: BenchProcess
  client: BenchProcess
  port: number
}

/** Compares one replica with two on one PostgreSQL, alternating. All share the cores with the server. */
export async function replicasBench(): Promise<void> {
  const identity = await startIdentity({ appId })
  const postgres = await startPostgres('on')
  const running: Replica[] = []
  try {
    const { url } = await createEmptyDatabase(postgres.url)
    await seedServer(url, stored)
    const begin = async (index: number): Promise<Replica> => {
      const server = await startProcess('./ours.ts', startFlags)
      const client = await startProcess('./load.ts')
      const plan: LoadPlan = { stored, order: 'opened', checks: 'case', share: { index, of: 3 } }
      await client.ask('prepare', plan)
      const port = await server.ask<number>('start', { metadataUrl: identity.metadataUrl, database: url })
      const replica = { server, client, port }
      running.push(replica)
      return replica
    }
    const oneReplica = [await begin(0)]
    const twoReplicas = [await begin(1), await begin(2)]
    const tokens = connectorUrls.map((serviceurl) => identity.mint({ claims: { serviceurl } }))
    let [answered, wrong] = [0, 0]
    const load = async (side: readonly Replica[], time: number): Promise<number> => {
      const all = await Promise.all(
        side.map(({ client, port }) => {
          const round: LoadRound = { target: { port, tokens }, seconds: time }
          return client.ask<MeasuredLoad>('load', round)
        }),
      )
      for (const measured of all) {
        answered += measured.turns
        wrong += measured.wrong
        if (measured.wrong > 0) print(`WRONG: ${measured.wrong} answers, the first:\n${measured.firstWrong}`)
      }
      return all.reduce((sum, { perSecond }) => sum + perSecond, 0)
    }
    for (const side of [oneReplica, twoReplicas]) await load(side, 3)
    const rates = { one: [] as number[], two: [] as number[] }
    for (let round = 1; round <= rounds; round += 1) {
      for (const name of round % 2 === 1 ? (['one', 'two'] as const) : (['two', 'one'] as const)) {
        rates[name].push(await load(name === 'one' ? oneReplica : twoReplicas, seconds))
      }
      print(`round ${round}: one ${Math.round(rates.one.at(-1) ?? 0)}/s, two ${Math.round(rates.two.at(-1) ?? 0)}/s`)
    }
    for (const { server } of running) await server.stop()
    const saved = await savedTurns(url)
    const medians = { one: Math.round(median(rates.one)), two: Math.round(median(rates.two)) }
    const ratio = rounded(medians.two / medians.one)
    print()
    print(
      table([
        ['on one PostgreSQL, medians of the rounds', 'turns/s'],
        ['one replica', medians.one],
        ['two replicas', medians.two],
      ]),
    )
    print(`turns answered ${answered}, revisions saved ${saved.revisions}, entries of history ${saved.entries}`)
    print(`ratio ${ratio} (goal not below 1)`)
    print(JSON.stringify({ bench: 'replicas', medians, ratio, wrong, answered, saved: saved.revisions }))
    if (wrong > 0 || saved.revisions !== answered || saved.entries !== answered) process.exitCode = 1
  } finally {
    await Promise.all(running.flatMap(({ server, client }) => [server.stop(), client.stop()]))
    await Promise.all([identity.close(), postgres.stop()])
  }
}
