import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pollEffect } from '../bot/effects/effects.ts'
import { startEntra } from '../sandbox/upstream/entra.ts'
import { openDatabase } from '../state/engine/database.ts'
import { addEffects } from '../state/outbox-store.ts'
import { addWatch } from '../state/watches.ts'
import { startIdentity } from '../test/support/identity.ts'
import type { LoadPlan, LoadRound, MeasuredLoad } from './load.ts'
import { type BenchProcess, startFlags, startProcess } from './process.ts'
import { median, print, rounded, table } from './report.ts'
import { seed } from './seed.ts'
import { startSilence } from './silence.ts'
import type { WalkedCase } from './walker.ts'
import { appId, caseIdOf, connectorUrls, tenants } from './world.ts'

const rounds = 8
const seconds = 3
const stored: WalkedCase = { cases: 96_000, untouchedEach: 1 }
/** Polls that are due and get no answer. */
const polls = 2_000

interface Side {
  server: BenchProcess
  client: BenchProcess
  port: number
  measured: MeasuredLoad[]
}

/** Stores due polls of Partner Center, each for a case that waits for it. */
async function addPolls(database: string): Promise<void> {
  const db = await openDatabase(`sqlite:${database}`)
  await db.transaction(async (tx) => {
    for (let number = 0; number < polls; number += 1) {
      const resource = `relationship/${crypto.randomUUID()}` as const
      await addWatch(tx, { resource, tenant: tenants[0] ?? '', caseId: caseIdOf(number), track: 'relationship' })
      await addEffects(tx, [pollEffect(resource, new Date().toISOString())])
    }
  })
  await db.close()
}

async function begin(database: string, place: object): Promise<Side> {
  const server = await startProcess('./ours.ts', startFlags)
  const client = await startProcess('./load.ts')
  const plan: LoadPlan = { stored, order: 'opened', checks: 'case' }
  await client.ask('prepare', plan)
  return { server, client, port: await server.ask('start', { ...place, database: `sqlite:${database}` }), measured: [] }
}

/** Measures guided turns while Partner Center accepts every request and answers none. */
export async function upstreamDownBench(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'multicanal-bench-'))
  const identity = await startIdentity({ appId })
  const entra = await startEntra({ appId })
  const silence = await startSilence()
  const sides: Side[] = []
  try {
    const [calm, down] = ['calm', 'down'].map((name) => join(folder, `${name}.db`)) as [string, string]
    for (const database of [calm, down]) await seed(database, stored)
    await addPolls(down)
    const { url: authority, caPem, secret } = entra
    const upstream = { url: silence.url, authority, caPem, secret }
    for (const database of [calm, down]) {
      sides.push(await begin(database, { metadataUrl: identity.metadataUrl, upstream }))
    }
    const tokens = connectorUrls.map((serviceurl) => identity.mint({ claims: { serviceurl } }))
    const load = ({ client, port }: Side, time: number) => {
      const round: LoadRound = { target: { port, tokens }, seconds: time }
      return client.ask<MeasuredLoad>('load', round)
    }
    for (const side of sides) await load(side, 3)
    for (let round = 1; round <= rounds; round += 1) {
      for (const side of round % 2 === 1 ? sides : sides.toReversed()) side.measured.push(await load(side, seconds))
      print(
        `round ${round}: ${sides.map(({ measured }) => `${Math.round(measured.at(-1)?.perSecond ?? 0)}/s`).join(' ')}`,
      )
    }
    report(sides, silence.requests())
  } finally {
    await Promise.all(sides.flatMap(({ server, client }) => [server.stop(), client.stop()]))
    silence.close()
    await Promise.all([identity.close(), entra.stop()])
    await rm(folder, { recursive: true, force: true })
  }
}

function report(sides: readonly Side[], requests: number): void {
  const middle = (side: Side, of: (measured: MeasuredLoad) => number) => median(side.measured.map(of))
  const row = (label: string, side: Side) => [
    label,
    ...[
      (measured: MeasuredLoad) => measured.perSecond,
      (measured: MeasuredLoad) => measured.p50,
      (measured: MeasuredLoad) => measured.p99,
    ].map((of) => rounded(middle(side, of))),
  ]
  const [calm, down] = sides as [Side, Side]
  const wrong = sides.flatMap(({ measured }) => measured).reduce((sum, measured) => sum + measured.wrong, 0)
  const ratio = rounded(middle(down, (measured) => measured.perSecond) / middle(calm, (measured) => measured.perSecond))
  print()
  print(
    table([
      ['medians of the rounds', 'turns/s', 'p50 ms', 'p99 ms'],
      row('no polls due', calm),
      row(`${polls} polls due, none answered`, down),
    ]),
  )
  print(`${requests} requests were never answered`)
  print(`ratio ${ratio} (goal 0.95)`)
  print(JSON.stringify({ bench: 'upstream-down', ratio, requests, wrong }))
  if (wrong > 0 || requests === 0) process.exitCode = 1
}
