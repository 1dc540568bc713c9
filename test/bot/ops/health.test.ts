import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createHealthServer } from '../../../bot/ops/health.ts'
import { addEffects } from '../../../state/outbox-store.ts'
import { activity, post, startBot } from '../../support/bot.ts'
import { startLedgerWorld } from '../../support/ledger-world.ts'
import { somebody, startWorld } from '../../support/world.ts'

const read = async (url: string, init?: RequestInit) => {
  const response = await fetch(url, init)
  return { status: response.status, text: await response.text(), type: response.headers.get('content-type') }
}
const metrics = { contentType: 'text/plain', render: async () => 'figures' }

async function listening(notReady: () => Promise<string | undefined>) {
  const operator = createHealthServer({ notReady, metrics })
  const port = await operator.listen(0)
  onTestFinished(() => operator.close())
  return { operator, url: `http://127.0.0.1:${port}` }
}

describe('the operator’s port', () => {
  it('says what stands in the way, and is not ready from the moment it drains', async () => {
    const { operator, url } = await listening(async () => undefined)
    expect(await read(`${url}/readyz`)).toMatchObject({ status: 200, text: 'ready\n' })
    operator.drain()
    expect(await read(`${url}/readyz`)).toMatchObject({ status: 503, text: 'not ready: draining\n' })
    expect(await read(`${url}/healthz`)).toMatchObject({ status: 200, text: 'ok\n' })
  })

  it('lives on, and is not ready, while the database says no or nothing', async () => {
    const refusing = await listening(() => Promise.reject(new Error('secret')))
    expect(await read(`${refusing.url}/readyz`)).toMatchObject({ status: 503, text: 'not ready: database\n' })
    const hanging = await listening(() => new Promise(() => {}))
    expect(await read(`${hanging.url}/readyz`)).toMatchObject({ status: 503, text: 'not ready: database\n' })
    expect(await read(`${hanging.url}/healthz`)).toMatchObject({ status: 200 })
  })

  it('only reads, and knows three addresses', async () => {
    const { url } = await listening(async () => undefined)
    expect((await read(`${url}/metrics`, { method: 'POST' })).status).toBe(405)
    expect((await read(`${url}/api/messages`)).status).toBe(404)
  })
})

describe('the metrics', () => {
  it('count turns, sends and what is due, and name nobody', async () => {
    const world = await startWorld({}, 'test')
    const who = somebody()
    await world.chat(who).say('hello')
    const { text, type, status } = await read(`${world.bot.operatorUrl}/metrics`)
    expect([status, type]).toEqual([200, expect.stringMatching(/^text\/plain; version=0\.0\.4/)])
    expect(text).toMatch(/^multicanal_turns_total\{kind="text",outcome="done"\} 1$/m)
    expect(text).toMatch(/^multicanal_turn_seconds_count 1$/m)
    expect(text).toMatch(/^multicanal_connector_sends_total\{result="confirmed"\} 1$/m)
    expect(text).toMatch(/^multicanal_http_answers_total\{status="200"\} 1$/m)
    expect(text).toMatch(/^process_cpu_seconds_total /m)
    expect(Number(/^multicanal_transaction_seconds_count (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(1)
    for (const secret of [who.id, who.name, who.conversation, 'MC-']) expect(text).not.toContain(secret)
  })

  it('show how much waits, for how long, and what waits for a person', async () => {
    const world = await startWorld({}, 'test')
    world.connector.fail({ status: 403, body: { error: { code: 'BotDisabledByAdmin' } } })
    await post(world.bot.url, activity(world.connector.url, somebody(), { type: 'message', text: 'hello' }))
    await expect
      .poll(async () => (await read(`${world.bot.operatorUrl}/metrics`)).text)
      .toMatch(/set_aside\{state="parked"\} 1/)
    await world.bot.stop()
    const later = new Date(Date.now() + 3_600_000).toISOString()
    const effect = { tenant: 't', payload: {}, conversation: 'c' }
    await world.database.transaction((tx) =>
      addEffects(tx, [
        { ...effect, kind: 'say', key: 'now' },
        { ...effect, kind: 'wake', key: 'later', due: later },
      ]),
    )
    const { createMetrics } = await import('../../../bot/ops/metrics.ts')
    await new Promise((resolve) => setTimeout(resolve, 50))
    const text = await createMetrics({ database: () => world.database, leaseMs: 1_000 }).render()
    expect(text).toMatch(/^multicanal_outbox_effects\{kind="say",state="due"\} 1$/m)
    expect(text).toMatch(/^multicanal_outbox_effects\{kind="reply",state="parked"\} 1$/m)
    expect(text).not.toContain('kind="wake"')
    const seconds = Number(/^multicanal_outbox_oldest_seconds (.+)$/m.exec(text)?.[1])
    expect(seconds).toBeGreaterThanOrEqual(0.05)
    expect(seconds).toBeLessThan(60)
  })

  it('count what is asked of Microsoft, which may be away without the bot being unready', async () => {
    const world = await startLedgerWorld()
    const ready = await world.prepare('request')
    world.upstream.faults.set([{ on: '*', kind: '429', probability: 1 }])
    await world.press(ready)
    const figures = async () => (await read(`${world.bot.operatorUrl}/metrics`)).text
    await expect
      .poll(figures)
      .toMatch(/multicanal_upstream_requests_total\{host="127[^"]+",method="POST",status="4xx"\} 1/)
    expect((await read(`${world.bot.operatorUrl}/readyz`)).status).toBe(200)
  })

  it('are those of each bot alone', async () => {
    const bots = [await startBot(), await startBot()]
    for (const bot of bots) onTestFinished(() => bot.stop())
    for (const bot of bots) expect((await read(`${bot.operatorUrl}/metrics`)).text).toContain('multicanal_turn_seconds')
  })
})

it('the operator’s port is one of loopback', async () => {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  const operator = createHealthServer({ notReady: async () => undefined, metrics })
  onTestFinished(() => operator.close())
  expect(await operator.listen(port)).toBe(port)
  const addresses = Object.values((await import('node:os')).networkInterfaces()).flatMap((list) => list ?? [])
  for (const { address, internal, family } of addresses) {
    if (internal || family !== 'IPv4') continue
    await expect(fetch(`http://${address}:${port}/healthz`)).rejects.toThrow()
  }
})
