import { spawn } from 'node:child_process'

export interface SandboxProcess {
  pid: number
  /** Match of `until` in its output. */
  ready: RegExpExecArray
  /** Resolves with its end, such as "exit code 1" or "SIGKILL". Stays pending if `stop` ended it. */
  died: Promise<string>
  isRunning: () => boolean
  /** Stops it with SIGTERM, and after five seconds with SIGKILL. */
  stop: () => Promise<void>
}

/** Thrown if a process ended before it was ready. */
export class StartError extends Error {
  override readonly name = 'StartError'
}

const KILL_AFTER_MS = 5_000

/** Creates the group of processes of a sandbox, which end together. */
export function createProcessGroup() {
  const stops = new Set<() => Promise<void>>()
  let stopping = false

  /**
   * Starts Node with these arguments and waits until its output matches `until`. The IPC channel tells the process when
   * this one is gone. Throws StartError.
   */
  async function start(
    args: readonly string[],
    { name, until, ...where }: { name: string; env: NodeJS.ProcessEnv; cwd?: string; until: RegExp },
  ): Promise<SandboxProcess> {
    if (stopping) throw new StartError(`${name} was not started because the sandbox is stopping`)
    const child = spawn(process.execPath, args, { ...where, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
    let wanted = true
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message))
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
    })
    const stop = async () => {
      wanted = false
      child.kill('SIGTERM')
      const deadline = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS)
      await ended
      clearTimeout(deadline)
    }
    stops.add(stop)
    void ended.then(() => stops.delete(stop))

    let printed = ''
    const ready = await new Promise<RegExpExecArray>((resolve, reject) => {
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        printed += text
        const found = until.exec(printed)
        if (found) resolve(found)
      })
      void ended.then((how) => reject(new StartError(`${name} exited before it was ready (${how})`)))
    })
    const died = new Promise<string>((resolve) => {
      void ended.then((how) => wanted && resolve(how))
    })
    const isRunning = () => child.exitCode === null && child.signalCode === null
    return { pid: child.pid ?? 0, ready, died, isRunning, stop }
  }

  return {
    start,
    /** Stops all processes, those not ready included, and refuses new ones. */
    stop: async (): Promise<void> => {
      stopping = true
      await Promise.all([...stops].map((stop) => stop()))
    },
  }
}
export type ProcessGroup = ReturnType<typeof createProcessGroup>
