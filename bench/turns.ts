import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startIdentity } from '../test/support/identity.ts'
import { createEmptyDatabase, startPostgres } from '../test/support/postgres.ts'
import { averageCard } from './average-card.ts'
import type { Measured, Plan, Round } from './load.ts'
import { type ProcessRequest, startFlags, startProcess } from './process.ts'
import type { Share } from './profile.ts'
import { median, print, rounded, table } from './report.ts'
import { savedTurns } from './saved.ts'
import { seed, seedServer } from './seed.ts'
import type { WalkedCase } from './walker.ts'
import { appId, serviceUrls } from './world.ts'

const rounds = 6
const seconds = 3
const warmUpSeconds = 5
/** More than are clicked on: no case comes twice. */
const stored: WalkedCase = { cases: 96_000, untouchedEach: 1 }
const storedOnServer: WalkedCase = { cases: 32_000, untouchedEach: 1 }

/** In this order and back again: right after a round on PostgreSQL, on the same disk, ours was a third slower. */
const contestants = {
  ours: { file: './ours.ts', label: 'a  Multicanal on SQLite: a guided answer, kept' },
  botbuilder: { file: './botbuilder.ts', label: 'b  botbuilder CloudAdapter, constant answer' },
  waterfall: { file: './waterfall.ts', label: 'w  botbuilder WaterfallDialog, memory storage' },
  postgres: { file: './ours.ts', label: 'p  Multicanal on PostgreSQL: the same' },
  teams: { file: './teams-sdk.ts', label: 'c  Microsoft Teams SDK, constant answer' },
  floor: { file: './floor.ts', label: 'd  node:http, constant answer, no token check' },
} as const
type Name = keyof typeof contestants
const names = Object.keys(contestants) as Name[]
const kept = ['ours', 'postgres'] as const
const isKept = (name: Name): name is (typeof kept)[number] => (kept as readonly Name[]).includes(name)

interface Contestant {
  server: ProcessRequest
  client: ProcessRequest
  port: number
  measured: Measured[]
  /** Turns in all, also those that were not measured. */
  answered: number
}

async function begin(name: Name, place: object): Promise<Contestant> {
  const server = await startProcess(contestants[name].file, isKept(name) ? startFlags : [])
  const client = await startProcess('./load.ts')
  const plan: Plan = {
    stored: name === 'postgres' ? storedOnServer : stored,
    order: 'opened',
    checks: isKept(name) ? 'case' : 'kind',
  }
  await client.ask('prepare', plan)
  return { server, client, port: await server.ask('start', place), measured: [], answered: 0 }
}

/** Compares a turn of ours, which keeps a case, with bare SDKs, which keep nothing. */
export async function turns(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'multicanal-bench-'))
  const identity = await startIdentity({ appId })
  const postgres = await startPostgres('on')
  const running: Partial<Record<Name, Contestant>> = {}
  try {
    const database = join(folder, 'bench.db')
    await seed(database, stored)
    const { url } = await createEmptyDatabase(postgres.url)
    await seedServer(url, storedOnServer)
    const databases = { ours: `sqlite:${database}`, postgres: url }
    const tokens = serviceUrls.map((serviceurl) => identity.mint({ claims: { serviceurl } }))
    const card = averageCard()
    for (const name of names) {
      const place = { metadataUrl: identity.metadataUrl, card, ...(isKept(name) && { database: databases[name] }) }
      running[name] = await begin(name, place)
    }
    const all = running as Record<Name, Contestant>
    announce(card)

    const load = async (name: Name, time: number) => {
      const { client, port } = all[name]
      const round: Round = { target: { port, tokens }, seconds: time }
      const measured = await client.ask<Measured>('load', round)
      all[name].answered += measured.turns
      if (measured.wrong > 0) print(`WRONG: ${measured.wrong} answers of ${name}, the first:\n${measured.firstWrong}`)
      return measured
    }
    for (const name of names) await load(name, warmUpSeconds)
    for (let round = 1; round <= rounds; round += 1) {
      for (const name of round % 2 === 1 ? names : names.toReversed()) {
        all[name].measured.push(await load(name, seconds))
      }
      print(`round ${round}: ${names.map((name) => `${name} ${perSecond(all[name], round)}/s`).join(', ')}`)
    }
    await all.ours.server.ask('profile')
    await load('ours', seconds)
    const shares = await all.ours.server.ask<Share[]>('shares')
    for (const name of kept) await all[name].server.stop()
    const saved = { ours: await savedTurns(databases.ours), postgres: await savedTurns(databases.postgres) }
    report(all, shares, saved)
  } finally {
    for (const { server, client } of Object.values(running)) await Promise.all([server.stop(), client.stop()])
    await Promise.all([identity.close(), postgres.stop()])
    await rm(folder, { recursive: true, force: true })
  }
}

