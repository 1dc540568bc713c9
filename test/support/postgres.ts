import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'

const serverFile = fileURLToPath(new URL('postgres-server.ts', import.meta.url))

export interface PostgresServer {
  url: string
  /** Kills it, as an immediate shutdown does, and starts it again. */
  restart: () => Promise<void>
  stop: () => Promise<void>
}

/**
 * Starts a PostgreSQL server that loses everything when it is stopped, or when this process ends in whatever way. With
 * `fsync` a commit waits for the disk, as it does in production.
 */
export async function startPostgres(fsync: 'on' | 'off' = 'off'): Promise<PostgresServer> {
  // Detached, so that Ctrl-C does not end it before it has cleaned up; the end of its standard input does.
  const server = spawn(process.execPath, [serverFile, fsync], { detached: true, stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(server, 'exit')
  const lines = createInterface({ input: server.stdout })
  const [url] = (await Promise.race([once(lines, 'line'), exited])) as [unknown]
  if (typeof url !== 'string') throw new Error('PostgreSQL did not start; the reason stands above')
  const stop = async () => {
    server.stdin.end()
    await exited
  }
  const restart = async () => {
    const done = once(lines, 'line')
    server.stdin.write('restart\n')
    await Promise.race([done, exited])
  }
  return { url, restart, stop }
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
