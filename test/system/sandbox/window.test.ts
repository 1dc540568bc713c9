import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createProcessGroup } from '../../../sandbox/processes.ts'
import { type SandboxSeat, seats } from '../../../sandbox/windows/seats.ts'
import { startChatWindow } from '../../../sandbox/windows/window.ts'

type Activity = Record<string, unknown> & { type: string }

const folder = mkdtempSync(join(tmpdir(), 'multicanal-window-'))
const processes = createProcessGroup()
const received: Activity[] = []
const bot = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  if (request.method === 'POST') received.push(JSON.parse(Buffer.concat(chunks).toString()) as Activity)
  response.end()
  bot.emit('received')
})
const portOf = (server: { address: () => unknown }) => (server.address() as AddressInfo).port

/** A window on a free port, unless given one. */
const start = (seat: SandboxSeat, { port = 0, locale = 'en-US' } = {}) =>
  startChatWindow(seat, { processes, folder, port, locale, endpoint: `http://127.0.0.1:${portOf(bot)}/api/messages` })

/** Activity that the window sends when a page shows the personal chat. */
async function installation(url: string, seat: SandboxSeat): Promise<Activity | undefined> {
  received.length = 0
  await fetch(`${url}/_debug/conversation/${encodeURIComponent(`a:${seat.slug}-personal`)}/installation`, {
    method: 'POST',
  })
  while (!received.some(({ type }) => type === 'installationUpdate')) await once(bot, 'received')
  return received.find(({ type }) => type === 'installationUpdate')
}

beforeAll(async () => {
  bot.listen(0, '127.0.0.1')
  await once(bot, 'listening')
})

afterAll(async () => {
  await processes.stop()
  bot.closeAllConnections()
  bot.close()
  rmSync(folder, { recursive: true })
})

describe('a window of the sandbox', () => {
  it('sends messages as its person, in their tenant and language', async () => {
    const windows = await Promise.all(seats.map((seat) => start(seat, { locale: 'fr-FR' })))
    for (const window of windows) {
      const { seat } = window
      expect(await installation(window.url, seat)).toMatchObject({
        locale: 'fr-FR',
        serviceUrl: `${window.url}/_connector`,
        from: { aadObjectId: seat.person },
        conversation: { id: `a:${seat.slug}-personal`, tenantId: seat.tenant },
      })
    }
  })

  it('uses a free port if its own is taken, and gives the bot the new address', async () => {
    const other = createTcpServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    onTestFinished(() => void other.close())
    const [seat] = seats as [SandboxSeat]
    const window = await start(seat, { port: portOf(other) })
    expect(window.url).not.toContain(`:${portOf(other)}`)
    expect(await installation(window.url, seat)).toMatchObject({ serviceUrl: `${window.url}/_connector` })
  })

  it('is unreachable from other machines', async () => {
    const { url } = await start(seats[0] as SandboxSeat)
    const outside = Object.values(networkInterfaces()).flatMap((all) => all ?? [])
    const addresses = outside
      .filter(({ family, internal }) => family === 'IPv4' && !internal)
      .map((network) => network.address)
    // Linux has more loopback addresses than one: a server that listens on all answers there too.
    if (process.platform === 'linux') addresses.push('127.0.0.2')
    const reached = (host: string) =>
      new Promise<boolean>((resolve) => {
        const socket = connect({ host, port: Number(new URL(url).port) }, () => {
          socket.destroy()
          resolve(true)
        })
        socket.on('error', () => resolve(false))
      })
    expect(await reached('127.0.0.1')).toBe(true)
    for (const address of addresses) expect([address, await reached(address)]).toEqual([address, false])
  })

  it('reports how it died, with the end of its log', async () => {
    const [seat] = seats as [SandboxSeat]
    const window = await start(seat)
    await installation(window.url, seat)
    process.kill(window.process.pid, 'SIGKILL')
    expect(await window.process.died).toBe('SIGKILL')
    expect(window.lastWords()).toContain('Listening on')
  })
})
