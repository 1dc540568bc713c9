import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { sandboxUpstreamOptions, startSandboxUpstream } from '../../../sandbox/upstream/start.ts'

describe('the simulated services of the sandbox', () => {
  it.each([
    [{}, 3984, 'data/multicanal.db.upstream.json'],
    [{ PORT: '4978', DATABASE_URL: 'sqlite:/tmp/other.db' }, 4984, '/tmp/other.db.upstream.json'],
    [{ PORT: '0', DATABASE_URL: 'sqlite::memory:' }, 0, undefined],
    [
      { DATABASE_URL: 'postgres://bot:secret@db.example/cases?sslmode=verify-full' },
      3984,
      'data/db.example%2Fcases.upstream.json',
    ],
  ])('use a port and a file next to those of the bot: %o', (env, port, file) => {
    expect(sandboxUpstreamOptions(env)).toEqual({ port, file })
  })

  it('use a free port if their own is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    onTestFinished(() => void other.close())
    const { port } = other.address() as { port: number }
    const upstream = await startSandboxUpstream({ DATABASE_URL: 'sqlite::memory:' }, port)
    onTestFinished(upstream.stop)
    expect(upstream.url).not.toContain(`:${port}`)
    expect((await fetch(upstream.url)).status).toBe(200)
  })
})
