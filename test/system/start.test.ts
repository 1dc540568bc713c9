import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { fullEnv } from '../support/env.ts'

const root = join(import.meta.dirname, '..', '..')

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  return port
}

/** Runs production with this environment and nothing else of ours, to its end. */
function start(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['bot/main.ts'], { cwd: root, env: { PATH: process.env.PATH ?? '', ...env } })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString()
      })
    }
    child.on('close', (code) => resolve({ code, output }))
  })
}

it('production reports not ready on SIGTERM, serves requests for a while longer, and exits with 0', async () => {
  const [port, operatorPort] = [await freePort(), await freePort()]
  const settings = { HOST: '127.0.0.1', PORT: `${port}`, OPERATOR_PORT: `${operatorPort}`, LOG_LEVEL: 'fatal' }
  const env = { PATH: process.env.PATH ?? '', ...fullEnv, ...settings, DATABASE_URL: 'sqlite::memory:' }
  const child = spawn(process.execPath, ['bot/main.ts'], { cwd: root, env, stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  const readiness = () =>
    fetch(`http://127.0.0.1:${operatorPort}/readyz`).then(
      (answer) => answer.text(),
      () => undefined,
    )
  // No key service is reachable here, so readiness keeps waiting for the keys.
  await vi.waitFor(async () => expect(await readiness()).toMatch(/keys/), 20_000)
  const ended = once(child, 'exit')
  const began = performance.now()
  child.kill('SIGTERM')
  await vi.waitFor(async () => expect(await readiness()).toMatch(/draining/))
  const answer = await fetch(`http://127.0.0.1:${port}/api/messages`, { method: 'POST', body: '{}' })
  expect([answer.status < 500, answer.headers.get('connection')]).toEqual([true, 'close'])
  expect(await ended).toEqual([0, null])
  expect(performance.now() - began).toBeLessThan(25_000)
})

it('unconfigured production refuses to start, names every missing setting and points to the sandbox', async () => {
  const { code, output } = await start({})
  expect(code).toBe(1)
  for (const name of [
    'MicrosoftAppId',
    'MicrosoftAppType',
    'MicrosoftAppPassword',
    'ALLOWED_TENANTS',
    'PARTNER_TENANT_ID',
    'PARTNER_CLIENT_ID',
    'PARTNER_CLIENT_SECRET',
  ])
    expect(output).toContain(name)
  expect(output).toContain('npm run sandbox')
  expect(output).not.toMatch(/\n\s+at /)
})

it('wrongly configured production names every wrong setting without its value', async () => {
  const { code, output } = await start({
    MicrosoftAppId: 'not-a-guid-at-all',
    MicrosoftAppType: 'Anything',
    MicrosoftAppPassword: 'a-very-secret-word',
    ALLOWED_TENANTS: 'everybody',
    POLICY_EDITION: '1999',
    PORT: 'many',
    BotOpenIdMetadata: 'http://evil.example',
  })
  expect(code).toBe(1)
  for (const name of [
    'MicrosoftAppId',
    'MicrosoftAppType',
    'ALLOWED_TENANTS',
    'POLICY_EDITION',
    'PORT',
    'BotOpenIdMetadata',
  ]) {
    expect(output).toContain(name)
  }
  for (const value of ['not-a-guid-at-all', 'a-very-secret-word', 'everybody', 'evil.example'])
    expect(output).not.toContain(value)
})

it.each([
  [1, {}],
  [0, { APPROVERS: fullEnv.PARTNER_TENANT_ID }],
  [0, { APPROVERS_GROUP: fullEnv.PARTNER_TENANT_ID }],
])('production says %i times that nobody can approve, with %o', async (times, named) => {
  // No machine has this address, so that it gets as far as listening and no further.
  const nowhere = { HOST: '192.0.2.1', DATABASE_URL: 'sqlite::memory:' }
  const { code, output } = await start({ ...fullEnv, ...nowhere, ...named } as Record<string, string>)
  expect(code).toBe(1)
  expect(output).toContain('192.0.2.1')
  expect(output.split('every approval will be refused').length - 1).toBe(times)
})
