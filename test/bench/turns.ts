import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startIdentity } from '../support/identity.ts'
import { averageCard } from './average-card.ts'
import type { Measured, Plan, Round } from './load.ts'
import { type Asked, startFlags, startProcess } from './process.ts'
import type { Share } from './profile.ts'
import { median, print, rounded, table } from './report.ts'
import { savedTurns } from './saved.ts'
import { seed } from './seed.ts'
import type { Stored } from './walker.ts'
import { appId, serviceUrls } from './world.ts'

const rounds = 6
const seconds = 3
const stored: Stored = { cases: 96_000, untouchedEach: 1 }

const contestants = {
  ours: { file: './ours.ts', label: 'a  Multicanal: a guided answer, kept' },
  botbuilder: { file: './botbuilder.ts', label: 'b  botbuilder CloudAdapter, constant answer' },
  teams: { file: './teams-sdk.ts', label: 'c  Microsoft Teams SDK, constant answer' },
  floor: { file: './floor.ts', label: 'd  node:http, constant answer, no token check' },
} as const
type Name = keyof typeof contestants
const names = Object.keys(contestants) as Name[]

interface Contestant {
  server: Asked
  client: Asked
  port: number
  measured: Measured[]
}

async function begin(name: Name, place: object): Promise<Contestant> {
  const server = await startProcess(contestants[name].file, name === 'ours' ? startFlags : [])
  const client = await startProcess('./load.ts')
  const plan: Plan = { stored, order: 'opened', checks: name === 'ours' ? 'case' : 'kind' }
  await client.ask('prepare', plan)
  return { server, client, port: await server.ask('start', place), measured: [] }
}

/** Compares a turn of ours, which keeps a case, with bare SDKs, which keep nothing. */
export async function turns(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'multicanal-bench-'))
  const identity = await startIdentity({ appId })
  const running: Partial<Record<Name, Contestant>> = {}
  try {
    const database = join(folder, 'bench.db')
    await seed(database, stored)
    const tokens = serviceUrls.map((serviceurl) => identity.mint({ claims: { serviceurl } }))
    const card = averageCard()
    const place = { metadataUrl: identity.metadataUrl, database, card }
    for (const name of names) running[name] = await begin(name, place)
    const all = running as Record<Name, Contestant>
    announce(card)

    const load = ({ client, port }: Contestant, time: number) => {
      const round: Round = { target: { port, tokens }, seconds: time }
      return client.ask<Measured>('load', round)
    }
    let answered = 0
    const count = (name: Name, { turns: one, wrong, firstWrong }: Measured) => {
      if (name === 'ours') answered += one
      if (wrong > 0) print(`WRONG: ${wrong} answers of ${name}, the first:\n${firstWrong}`)
    }
    for (const name of names) count(name, await load(all[name], 2))
    for (let round = 1; round <= rounds; round += 1) {
      for (const name of round % 2 === 1 ? names : names.toReversed()) {
        const measured = await load(all[name], seconds)
        all[name].measured.push(measured)
        count(name, measured)
      }
      print(`round ${round}: ${names.map((name) => `${name} ${perSecond(all[name], round)}/s`).join(', ')}`)
    }
    await all.ours.server.ask('profile')
    count('ours', await load(all.ours, seconds))
    const shares = await all.ours.server.ask<Share[]>('shares')
    await all.ours.server.stop()
    report(all, shares, answered, savedTurns(database))
  } finally {
    for (const { server, client } of Object.values(running)) await Promise.all([server.stop(), client.stop()])
    await identity.close()
    await rm(folder, { recursive: true, force: true })
  }
}

const perSecond = ({ measured }: Contestant, round: number) => Math.round(measured[round - 1]?.perSecond ?? 0)

function announce(card: object): void {
  print(`32 connections, one turn at a time on each; ${rounds} rounds of ${seconds} s after a warm-up of 2 s.`)
  print('Every contestant and every load generator has its own process; all stay up during the whole run.')
  print(
    `Tokens: RS256, ${serviceUrls.length} of them, used again and again, as the Connector does; a, b and c check them.`,
  )
  print(`Answers of b, c and d: one of our cards, ${JSON.stringify(card).length} characters as JSON.`)
  print('a commits every turn to SQLite on disk (WAL, synchronous=FULL) before it answers; b, c and d keep nothing.')
  print()
}

function report(
  all: Record<Name, Contestant>,
  shares: readonly Share[],
  answered: number,
  saved: { revisions: number; entries: number },
): void {
  const middle = (name: Name, of: (one: Measured) => number) => median(all[name].measured.map(of))
  const medians = Object.fromEntries(names.map((name) => [name, Math.round(middle(name, (one) => one.perSecond))]))
  const wrong = names.reduce((sum, name) => sum + all[name].measured.reduce((part, one) => part + one.wrong, 0), 0)
  print()
  print(
    table([
      ['medians of the rounds', 'turns/s', 'p50 ms', 'p99 ms'],
      ...names.map((name) => [
        contestants[name].label,
        medians[name] ?? 0,
        rounded(middle(name, (one) => one.p50)),
        rounded(middle(name, (one) => one.p99)),
      ]),
    ]),
  )
  print()
  print(
    table([['where a turn of ours spends its time', '%'], ...shares.map((one) => [one.step, rounded(one.percent, 1)])]),
  )
  print()
  print(`turns of ours answered ${answered}, revisions saved ${saved.revisions}, entries of history ${saved.entries}`)
  const isKept = saved.revisions === answered && saved.entries === answered
  if (!isKept) print('WRONG: what was answered is not what was saved')
  const ratio = (to: Name) => rounded((medians.ours ?? 0) / (medians[to] ?? 1))
  const ratios = { botbuilder: ratio('botbuilder'), teams: ratio('teams'), floor: ratio('floor') }
  print(`ratios: a/b ${ratios.botbuilder} (goal 1.5), a/c ${ratios.teams} (goal 1.0), a/d ${ratios.floor}`)
  print(JSON.stringify({ bench: 'turns', medians, ratios, wrong, answered, saved: saved.revisions }))
  if (wrong > 0 || !isKept) process.exitCode = 1
}
