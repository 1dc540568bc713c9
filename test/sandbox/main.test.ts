import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { activity, buttonsOf, post, pressed, startConnector, textOf } from '../support/bot.ts'
import { startSandbox } from './terminal.ts'

const main = join(import.meta.dirname, 'main.ts')

/** Runs `main.ts` with these settings; its database is in memory unless given one. */
function run(args: readonly string[], env: Record<string, string> = {}) {
  const free = { DATABASE_URL: 'sqlite::memory:', PORT: '0', OPERATOR_PORT: '0' }
  const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, ...free, ...env } })
  onTestFinished(() => void child.kill('SIGKILL'))
  const exit = once(child, 'exit').then(([code]) => code as number | null)
  return { child, exit, complaint: () => text(child.stderr) }
}

async function headless(env: Record<string, string> = {}) {
  const { child, exit } = run(['--headless'], env)
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
  const url = /^The bot takes activities at (http:\/\/127\.0\.0\.1:\d+)\/api\/messages\n$/.exec(line)?.[1]
  if (url === undefined) throw new Error(`not the one line that was promised: ${line}`)
  return { child, exit, url }
}

describe('the headless sandbox', () => {
  it('answers a client on loopback at the service URL that the client names, and nowhere else', async () => {
    const connector = await startConnector()
    onTestFinished(connector.close)
    const { url } = await headless()
    const said = { type: 'message', text: 'hello' }
    expect((await post(url, activity('https://smba.trafficmanager.net/emea/', {}, said))).status).toBe(403)
    expect((await post(url, activity(connector.url, {}, said))).status).toBe(200)
    await connector.until(1)
    expect(connector.sent).toHaveLength(1)
    expect(textOf(connector.sent[0]?.body.attachments?.[0]?.content)).toContain('Sandbox')
  })

  it('finds a case again after a kill -9', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'multicanal-headless-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const kept = { DATABASE_URL: `sqlite:${join(folder, 'made', 'cases.db')}` }
    const connector = await startConnector()
    onTestFinished(connector.close)
    const first = await headless(kept)
    await post(first.url, activity(connector.url, {}, { type: 'message', text: 'hello' }))
    await connector.until(1)
    const [direct] = buttonsOf(connector.sent[0]?.body.attachments?.[0]?.content)
    first.child.kill('SIGKILL')
    await first.exit

    const second = await headless(kept)
    const { body } = await post(second.url, activity(connector.url, {}, pressed('answer', direct?.data ?? {})))
    expect(textOf(body?.value)).toContain('What did the customer buy elsewhere?')
  })

  it('stops at a signal', async () => {
    const { child, exit } = await headless()
    child.kill('SIGTERM')
    expect(await exit).toBe(0)
  })
})

describe('the sandbox', () => {
  it('says what is wrong with a setting, and does not start', async () => {
    const { exit, complaint } = run([], { POLICY_EDITION: '1999' })
    expect(await complaint()).toContain('  POLICY_EDITION: must be one of')
    expect(await exit).toBe(1)
  })

  it('says which port is taken, and does not start', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    onTestFinished(() => void other.close())
    const { port } = other.address() as { port: number }
    const { exit, complaint } = run([], { PORT: String(port) })
    expect(await complaint()).toContain(`Port ${port} is taken`)
    expect(await exit).toBe(1)
  })

  it('explains its options when it is given another', async () => {
    for (const option of ['--windowless', '--locale=it', '--locale=customer=fr']) {
      const { exit, complaint } = run([option])
      expect(await complaint()).toContain('npm run sandbox -- --headless')
      expect(await exit).toBe(1)
    }
  })

  it('opens three windows, starts a bot that was killed again, and takes all of them along when it stops', async () => {
    const sandbox = await startSandbox([])
    onTestFinished(sandbox.stop)
    const urls = await Promise.all(['Reseller', 'Direct partner', 'Manager'].map(sandbox.url))
    const ping = (url: string) => fetch(`${url}/_debug/ping`).then((response) => response.text())
    expect(await Promise.all(urls.map(ping))).toEqual(['pong', 'pong', 'pong'])
    expect(sandbox.terminal()).toContain('type "hello"')

    const killed = sandbox.botPid()
    process.kill(killed, 'SIGKILL')
    await sandbox.shown(/the bot has ended \(SIGKILL\)/)
    await sandbox.shown(/the bot is back/)
    expect(sandbox.botPid()).not.toBe(killed)

    const bot = sandbox.botPid()
    await sandbox.stop()
    for (const url of urls) await expect(ping(url)).rejects.toThrow()
    expect(() => process.kill(bot, 0)).toThrow('ESRCH')
  })
})
