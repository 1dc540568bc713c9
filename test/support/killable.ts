import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Posted, post } from './bot.ts'
import type { Hit, Order, Said } from './killable-bot.ts'

const file = new URL('killable-bot.ts', import.meta.url)
const compiled = join(tmpdir(), 'multicanal-compile-cache')

/** A process that has read its code and waits to be told what to be. */
const fresh = (): ChildProcess =>
  fork(file, {
    execArgv: [],
    env: { ...process.env, NODE_COMPILE_CACHE: compiled, NODE_ENV: 'production' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })

/** False where the process died before it knew. */
const armChild = (child: ChildProcess, hit: Hit): Promise<boolean> =>
  new Promise((resolve) => {
    const end = (isArmed: boolean) => {
      child.off('message', listen).off('exit', die)
      resolve(isArmed)
    }
    const listen = (said: Said) => 'armed' in said && end(true)
    const die = () => end(false)
    child.on('message', listen).once('exit', die)
    child.send({ hit }, (error) => error && die())
  })

const isAlive = (child: ChildProcess) => child.exitCode === null && child.signalCode === null

/**
 * The bot as a process that is killed and started again on the same port and data. The next one is ready while this one
 * runs, so that little time passes between the two. `deliver` does as Teams does.
 */
export async function startKillable(order: Order) {
  let present = fresh()
  let next = fresh()
  let port = 0
  let kills = 0
  let closed = false
  let startMs = 0
  let passed: (name: string) => void = () => {}

  async function begin(): Promise<void> {
    const began = performance.now()
    const child = present
    child.on('message', (said: Said) => {
      if ('passed' in said) passed(said.passed)
    })
    // A process that has not started yet gets its messages later.
    child.send({ order: { ...order, env: { ...order.env, PORT: String(port) } } })
    port = await new Promise<number>((resolve, reject) => {
      child.on('message', (said: Said) => 'port' in said && resolve(said.port))
      child.once('exit', (code, signal) => reject(new Error(`the bot ended before it listened: ${code ?? signal}`)))
    })
    startMs += performance.now() - began
  }

  /** Takes the next process in the place of the one that is gone. */
  async function takeNext(): Promise<void> {
    present = next
    if (!closed) next = fresh()
    await begin()
  }

  let taking = begin()
  await taking

  const bot = {
    url: () => `http://127.0.0.1:${port}`,
    pid: () => present.pid as number,
    kills: () => kills,
    /** Milliseconds that a start took on average, from the order to the open port. */
    meanStartMs: () => Math.round(startMs / (kills + 1)),
    /** Kills the process now and puts the next one in its place. */
    kill: async (): Promise<void> => {
      const gone = once(present, 'exit')
      present.kill('SIGKILL')
      await gone
      kills += 1
      taking = takeNext()
      await taking
    },
    /** Says where the process hits itself, and waits until it knows; the next one where this one dies first. */
    arm: async (hit: Hit): Promise<void> => {
      for (let isArmed = false; !isArmed; ) {
        await bot.revive()
        isArmed = await armChild(present, hit)
      }
    },
    /** Puts the next process in the place of one that has killed itself by now; false where it lives. */
    revive: async (): Promise<boolean> => {
      const isDead = !isAlive(present)
      if (isDead) {
        kills += 1
        taking = takeNext()
      }
      await taking
      return isDead
    },
    /** Calls back for each failpoint passed, once a process is armed with `report`. */
    onPassed: (listen: (name: string) => void): void => {
      passed = listen
    },
    /** Sends an activity, and again with the same id for as long as it is not answered or met an error of the server. */
    deliver: async (activity: object, ms = 60_000): Promise<Posted> => {
      for (const end = Date.now() + ms; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
        const posted = await post(bot.url(), activity).catch(() => undefined)
        if (posted && posted.status < 500) return posted
        if (Date.now() > end) throw new Error(`nobody answers: ${posted?.status ?? 'no connection'}`)
      }
    },
    /** Ends both processes. */
    stop: async (): Promise<void> => {
      closed = true
      const all = [present, next].filter(isAlive)
      await Promise.all(
        all.map((child) => {
          const gone = once(child, 'exit')
          child.kill('SIGKILL')
          return gone
        }),
      )
    },
  }
  return bot
}
export type Killable = Awaited<ReturnType<typeof startKillable>>
