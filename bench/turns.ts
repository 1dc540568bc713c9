import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startIdentity } from '../test/support/identity.ts'
import { createEmptyDatabase, startPostgres } from '../test/support/postgres.ts'
import { averageCard } from './average-card.ts'
import { openCheckout } from './beside.ts'
import type { LoadPlan, LoadRound, MeasuredLoad } from './load.ts'
import { type BenchProcess, startFlags, startProcess } from './process.ts'
import type { ProfileShare } from './profile.ts'
import { median, print, rounded, table } from './report.ts'
import { savedTurns } from './saved.ts'
import { seed, seedServer } from './seed.ts'
import type { WalkedCase } from './walker.ts'
import { appId, connectorUrls } from './world.ts'

const WARM_UP_SECONDS = 5
/** More cases than a run clicks on, so that no case comes twice. */
const stored: WalkedCase = { cases: 96_000, untouchedEach: 1 }
const storedOnServer: WalkedCase = { cases: 32_000, untouchedEach: 1 }

export interface TurnsOptions {
  rounds: number
  /** Length of a round. */
  seconds: number
  /** Path of another checkout whose bot is one more contestant. */
  beside: string | undefined
}

interface Contestant {
  name: string
  label: string
  file: string | URL
  flags?: readonly string[]
  /** The cases that it stores; a contestant without them answers a constant card. */
  cases?: { stored: WalkedCase; url: string; saved: typeof savedTurns }
}

interface RunningContestant extends Contestant {
  server: BenchProcess
  client: BenchProcess
  port: number
  measured: MeasuredLoad[]
  /** Turns answered, the unmeasured ones included. */
  answered: number
}

/**
 * Rounds run in this order and back again. A round right after one on PostgreSQL was a third slower on the same disk.
 * Hence the bots on SQLite stand at both ends: each follows itself once and a constant answer once.
 */
async function contestantsOf(folder: string, server: string, beside: string | undefined): Promise<Contestant[]> {
  const file = join(folder, 'ours.db')
  await seed(file, stored)
  await seedServer(server, storedOnServer)
  const saved = savedTurns
  const contestants: Contestant[] = [
    {
      name: 'ours',
      label: 'a  Multicanal on SQLite: a guided answer, stored',
      file: './ours.ts',
      flags: startFlags,
      cases: { stored, url: `sqlite:${file}`, saved },
    },
    { name: 'botbuilder', label: 'b  botbuilder CloudAdapter, constant answer', file: './botbuilder.ts' },
    { name: 'waterfall', label: 'w  botbuilder WaterfallDialog, memory storage', file: './waterfall.ts' },
    {
      name: 'postgres',
      label: 'p  Multicanal on PostgreSQL: the same',
      file: './ours.ts',
      flags: startFlags,
      cases: { stored: storedOnServer, url: server, saved },
    },
    { name: 'teams', label: 'c  Microsoft Teams SDK, constant answer', file: './teams-sdk.ts' },
    { name: 'floor', label: 'd  node:http, constant answer, no token check', file: './floor.ts' },
  ]
  return beside === undefined ? contestants : [...contestants, await contestantBeside(folder, beside)]
}

async function contestantBeside(folder: string, path: string): Promise<Contestant> {
  const checkout = await openCheckout(path)
  const file = join(folder, 'beside.db')
  await checkout.seed(file, stored)
  return {
    name: 'beside',
    label: `e  Multicanal ${checkout.commit} on SQLite: the same as a`,
    file: checkout.contestant,
    flags: checkout.startFlags,
    cases: { stored, url: `sqlite:${file}`, saved: checkout.savedTurns },
  }
}

async function begin(contestant: Contestant, place: object): Promise<RunningContestant> {
  const server = await startProcess(contestant.file, contestant.flags)
  const client = await startProcess('./load.ts')
  const plan: LoadPlan = {
    stored: contestant.cases?.stored ?? stored,
    order: 'opened',
    checks: contestant.cases ? 'case' : 'kind',
  }
  await client.ask('prepare', plan)
  const port = await server.ask<number>('start', { ...place, database: contestant.cases?.url })
  return { ...contestant, server, client, port, measured: [], answered: 0 }
}

/** Compares our turn, which stores a case, with bare SDKs, which store nothing, and with another checkout if given. */
export async function turnsBench({ rounds, seconds, beside }: TurnsOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'multicanal-bench-'))
  const identity = await startIdentity({ appId })
  const postgres = await startPostgres('on')
  const running: RunningContestant[] = []
  try {
    const { url } = await createEmptyDatabase(postgres.url)
    const tokens = connectorUrls.map((serviceurl) => identity.mint({ claims: { serviceurl } }))
    const card = averageCard()
    for (const contestant of await contestantsOf(folder, url, beside)) {
      running.push(await begin(contestant, { metadataUrl: identity.metadataUrl, card }))
    }
    announce(card, rounds, seconds)

    const load = async (contestant: RunningContestant, time: number) => {
      const { name, client, port } = contestant
      const round: LoadRound = { target: { port, tokens }, seconds: time }
      const measured = await client.ask<MeasuredLoad>('load', round)
      contestant.answered += measured.turns
      if (measured.wrong > 0) print(`WRONG: ${measured.wrong} answers of ${name}, the first:\n${measured.firstWrong}`)
      return measured
    }
    for (const contestant of running) await load(contestant, WARM_UP_SECONDS)
    for (let round = 1; round <= rounds; round += 1) {
      for (const contestant of round % 2 === 1 ? running : running.toReversed()) {
        contestant.measured.push(await load(contestant, seconds))
      }
      print(`round ${round}: ${running.map((each) => `${each.name} ${rateIn(each, round)}/s`).join(', ')}`)
    }
    reportTurns(running)
    reportShares(await profiled(running, (contestant) => load(contestant, seconds)))
    const saved = await reportSaved(running)
    reportRatios(running, saved)
  } finally {
    for (const { server, client } of running) await Promise.all([server.stop(), client.stop()])
    await Promise.all([identity.close(), postgres.stop()])
    await rm(folder, { recursive: true, force: true })
  }
}

