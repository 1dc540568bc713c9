import { connect, type Socket } from 'node:net'
import { serveParent } from './process.ts'
import { createWalker, type WalkedCase, type WalkedTurn, type Walker, type WalkOrder } from './walker.ts'
import { createReader, type LoadTarget, requestOf } from './wire.ts'

export interface LoadRound {
  target: LoadTarget
  seconds: number
  /** Maximum of turns, for a round that ends before its time. */
  turns?: number
}

/** Round in which people click at a fixed rate, however long the answers take. */
export interface SteadyLoad {
  target: LoadTarget
  seconds: number
  /** Turns started per second. */
  rate: number
}

export interface MeasuredLoad {
  turns: number
  /** Responses without the expected card. */
  wrong: number
  firstWrong: string | undefined
  perSecond: number
  p50: number
  p99: number
}

const connections = 32

let walkers: Walker[] = []
let checksCase = true

/** Share of the stored cases to click on. A contestant that stores none is checked for the kind of its answer only. */
export interface LoadPlan {
  stored: WalkedCase
  order: WalkOrder
  checks: 'case' | 'kind'
  /** Index among several clients. */
  share?: { index: number; of: number }
}

function prepare({ stored, order, checks, share = { index: 0, of: 1 } }: LoadPlan): void {
  const slots = connections * share.of
  const first = connections * share.index
  walkers = Array.from({ length: connections }, (_, slot) => createWalker(stored, order, first + slot, slots))
  checksCase = checks === 'case'
}

const kind = '"type":"application/vnd.microsoft.card.adaptive"'

const isRight = (turn: WalkedTurn, status: number, bytes: Buffer) =>
  status === 200 && bytes.includes(kind) && (!checksCase || turn.expected.every((part) => bytes.includes(part)))

/** Counts latencies and wrong responses of a round. */
function createCount() {
  const latencies: number[] = []
  const counted = { wrong: 0, firstWrong: undefined as string | undefined }
  return {
    answered: (took: number): void => {
      latencies.push(took)
    },
    wrong: (turn: WalkedTurn, bytes: Buffer): void => {
      counted.wrong += 1
      counted.firstWrong ??= `${JSON.stringify(turn)}\n${bytes.toString('utf8').slice(0, 2000)}`
    },
    measured: (elapsedMs: number): MeasuredLoad => {
      const sorted = Float64Array.from(latencies).sort()
      const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
      return {
        ...counted,
        turns: sorted.length,
        perSecond: (sorted.length * 1000) / elapsedMs,
        p50: at(0.5),
        p99: at(0.99),
      }
    },
  }
}
type Count = ReturnType<typeof createCount>

/** Opens a connection on which one person after the other clicks. Calls `onAnswer` when the next one may. */
async function open(target: LoadTarget, walker: Walker, count: Count, onAnswer: () => void) {
  const socket: Socket = connect(target.port, '127.0.0.1').setNoDelay(true)
  let turn: WalkedTurn
  let since = 0
  const read = createReader(({ status, bytes }) => {
    count.answered(performance.now() - since)
    if (!isRight(turn, status, bytes)) {
      count.wrong(turn, bytes)
      walker.giveUp()
    }
    onAnswer()
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject)
  })
  socket.on('data', read)
  return {
    /** Sends one press. Its latency counts from `begun`, when the person wanted to click. */
    click: (begun: number): void => {
      since = begun
      turn = walker.next()
      socket.write(requestOf(turn, target), 'latin1')
    },
    close: () => socket.destroy(),
  }
}

/** Keeps every connection busy with one turn at a time until the time is over. */
async function load({ target, seconds, turns = Number.POSITIVE_INFINITY }: LoadRound): Promise<MeasuredLoad> {
  const count = createCount()
  let left = turns
  const begun = performance.now()
  const end = begun + seconds * 1000
  const drive = async (walker: Walker) => {
    let over = () => {}
    const done = new Promise<void>((resolve) => {
      over = resolve
    })
    const next = () => {
      const now = performance.now()
      if (now >= end || left <= 0) return over()
      left -= 1
      connection.click(now)
    }
    const connection = await open(target, walker, count, next)
    next()
    await done
    connection.close()
  }
  await Promise.all(walkers.map(drive))
  return count.measured(performance.now() - begun)
}

/** Starts turns at a steady rate. A turn that waits for a free connection counts from when it was due. */
async function steady({ target, seconds, rate }: SteadyLoad): Promise<MeasuredLoad> {
  const count = createCount()
  const waiting: number[] = []
  const free: (() => void)[] = []
  const all = walkers.map(async (walker) => {
    const ready = () => {
      const due = waiting.shift()
      if (due === undefined) free.push(ready)
      else connection.click(due)
    }
    const connection = await open(target, walker, count, ready)
    free.push(ready)
    return connection
  })
  const opened = await Promise.all(all)
  const begun = performance.now()
  const total = Math.round(seconds * rate)
  for (let begunTurns = 0; begunTurns < total; ) {
    const due = begun + (begunTurns * 1000) / rate
    const early = due - performance.now()
    if (early > 0) {
      await new Promise((resolve) => setTimeout(resolve, early))
      continue
    }
    begunTurns += 1
    waiting.push(due)
    free.shift()?.()
  }
  while (free.length < opened.length) await new Promise((resolve) => setTimeout(resolve, 5))
  const measured = count.measured(performance.now() - begun)
  for (const connection of opened) connection.close()
  return measured
}

serveParent({ prepare, load, steady })
