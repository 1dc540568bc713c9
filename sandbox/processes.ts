import { spawn } from 'node:child_process'

export interface SandboxProcess {
  pid: number
  /** What it printed when it was ready, as the pattern took it apart. */
  ready: RegExpExecArray
  /** Resolves with how it ended, such as "exit code 1" or "SIGKILL"; never, when it was asked to stop. */
  died: Promise<string>
  isRunning: () => boolean
  /** Asks it to stop and waits until it has; one that does not within five seconds is killed. */
  stop: () => Promise<void>
}

/** A process that ended before it was ready. */
export class StartError extends Error {
  override readonly name = 'StartError'
}

const patienceMs = 5_000

/** The processes of a sandbox: all of them end with it. */
export function createProcessGroup() {
  const stops = new Set<() => Promise<void>>()
  let stopping = false

  /**
   * Starts Node with these arguments and waits for the line on its standard output that says it is ready. The process
   * gets a channel to this one, and so can tell when this one is gone. Throws StartError.
   */
  async function start(
    args: readonly string[],
    { name, until, ...where }: { name: string; env: NodeJS.ProcessEnv; cwd?: string; until: RegExp },
  ): Promise<SandboxProcess> {
    if (stopping) throw new StartError(`${name} is not started any more`)
    const child = spawn(process.execPath, args, { ...where, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
    let wanted = true
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message))
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
    })
    const stop = async () => {
      wanted = false
      child.kill('SIGTERM')
      const deadline = setTimeout(() => child.kill('SIGKILL'), patienceMs)
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
      void ended.then((how) => reject(new StartError(`${name} has ended (${how})`)))
    })
    const died = new Promise<string>((resolve) => {
      void ended.then((how) => wanted && resolve(how))
    })
    const isRunning = () => child.exitCode === null && child.signalCode === null
    return { pid: child.pid ?? 0, ready, died, isRunning, stop }
  }

  return {
    start,
    /** Stops all of them, also those that are not ready yet; no other can be started. */
    stop: async (): Promise<void> => {
      stopping = true
      await Promise.all([...stops].map((stop) => stop()))
    },
  }
}
export type ProcessGroup = ReturnType<typeof createProcessGroup>