const perSecond = ({ measured }: Contestant, round: number) => Math.round(measured[round - 1]?.perSecond ?? 0)

function announce(card: object): void {
  print(
    `32 connections, one turn at a time on each; ${rounds} rounds of ${seconds} s after a warm-up of ${warmUpSeconds} s.`,
  )
  print('Every contestant and every load generator has its own process; all stay up during the whole run.')
  print(
    `Tokens: RS256, ${serviceUrls.length} of them, used again and again, as the Connector does; all but d check them.`,
  )
  print(`Answers of b, w, c and d: one of our cards, ${JSON.stringify(card).length} characters as JSON.`)
  print('a commits every turn to SQLite on disk (WAL, synchronous=FULL) before it answers, p to PostgreSQL (fsync on,')
  print('with its server on the same cores); w keeps its dialog in the memory of its process; b, c and d keep nothing.')
  print()
}

function report(
  all: Record<Name, Contestant>,
  shares: readonly Share[],
  saved: Record<(typeof kept)[number], { revisions: number; entries: number }>,
): void {
  const middle = (name: Name, of: (measured: Measured) => number) => median(all[name].measured.map(of))
  const medians = Object.fromEntries(
    names.map((name) => [name, Math.round(middle(name, (measured) => measured.perSecond))]),
  )
  const wrong = names.reduce(
    (sum, name) => sum + all[name].measured.reduce((part, measured) => part + measured.wrong, 0),
    0,
  )
  print()
  print(
    table([
      ['medians of the rounds', 'turns/s', 'p50 ms', 'p99 ms'],
      ...names.map((name) => [
        contestants[name].label,
        medians[name] ?? 0,
        rounded(middle(name, (measured) => measured.p50)),
        rounded(middle(name, (measured) => measured.p99)),
      ]),
    ]),
  )
  print()
  print(
    table([
      ['where a turn of ours spends its time', '%'],
      ...shares.map((share) => [share.step, rounded(share.percent, 1)]),
    ]),
  )
  print()
  let isAllSaved = true
  for (const name of kept) {
    const { revisions, entries } = saved[name]
    const { answered } = all[name]
    print(`turns of ${name} answered ${answered}, revisions saved ${revisions}, entries of history ${entries}`)
    isAllSaved &&= revisions === answered && entries === answered
  }
  if (!isAllSaved) print('WRONG: what was answered is not what was saved')
  const ratio = (one: Name, to: Name) => rounded((medians[one] ?? 0) / (medians[to] ?? 1))
  const of = (one: Name) => ({
    botbuilder: ratio(one, 'botbuilder'),
    waterfall: ratio(one, 'waterfall'),
    teams: ratio(one, 'teams'),
    floor: ratio(one, 'floor'),
  })
  const ratios = { ours: of('ours'), postgres: of('postgres') }
  print(
    `ratios: a/b ${ratios.ours.botbuilder} (goal 2), a/w ${ratios.ours.waterfall}, a/c ${ratios.ours.teams} (goal 1)`,
  )
  print(`        p/b ${ratios.postgres.botbuilder} (goal 1), p/w ${ratios.postgres.waterfall}`)
  print(JSON.stringify({ bench: 'turns', medians, ratios, wrong, saved }))
  if (wrong > 0 || !isAllSaved) process.exitCode = 1
}
