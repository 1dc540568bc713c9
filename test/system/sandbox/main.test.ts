import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { directPartnerTenant } from '../../../sandbox/upstream/companies.ts'
import { managerId } from '../../../sandbox/upstream/graph/groups.ts'
import { activity, buttonsOf, post, pressed, startConnector, textOf } from '../../support/bot.ts'
import { type Chat, createChat } from '../../support/chat.ts'
import { startSandbox } from './terminal.ts'

const main = join(import.meta.dirname, '..', '..', '..', 'sandbox', 'main.ts')
const fabrikam = 'c0000000-0000-4000-8000-000000000001'
const coho = 'c0000000-0000-4000-8000-000000000002'

/** Runs `main.ts` with these settings; its database is in memory unless given one. */
function run(args: readonly string[], env: Record<string, string> = {}) {
  const free = { DATABASE_URL: 'sqlite::memory:', PORT: '0', OPERATOR_PORT: '0' }
  const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, ...free, ...env } })
  onTestFinished(() => void child.kill('SIGKILL'))
  const exit = once(child, 'exit').then(([code]) => code as number | null)
  return { child, exit, complaint: () => text(child.stderr) }
}

const promised =
  /^The bot takes activities at (http:\/\/127\.0\.0\.1:\d+)\/api\/messages\nCustomer and other partners: (http:\/\/127\.0\.0\.1:\d+\/)\n$/

async function headless(env: Record<string, string> = {}, args: readonly string[] = []) {
  const { child, exit } = run(['--headless', ...args], env)
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
  const [, url, page] = promised.exec(line) ?? []
  if (url === undefined || page === undefined) throw new Error(`not the lines that were promised: ${line}`)
  return { child, exit, url, page }
}

