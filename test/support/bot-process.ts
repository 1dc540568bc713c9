import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const main = join(import.meta.dirname, '..', '..', 'sandbox', 'main.ts')

/** The bot as a process of its own, as `npm run sandbox -- --headless` starts it, that can be killed and started again. */
export async function startBotProcess(env: Record<string, string>) {
  let child: ChildProcess | undefined

  /** Starts it and gives the port it listens on. */
  async function start(port: string): Promise<string> {
    const settings = { ...process.env, PORT: port, OPERATOR_PORT: '0', ...env }
    child = spawn(process.execPath, [main, '--headless'], { env: settings, stdio: ['ignore', 'pipe', 'inherit'] })
    for await (const chunk of child.stdout ?? []) {
      const [, listening] = /http:\/\/[^/]*:(\d+)/.exec(String(chunk)) ?? []
      if (listening) return listening
    }
    throw new Error('the bot ended before it listened')
  }

  const port = await start('0')
  return {
    url: `http://127.0.0.1:${port}`,
    start: () => start(port),
    /** Ends the process as a power cut would, and waits until it is gone. */
    kill: async (): Promise<void> => {
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}
