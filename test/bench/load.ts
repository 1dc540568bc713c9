import { connect } from 'node:net'
import { serveParent } from './process.ts'
import { createWalker, type Order, type Stored, type Turn, type Walker } from './walker.ts'
import { createReader, requestOf, type Target } from './wire.ts'

/** One round of load. */
export interface Round {
  target: Target
  seconds: number
  /** No more turns than these, if fewer than the time allows. */
  turns?: number
}

export interface Measured {
  turns: number
  /** Answers that were not what the case had to come to. */
  wrong: number
  firstWrong: string | undefined
  perSecond: number
  p50: number
  p99: number
}

const connections = 32

let walkers: Walker[] = []
let checksCase = true

/** What is clicked. An echo knows no case, so only its kind of answer is looked at. */
export interface Plan {
  stored: Stored
  order: Order
  checks: 'case' | 'kind'
}

function prepare({ stored, order, checks }: Plan): void {
  walkers = Array.from({ length: connections }, (_, slot) => createWalker(stored, order, slot, connections))
  checksCase = checks === 'case'
}

const kind = '"type":"application/vnd.microsoft.card.adaptive"'

const isRight = (turn: Turn, status: number, bytes: Buffer) =>
  status === 200 && bytes.includes(kind) && (!checksCase || turn.expected.every((part) => bytes.includes(part)))

/** Keeps every connection busy with one turn at a time until the time is over. */
async function load({ target, seconds, turns = Number.POSITIVE_INFINITY }: Round): Promise<Measured> {
  const latencies: number[] = []
  const measured = { wrong: 0, firstWrong: undefined as string | undefined }
  let left = turns
  const begun = performance.now()
  const end = begun + seconds * 1000

  const drive = (walker: Walker) =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(target.port, '127.0.0.1')
      let turn: Turn
      let since = 0
      const send = () => {
        since = performance.now()
        if (since >= end || left <= 0) {
          socket.end(resolve)
          return
        }
        left -= 1
        turn = walker.next()
        socket.write(requestOf(turn, target), 'latin1')
      }
      const read = createReader(({ status, bytes }) => {
        latencies.push(performance.now() - since)
        if (!isRight(turn, status, bytes)) {
          measured.wrong += 1
          measured.firstWrong ??= `${JSON.stringify(turn)}\n${bytes.toString('utf8').slice(0, 2000)}`
          walker.giveUp()
        }
        send()
      })
      socket.setNoDelay(true).on('data', read).on('connect', send).on('error', reject)
    })
  await Promise.all(walkers.map(drive))
  const elapsed = (performance.now() - begun) / 1000
  const sorted = Float64Array.from(latencies).sort()
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { ...measured, turns: sorted.length, perSecond: sorted.length / elapsed, p50: at(0.5), p99: at(0.99) }
}

serveParent({ prepare, load })
