import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import project from '../package.json' with { type: 'json' }

type Deeds = Record<string, (input: never) => unknown>
type Question = { id: number; deed: string; input: unknown }
type Reply = { id: number; result?: unknown; fault?: string }

/** Child process that does one thing at a time on request. */
export interface BenchProcess {
  ask<T>(deed: string, input?: unknown): Promise<T>
  stop(): Promise<void>
}

/** Node flags of `npm start`, so that the bot is measured the way it runs. */
export const startFlags: readonly string[] = project.scripts.start.split(' ').filter((word) => word.startsWith('--'))

/** Starts a file of this folder, or one at a URL, as a child process. */
export async function startProcess(
  file: string | URL,
  flags: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<BenchProcess> {
  const child = fork(new URL(file, import.meta.url), {
    execArgv: [...flags],
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  await once(child, 'spawn')
  let last = 0
  return {
    ask: <T>(deed: string, input?: unknown) => {
      last += 1
      return answerOf(child, file, { id: last, deed, input }) as Promise<T>
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}

function answerOf(child: ChildProcess, file: string | URL, question: Question): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      child.off('message', listen)
      child.off('exit', gone)
    }
    const gone = () => {
      settle()
      reject(new Error(`${file} ended`))
    }
    const listen = (reply: Reply) => {
      if (reply.id !== question.id) return
      settle()
      if (reply.fault === undefined) resolve(reply.result)
      else reject(new Error(`${file}: ${reply.fault}`))
    }
    child.on('message', listen)
    child.once('exit', gone)
    child.send(question)
  })
}

/** Returns the processor time of this process in µs. Other processes do not count, unlike with a clock. */
function processorTime(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** Serves requests of the parent process, and ends when the parent disconnects. */
export function serveParent(deeds: Deeds, end: () => Promise<void> = async () => {}): void {
  const all: Deeds = { cpu: processorTime, ...deeds }
  process.on('message', async ({ id, deed, input }: Question) => {
    try {
      const result = await all[deed]?.(input as never)
      process.send?.({ id, result } satisfies Reply)
    } catch (error) {
      process.send?.({ id, fault: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  })
  process.on('disconnect', () => {
    void end().finally(() => process.exit(0))
  })
}
