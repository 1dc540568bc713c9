import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type ProcessGroup, type SandboxProcess, StartError } from '../processes.ts'
import { playgroundConfigOf, type SandboxSeat } from './seats.ts'

export interface ChatWindow {
  seat: SandboxSeat
  url: string
  process: SandboxProcess
  /** Returns the end of its log, the only hint at why it ended. */
  lastWords: () => string
}

export interface ChatWindowOptions {
  processes: ProcessGroup
  /** URL of the bot for activities. */
  endpoint: string
  port: number
  /** Language of the client, such as `fr-FR`. */
  locale: string
  /** A directory for its configuration and its log. */
  folder: string
}

const cli = createRequire(import.meta.url).resolve('@microsoft/m365agentsplayground/cli.js')
const preload = new URL('preload.ts', import.meta.url).href
const MAX_ATTEMPTS = 3

/**
 * Environment variables that it may see. Proxies are left out, as it would use them even towards the bot, and so are
 * credentials.
 */
const known = ['PATH', 'HOME', 'TZ', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'USERPROFILE']

/** Returns the name of a window for the terminal. */
export const nameOfWindow = (seat: SandboxSeat) => `the window of the ${seat.desk.toLowerCase()}`

/** Starts a Playground window on the given port, or on a free one if that is taken. Throws StartError. */
export async function startChatWindow(seat: SandboxSeat, options: ChatWindowOptions): Promise<ChatWindow> {
  const log = join(options.folder, `${seat.slug}.log`)
  const lastWords = () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').slice(-5).join('\n') : '')
  let { port } = options
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const process = await startOn(port, seat, options, log)
    const listening = Number(process.ready[1])
    if (listening === port) return { seat, url: `http://127.0.0.1:${port}`, process, lastWords }
    // It picks a free port if its own is taken, but keeps telling the bot the address it was given.
    await process.stop()
    port = listening
  }
  throw new StartError(`${nameOfWindow(seat)} found no free port`)
}

function startOn(
  port: number,
  seat: SandboxSeat,
  { processes, endpoint, locale, folder }: ChatWindowOptions,
  log: string,
) {
  const config = join(folder, `${seat.slug}.yml`)
  writeFileSync(config, JSON.stringify(playgroundConfigOf(seat), null, 2))
  const flags = {
    '--app-endpoint': endpoint,
    '--port': String(port),
    '--channel-id': 'msteams',
    '--service-url': `http://127.0.0.1:${port}/_connector`,
  }
  const surroundings = Object.entries(process.env).filter(([name]) => known.includes(name))
  return processes.start(['--import', preload, cli, 'start', ...Object.entries(flags).flat(), '--disable-telemetry'], {
    name: nameOfWindow(seat),
    cwd: folder,
    until: /^Listening on (\d+)\s*$/m,
    env: {
      ...Object.fromEntries(surroundings),
      TEAMSAPPTESTER_BROWSER: 'none',
      // It reports statistics without this, even with telemetry disabled.
      APPLICATION_INSIGHTS_NO_STATSBEAT: 'true',
      M365_AGENTS_PLAYGROUND_CONFIG_PATH: config,
      M365_AGENTS_PLAYGROUND_LOGFILE: log,
      PLAYGROUND_LOCALE: locale,
    },
  })
}
