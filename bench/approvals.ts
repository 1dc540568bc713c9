import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Case } from '../dialogs/case.ts'
import { startEntra } from '../sandbox/upstream/entra.ts'
import { setDesk } from '../state/desks.ts'
import { savePerson } from '../state/directory.ts'
import { openDatabase } from '../state/engine/database.ts'
import { storeAwaiting } from '../test/support/awaiting-approval.ts'
import { startIdentity } from '../test/support/identity.ts'
import type { ChannelPlan } from './channel.ts'
import { startFlags, startProcess } from './process.ts'
import { median, print, rounded, table } from './report.ts'
import { seed } from './seed.ts'
import { startSilence } from './silence.ts'
import type { WalkedCase } from './walker.ts'
import { appId, type CaseOwner, connectorUrls, personInChat, tenants } from './world.ts'

const people = 60
const rounds = 10
const burstsEach = 20
const singlesEach = 20
/** Single turns that a refresh may take as long as. */
const turnsAllowed = 5
const warmUpMs = 3_000
const stored: WalkedCase = { cases: 32_000, untouchedEach: 1 }
const desk = '19:approvals@thread.tacv2'
const group = '99999999-0000-4000-8000-000000000001'
const customer = { id: 'c0000000-0000-4000-8000-000000000003', name: 'Contoso', domain: 'contoso.example' }

/** Members of the channel, all of the tenant that approves. */
const members: readonly CaseOwner[] = Array.from({ length: people }, (_, number) =>
  personInChat(number * tenants.length),
)

/** Stores an approvals desk, its members and a request that waits there. */
async function addRequest(database: string): Promise<Case> {
  const db = await openDatabase(`sqlite:${database}`)
  const at = new Date().toISOString()
  const [asker] = members as [CaseOwner]
  const { tenant, id, conversation } = asker
  const storedCase = await db.transaction(async (tx) => {
    for (const member of members) {
      await savePerson(tx, { tenant: member.tenant, id: member.id, name: member.name }, at, undefined)
    }
    await setDesk(tx, { tenant, kind: 'approvals', room: desk, conversation: desk, by: id, at })
    return storeAwaiting(tx, { by: { tenant, id }, conversation, at, customer })
  })
  await db.close()
  return storedCase.case
}

const p99 = (times: readonly number[]) =>
  times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * 0.99))] ?? 0

/** Times of one round in milliseconds, and the calls to Graph in it. */
interface Round {
  five: number
  p50: number
  p99: number
  graphCalls: number
}

/** Compares the refreshes of one approval card by a whole channel with single turns. */
export async function approvalsBench(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'multicanal-bench-'))
  const identity = await startIdentity({ appId })
  const entra = await startEntra({ appId })
  const silence = await startSilence()
  const server = await startProcess('./ours.ts', startFlags)
  const client = await startProcess('./channel.ts', ['--expose-gc'])
  try {
    const database = join(folder, 'bench.db')
    await seed(database, stored)
    const request = await addRequest(database)
    const { url: authority, caPem, secret } = entra
    const upstream = { url: silence.url, authority, caPem, secret }
    const place = { metadataUrl: identity.metadataUrl, database: `sqlite:${database}`, upstream, approversGroup: group }
    const port = await server.ask<number>('start', place)
    const target = { port, tokens: connectorUrls.map((serviceurl) => identity.mint({ claims: { serviceurl } })) }
    const plan: ChannelPlan = { target, stored, desk, members, request }
    await client.ask('prepare', plan)
    const play = async (): Promise<Round> => {
      const callsBefore = silence.requests()
      const singles: number[] = []
      for (let count = 0; count < singlesEach; count += 1) {
        singles.push(await client.ask<number>('inTurn', turnsAllowed))
      }
      const times: number[] = []
      for (let count = 0; count < burstsEach; count += 1) times.push(...(await client.ask<number[]>('burst')))
      return {
        five: median(singles),
        p50: median(times),
        p99: p99(times),
        graphCalls: silence.requests() - callsBefore,
      }
    }
    const warm = performance.now() + warmUpMs
    while (performance.now() < warm) await play()
    const measured: Round[] = []
    for (let round = 1; round <= rounds; round += 1) {
      const outcome = await play()
      measured.push(outcome)
      print(
        `round ${round}: ${turnsAllowed} turns ${rounded(outcome.five)} ms, p99 of the refreshes ${rounded(outcome.p99)} ms`,
      )
    }
    report(measured)
  } finally {
    await Promise.all([server.stop(), client.stop()])
    silence.close()
    await Promise.all([identity.close(), entra.stop()])
    await rm(folder, { recursive: true, force: true })
  }
}

function report(measured: readonly Round[]): void {
  const middle = (of: (round: Round) => number) => rounded(median(measured.map(of)))
  const [five, p50, worst] = [middle((round) => round.five), middle((round) => round.p50), middle((round) => round.p99)]
  const graphCalls = measured.reduce((sum, round) => sum + round.graphCalls, 0)
  const ratio = rounded(worst / five)
  print()
  print(
    table([
      ['medians of the rounds, in milliseconds', 'p50', 'p99'],
      [`${turnsAllowed} single turns, one after the other`, five, ''],
      [`a refresh among ${people} at once`, p50, worst],
    ]),
  )
  print(`Graph, which never answers, was called ${graphCalls} times meanwhile`)
  print(`ratio ${ratio} (goal below 1)`)
  print(JSON.stringify({ bench: 'approvals', ratio, five, p50, p99: worst, graphCalls }))
  if (graphCalls > 0) process.exitCode = 1
}
