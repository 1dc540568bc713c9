import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { ProcessGroup, SandboxProcess } from './processes.ts'

/** The bot and the simulated services, as processes. */
export interface ProcessPair {
  bot: SandboxProcess
  upstream: SandboxProcess
}

const botMain = join(import.meta.dirname, 'main.ts')
const upstreamMain = join(import.meta.dirname, 'upstream', 'main.ts')
/** A signal to both processes does not end them in the same moment. */
const EXIT_GRACE_MS = 100

const startUpstream = (processes: ProcessGroup, args: readonly string[] = []): Promise<SandboxProcess> =>
  processes.start([upstreamMain, ...args], {
    name: 'the simulated Partner Center',
    env: process.env,
    until: /(http:\/\/\S+:(\d+))\/\n/,
  })

const startBot = (processes: ProcessGroup, upstream: SandboxProcess, env: NodeJS.ProcessEnv): Promise<SandboxProcess> =>
  processes.start([botMain, '--headless'], {
    name: 'the bot',
    env: { ...env, SANDBOX_UPSTREAM: upstream.ready[1] },
    until: /(http:\/\/\S+:(\d+)\/\S+)/,
  })

/** Returns the address of the page on which a person plays customers and other partners. */
export const pageOf = ({ upstream }: ProcessPair): string => `${upstream.ready[1]}/`

/** Starts both. In `ready`, group 1 is the address and group 2 the port. Throws StartError. */
export async function startPair(processes: ProcessGroup): Promise<ProcessPair> {
  const upstream = await startUpstream(processes)
  return { upstream, bot: await startBot(processes, upstream, process.env) }
}

/**
 * Restarts a process that ended, on its old port. The bot restarts with its upstream, whose certificate is new each
 * time. Throws StartError if a restart fails.
 */
export async function keepAlive(processes: ProcessGroup, { bot, upstream }: ProcessPair): Promise<never> {
  const env = { ...process.env, PORT: bot.ready[2] }
  const port = ['--port', upstream.ready[2] ?? '0']
  for (;;) {
    await Promise.race([bot.died, upstream.died])
    await pause(EXIT_GRACE_MS)
    if (upstream.isRunning()) {
      console.error(`\nSandbox: the bot exited (${await bot.died}). Restarting it.`)
    } else {
      console.error(`\nSandbox: the simulated Partner Center exited (${await upstream.died}).`)
      console.error('Restarting it, and the bot with it.')
      await bot.stop()
      upstream = await startUpstream(processes, port)
      console.error(`Customer and other partners: ${pageOf({ bot, upstream })}`)
    }
    bot = await startBot(processes, upstream, env)
    console.error(`Sandbox: the bot is back, process ${bot.pid}; Microsoft is process ${upstream.pid}.`)
  }
}
