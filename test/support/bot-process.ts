import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { freePort } from './postgres.ts'

const main = join(import.meta.dirname, '..', 'sandbox', 'main.ts')

/** The bot as a process of its own, as `npm run sandbox -- --headless` starts it, that can be killed and started again. */
export async function startBotProcess(env: Record<string, string>) {
  const ports = { PORT: String(await freePort()), OPERATOR_PORT: String(await freePort()) }
  let child: ChildProcess | undefined

  async function start(): Promise<void> {
    child = spawn(process.execPath, [main, '--headless'], {
      env: { ...process.env, ...ports, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    for await (const chunk of child.stdout ?? []) if (String(chunk).includes('http://')) return
    throw new Error('the bot ended before it listened')
  }

  await start()
  return {
    url: `http://127.0.0.1:${ports.PORT}`,
    start,
    /** Ends the process as a power cut would, and waits until it is gone. */
    kill: async (): Promise<void> => {
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}