const rateIn = ({ measured }: RunningContestant, round: number) => Math.round(measured[round - 1]?.perSecond ?? 0)
const middle = ({ measured }: RunningContestant, of: (round: MeasuredLoad) => number) => median(measured.map(of))
const medianRate = (contestant: RunningContestant) => Math.round(middle(contestant, ({ perSecond }) => perSecond))

function announce(card: object, rounds: number, seconds: number): void {
  print(
    `32 connections, one turn at a time on each; ${rounds} rounds of ${seconds} s after a warm-up of ${WARM_UP_SECONDS} s.`,
  )
  print('Every server and every load generator has its own process, which stays up during the whole run.')
  print(`Tokens: RS256, ${connectorUrls.length} of them, used repeatedly like the Connector's; all but d verify them.`)
  print(`b, w, c and d answer one of our cards, ${JSON.stringify(card).length} characters of JSON.`)
  print(
    'a commits every turn to SQLite on disk (WAL, synchronous=FULL) before it answers; p commits to PostgreSQL (fsync',
  )
  print('on, server on the same cores); w stores its dialog in the memory of its process; b, c and d store nothing.')
  print()
}

function reportTurns(contestants: readonly RunningContestant[]): void {
  print()
  print(
    table([
      ['medians of the rounds', 'turns/s', 'p50 ms', 'p99 ms'],
      ...contestants.map((contestant) => [
        contestant.label,
        medianRate(contestant),
        rounded(middle(contestant, ({ p50 }) => p50)),
        rounded(middle(contestant, ({ p99 }) => p99)),
      ]),
    ]),
  )
}

/** Profiles one more round of our bot on SQLite. */
async function profiled(
  contestants: readonly RunningContestant[],
  load: (contestant: RunningContestant) => Promise<unknown>,
): Promise<readonly ProfileShare[]> {
  const ours = contestants.find(({ name }) => name === 'ours')
  if (ours === undefined) return []
  await ours.server.ask('profile')
  await load(ours)
  return ours.server.ask('shares')
}

function reportShares(shares: readonly ProfileShare[]): void {
  print()
  print(
    table([['where our turn spends its time', '%'], ...shares.map((share) => [share.step, rounded(share.percent, 1)])]),
  )
  print()
}

type SavedTurns = Awaited<ReturnType<typeof savedTurns>>

/** Stops each server that stores cases, and compares its answers with its database. */
async function reportSaved(contestants: readonly RunningContestant[]): Promise<Record<string, SavedTurns>> {
  const found: Record<string, SavedTurns> = {}
  for (const { name, server, cases, answered } of contestants) {
    if (cases === undefined) continue
    await server.stop()
    const saved = await cases.saved(cases.url)
    const { revisions, entries } = saved
    print(`turns of ${name} answered ${answered}, revisions saved ${revisions}, entries of history ${entries}`)
    if (revisions !== answered || entries !== answered) {
      print(`WRONG: ${name} answered other turns than it saved`)
      process.exitCode = 1
    }
    found[name] = saved
  }
  return found
}

function reportRatios(contestants: readonly RunningContestant[], saved: Record<string, SavedTurns>): void {
  const rates = Object.fromEntries(contestants.map((contestant) => [contestant.name, medianRate(contestant)]))
  const ratio = (ours: string, other: string) => rounded((rates[ours] ?? 0) / (rates[other] ?? 1))
  const others = contestants.filter(({ name }) => name !== 'ours' && name !== 'postgres').map(({ name }) => name)
  const ratiosOf = (name: string) => Object.fromEntries(others.map((other) => [other, ratio(name, other)]))
  const ratios = { ours: ratiosOf('ours'), postgres: ratiosOf('postgres') }
  print(
    `ratios: a/b ${ratios.ours.botbuilder} (goal 2), a/w ${ratios.ours.waterfall}, a/c ${ratios.ours.teams} (goal 1)`,
  )
  print(`        p/b ${ratios.postgres.botbuilder} (goal 1), p/w ${ratios.postgres.waterfall}`)
  const ours = contestants.find(({ name }) => name === 'ours')
  const beside = contestants.find(({ name }) => name === 'beside')
  if (ours && beside) {
    const inRounds = ours.measured.map((_, index) => rounded(rateIn(ours, index + 1) / rateIn(beside, index + 1)))
    print(`        a/e ${ratios.ours.beside}, in the single rounds ${inRounds.join(', ')}`)
  }
  const wrong = contestants.flatMap(({ measured }) => measured).reduce((sum, round) => sum + round.wrong, 0)
  print(JSON.stringify({ bench: 'turns', medians: rates, ratios, wrong, saved }))
  if (wrong > 0) process.exitCode = 1
}
