import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const root = join(import.meta.dirname, '..', '..', '..')

/** Output of `npm run sandbox`, as far as these tests read it. */
export interface Shown {
  id: string
  tenant: string
  edition: string
  revision: number
  state: string
  answers: Record<string, string>
  outcome: string[]
  tracks: { kind: string; state: string; due: string | null }[]
  createdBy: string
  history: { seq: number; by: string; event: string; detail: Record<string, unknown> }[]
}

/** Starts the sandbox as a person at a terminal does, with a database of its own, on free ports. */
export async function startSandbox(args: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'multicanal-terminal-'))
  const env = { ...process.env, DATABASE_URL: `sqlite:${join(folder, 'cases.db')}`, PORT: '0', OPERATOR_PORT: '0' }
  const npm = spawn('npm', ['run', 'sandbox', '--', ...args], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<void>((resolve) => npm.once('close', () => resolve()))
  let printed = ''
  const listeners = new Set<() => void>()
  for (const stream of [npm.stdout, npm.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      for (const listener of listeners) listener()
    })
  }

  /** Waits until the terminal shows this; gives what the pattern found. */
  const shown = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(printed)
        if (!found) return
        listeners.delete(look)
        resolve(found)
      }
      listeners.add(look)
      void ended.then(() => reject(new Error(`the sandbox exited:\n${printed}`)))
      look()
    })

  await shown(/Stop/)
  return {
    shown,
    /** All that the terminal shows. */
    terminal: () => printed,
    /** The address of a window, by the name that the terminal gives it. */
    url: async (name: string) => (await shown(new RegExp(`${name} +(http://\\S+)`)))[1] ?? '',
    /** The address of the page on which the other side is played, with a slash at its end. */
    page: async () => (await shown(/Customer and other partners: (http:\/\/\S+\/)/))[1] ?? '',
    /** The process of the bot that runs now. */
    botPid: () => Number([...printed.matchAll(/bot .*?process (\d+)/gi)].at(-1)?.[1]),
    /** The same of the simulated services. */
    upstreamPid: () => Number([...printed.matchAll(/Microsoft .*process (\d+)/g)].at(-1)?.[1]),
    show: async (id: string): Promise<Shown> => {
      const { stdout } = await promisify(execFile)('npm', ['run', '-s', 'cases', '--', 'show', id], { cwd: root, env })
      return JSON.parse(stdout) as Shown
    },
    /** Stops it and waits until every process of it has let go of the terminal. */
    stop: async () => {
      npm.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
export type Sandbox = Awaited<ReturnType<typeof startSandbox>>
