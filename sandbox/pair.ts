import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { ProcessGroup, SandboxProcess } from './processes.ts'

/** The bot, and the simulated services it acts at. */
export interface ProcessPair {
  bot: SandboxProcess
  upstream: SandboxProcess
}

const botMain = join(import.meta.dirname, 'main.ts')
const upstreamMain = join(import.meta.dirname, 'upstream', 'main.ts')
/** Whatever ends both does not end them in the same moment. */
const bothMs = 100

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

/** The page on which a person plays customers and other partners. */
export const pageOf = ({ upstream }: ProcessPair): string => `${upstream.ready[1]}/`

/** Starts both; the first pattern match of each is its address, the second its port. Throws StartError. */
export async function startPair(processes: ProcessGroup): Promise<ProcessPair> {
  const upstream = await startUpstream(processes)
  return { upstream, bot: await startBot(processes, upstream, process.env) }
}

/**
 * Starts again whatever dies, where it was: cases and companies are to be found as they were. The bot goes with its
 * upstream, whose certificate is another one each time. Throws StartError when that fails.
 */
export async function keepAlive(processes: ProcessGroup, { bot, upstream }: ProcessPair): Promise<never> {
  const env = { ...process.env, PORT: bot.ready[2] }
  const port = ['--port', upstream.ready[2] ?? '0']
  for (;;) {
    await Promise.race([bot.died, upstream.died])
    await pause(bothMs)
    if (upstream.isRunning()) {
      console.error(`\nSandbox: the bot has ended (${await bot.died}) and is started again.`)
    } else {
      console.error(`\nSandbox: the simulated Partner Center has ended (${await upstream.died}).`)
      console.error('It is started again, and the bot with it.')
      await bot.stop()
      upstream = await startUpstream(processes, port)
      console.error(`Customer and other partners: ${pageOf({ bot, upstream })}`)
    }
    bot = await startBot(processes, upstream, env)
    console.error(`Sandbox: the bot is back, process ${bot.pid}; Microsoft is process ${upstream.pid}.`)
  }
}
