import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import project from '../package.json' with { type: 'json' }

type Deeds = Record<string, (input: never) => unknown>
type Question = { id: number; deed: string; input: unknown }
type Told = { id: number; result?: unknown; fault?: string }

/** Another process of the bench, asked to do one thing after the other. */
export interface BenchProcess {
  ask<T>(deed: string, input?: unknown): Promise<T>
  stop(): Promise<void>
}

/** How `npm start` runs the bot: it is measured as it is run. */
export const startFlags: readonly string[] = project.scripts.start.split(' ').filter((word) => word.startsWith('--'))

/** Starts a file of this folder in a process of its own. Every contestant gets the same treatment. */
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
    const listen = (told: Told) => {
      if (told.id !== question.id) return
      settle()
      if (told.fault === undefined) resolve(told.result)
      else reject(new Error(`${file}: ${told.fault}`))
    }
    child.on('message', listen)
    child.once('exit', gone)
    child.send(question)
  })
}

/** Time in µs that the processor has worked for this process so far: unlike the clock it does not count other processes. */
function processorTime(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** What a process does when its parent asks; it ends when the parent lets go of it. */
export function serveParent(deeds: Deeds, end: () => Promise<void> = async () => {}): void {
  const all: Deeds = { cpu: processorTime, ...deeds }
  process.on('message', async ({ id, deed, input }: Question) => {
    try {
      const result = await all[deed]?.(input as never)
      process.send?.({ id, result } satisfies Told)
    } catch (error) {
      process.send?.({ id, fault: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  })
  process.on('disconnect', () => {
    void end().finally(() => process.exit(0))
  })
}