function temporary(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

/** True if the customer has a partner to leave. */
const isServed = async (page: string, customer: string) => {
  const leaves = `<form method="post" action="/do/customer-leaves"><input type="hidden" name="customer" value="${customer}">`
  return (await (await fetch(page)).text()).includes(leaves)
}

/** Fetches the invitation link for a customer and reports it as sent. */
async function invite(chat: Chat, customer: string): Promise<void> {
  await chat.say('new')
  // The role is asked for the first time only.
  const asksRole = chat.buttons().some(({ data }) => data.value === 'direct')
  for (const value of [...(asksRole ? ['direct'] : []), 'licence', 'microsoft-direct', 'take-over']) {
    await chat.press('answer', { value })
  }
  await chat.press('start', { track: 'relationship' })
  await chat.press('set', { track: 'relationship' }, { customer })
  await chat.see(/If so, I’ll get the invitation link/)
  await chat.press('tick', { step: 'confirm-customer' })
  await chat.see(/I’ve sent it/)
  await chat.press('tick', { step: 'sent' })
}

/** A person presses a button of the page. */
async function play(page: string, action: string, fields: Record<string, string>): Promise<void> {
  const answer = await fetch(`${page}do/${action}`, { method: 'POST', body: new URLSearchParams(fields) })
  expect(await answer.text()).not.toContain('role="alert"')
}

describe('the headless sandbox', () => {
  it('answers a client at its service URL only if that is on loopback', async () => {
    const connector = await startConnector()
    onTestFinished(connector.close)
    const { url } = await headless()
    const message = { type: 'message', text: 'hello' }
    expect((await post(url, activity('https://smba.trafficmanager.net/emea/', {}, message))).status).toBe(403)
    expect((await post(url, activity(connector.url, {}, message))).status).toBe(200)
    await connector.until(1)
    expect(connector.sent).toHaveLength(1)
    expect(textOf(connector.sent[0]?.body.attachments?.[0]?.content)).toContain('Sandbox')
  })

  it('finds a case again after a kill -9', async () => {
    const databaseEnv = { DATABASE_URL: `sqlite:${join(temporary('multicanal-headless-'), 'made', 'cases.db')}` }
    const connector = await startConnector()
    onTestFinished(connector.close)
    const first = await headless(databaseEnv)
    await post(first.url, activity(connector.url, {}, { type: 'message', text: 'hello' }))
    await connector.until(1)
    const [direct] = buttonsOf(connector.sent[0]?.body.attachments?.[0]?.content)
    first.child.kill('SIGKILL')
    await first.exit

    const second = await headless(databaseEnv)
    const { body } = await post(second.url, activity(connector.url, {}, pressed('answer', direct?.data ?? {})))
    expect(textOf(body?.value)).toContain('What did the customer buy elsewhere?')
  })

  it('finds a pending relationship again after a kill -9, and notices its acceptance', async () => {
    const database = join(temporary('multicanal-under-way-'), 'cases.db')
    const databaseEnv = { DATABASE_URL: `sqlite:${database}` }
    const connector = await startConnector()
    onTestFinished(connector.close)
    const first = await headless(databaseEnv)
    const chat = createChat(first.url, connector, { tenant: directPartnerTenant })
    await invite(chat, 'fabrikam.example')
    await play(first.page, 'customer-accepts', { customer: coho, partner: directPartnerTenant })
    await expect.poll(() => readFileSync(`${database}.upstream.json`, 'utf8')).toContain(`"key":"${coho}`)
    first.child.kill('SIGKILL')
    await first.exit

    const second = await headless(databaseEnv)
    expect(await isServed(second.page, coho)).toBe(true)
    await play(second.page, 'customer-accepts', { customer: fabrikam, partner: directPartnerTenant })
    await chat.see(/Relationship accepted/)
  })

  it.each([
    ['the manager', {}, /Done: from now on, requests for admin rights are decided in this channel/],
    ['only the person named by ADMINS', { ADMINS: coho }, /Only the bot’s administrator can do that/],
  ])('has %s as its administrator', async (_, env, answer) => {
    const connector = await startConnector()
    onTestFinished(connector.close)
    const { url } = await headless(env)
    const conversation = '19:approvals@thread.tacv2'
    const channel = createChat(url, connector, {
      tenant: directPartnerTenant,
      id: managerId,
      type: 'channel',
      conversation,
    })
    expect(await channel.say('desk approvals')).toMatch(answer)
  })

  it('stops on a signal', async () => {
    const { child, exit } = await headless()
    child.kill('SIGTERM')
    expect(await exit).toBe(0)
  })
})

describe('the sandbox', () => {
  it('names an invalid setting and does not start', async () => {
    const { exit, complaint } = run([], { POLICY_EDITION: '1999' })
    expect(await complaint()).toContain('  POLICY_EDITION: must be one of')
    expect(await exit).toBe(1)
  })

  it('names a port that is in use and does not start', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    onTestFinished(() => void other.close())
    const { port } = other.address() as { port: number }
    const { exit, complaint } = run([], { PORT: String(port) })
    expect(await complaint()).toContain(`Port ${port} is taken`)
    expect(await exit).toBe(1)
  })

  it('prints its usage for an unknown option', async () => {
    for (const option of ['--windowless', '--locale=it', '--locale=customer=fr']) {
      const { exit, complaint } = run([option])
      expect(await complaint()).toContain('npm run sandbox -- --headless')
      expect(await exit).toBe(1)
    }
  })

  it.each([
    ['2025', 'Edition 2025 is withdrawn: 2026-11 replaces it.'],
    ['1999', 'There is no edition 1999. There are 2017-03 and 2026-11.'],
  ])('says which editions there are when it is asked for %s, and does not start', async (name, sentence) => {
    const { exit, complaint } = run(['--headless', '--edition', name])
    expect(await complaint()).toContain(sentence)
    expect(await exit).toBe(1)
  })

  it.each([
    [[], ['take-over', 'support-only']],
    [['--edition', '2017-03'], []],
  ])('asks the questions of the newest edition, or of the one it is asked for: %j', async (args, goals) => {
    const connector = await startConnector()
    onTestFinished(connector.close)
    const { url } = await headless({}, args)
    const chat = createChat(url, connector)
    await chat.say('hello')
    for (const value of ['direct', 'licence', 'ea']) await chat.press('answer', { value })
    const offered = chat.buttons().filter(({ data }) => data.question === 'goal')
    expect(offered.map(({ data }) => data.value)).toEqual(goals)
  })

  it('opens four windows and a page, restarts a killed process, and stops them all', async () => {
    const sandbox = await startSandbox([])
    onTestFinished(sandbox.stop)
    const urls = await Promise.all(['Reseller', 'Direct partner', 'Manager', 'Second approver'].map(sandbox.url))
    const ping = (url: string) => fetch(`${url}/_debug/ping`).then((response) => response.text())
    expect(await Promise.all(urls.map(ping))).toEqual(['pong', 'pong', 'pong', 'pong'])
    expect(sandbox.terminal()).toContain('type "new"')
    expect(sandbox.terminal()).toMatch(/fabrikam\.example +no relationship yet/)
    const page = await sandbox.page()
    const see = () => fetch(page).then((response) => response.text())
    expect(await see()).toContain('Customers wait for you.')
    const connector = await startConnector()
    onTestFinished(connector.close)
    const [, bot = ''] = await sandbox.shown(/Bot +(http:\/\/[^/]+)/)
    const chat = createChat(bot, connector, { tenant: directPartnerTenant })
    await invite(chat, 'fabrikam.example')
    await play(page, 'customer-accepts', { customer: fabrikam, partner: directPartnerTenant })

    const killed = sandbox.botPid()
    const upstream = sandbox.upstreamPid()
    process.kill(killed, 'SIGKILL')
    await sandbox.shown(/the bot exited \(SIGKILL\)/)
    await sandbox.shown(/the bot is back/)
    expect(sandbox.botPid()).not.toBe(killed)
    expect(sandbox.upstreamPid()).toBe(upstream)

    process.kill(upstream, 'SIGKILL')
    await sandbox.shown(/the simulated Partner Center exited \(SIGKILL\)/)
    await sandbox.shown(/the bot is back[\s\S]*the bot is back/)
    expect(sandbox.upstreamPid()).not.toBe(upstream)
    expect(await isServed(page, fabrikam)).toBe(true)
    await invite(chat, 'coho.example')
    await play(page, 'customer-accepts', { customer: coho, partner: directPartnerTenant })
    await chat.see(/Relationship accepted/)

    const pids = [sandbox.botPid(), sandbox.upstreamPid()]
    await sandbox.stop()
    for (const url of urls) await expect(ping(url)).rejects.toThrow()
    await expect(see()).rejects.toThrow()
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })
})
