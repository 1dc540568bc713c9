import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createAdapter, GateRefusal } from '../../../bot/ingress/adapter.ts'
import type { RefusalReason } from '../../../bot/ingress/gate.ts'
import { createServer } from '../../../bot/ingress/server.ts'
import { UnavailableError } from '../../../state/engine/transaction.ts'
import { startGate, teamsActivity } from '../../support/gate.ts'
import { APP_ID, createSigningPair, type TokenSpec } from '../../support/identity.ts'

const unpublished = createSigningPair('key-1')

describe('the adapter behind the gate', () => {
  async function start() {
    const { gate, identity } = await startGate()
    const refused: RefusalReason[] = []
    const turns: unknown[] = []
    const errors: unknown[] = []
    const adapter = createAdapter({
      appId: APP_ID,
      gate,
      answerRefresh: async () => undefined,
      onRefused: (reason) => refused.push(reason),
    })
    const server = createServer({
      handler: (request, reply) =>
        adapter.answer(request, reply, async (context) => {
          turns.push(context.activity)
          if (context.activity.text === 'throw') throw new Error('secret detail')
          if (context.activity.text === 'refuse') throw new GateRefusal('bad-activity')
          if (context.activity.text === 'away') throw new UnavailableError('database away')
          if (context.activity.text === 'send') await context.sendActivity('hello')
          if (context.activity.type !== 'invoke') return
          await context.sendActivity({ type: 'invokeResponse', value: { status: 200, body: { card: 1 } } })
        }),
      onError: (error) => errors.push(error),
    })
    const port = await server.listen(0, '127.0.0.1')
    onTestFinished(async () => {
      await Promise.all([identity.close(), server.close()])
    })
    const post = (body: object, token?: string) =>
      fetch(`http://127.0.0.1:${port}/api/messages`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      })
    return { post, mint: identity.mint, turns, errors, refused, adapter }
  }

  it('runs the turn of a message and answers 200 with nothing', async () => {
    const { post, mint, turns } = await start()
    const response = await post(teamsActivity(), mint())
    expect([response.status, await response.text()]).toEqual([200, ''])
    expect(turns).toEqual([expect.objectContaining({ timestamp: new Date('2026-01-15T10:00:00.123Z') })])
  })

  it('answers an invoke with its response', async () => {
    const { post, mint } = await start()
    const response = await post(teamsActivity({ type: 'invoke' }), mint())
    expect([response.status, await response.json()]).toEqual([200, { card: 1 }])
  })

  it.each<[string, object, TokenSpec | undefined, number, string, RefusalReason]>([
    ['no token', {}, undefined, 401, 'Unauthorized', 'no-token'],
    ['a wrong token', {}, { pair: unpublished }, 401, 'Unauthorized', 'signature'],
    ['another channel', { channelId: 'emulator' }, {}, 403, 'Forbidden', 'wrong-channel'],
    ['a time that is none', { timestamp: 'yesterday' }, {}, 400, 'Bad Request', 'bad-timestamp'],
    ['a time that fails as a text', { timestamp: { toString: 'x' } }, {}, 400, 'Bad Request', 'bad-timestamp'],
    ['a local time that is an object', { localTimestamp: {} }, {}, 400, 'Bad Request', 'bad-timestamp'],
  ])(
    'refuses %s with a generic body, no turn and no noise, and counts why',
    async (_name, more, spec, status, error, reason) => {
      const { post, mint, turns, errors, refused } = await start()
      const noise = [vi.spyOn(console, 'error'), vi.spyOn(console, 'warn'), vi.spyOn(process.stderr, 'write')]
      const response = await post(teamsActivity(more), spec && mint(spec))
      expect([response.status, await response.json()]).toEqual([status, { error }])
      expect([turns, errors, refused]).toEqual([[], [], [reason]])
      for (const spy of noise) expect(spy).not.toHaveBeenCalled()
    },
  )

  it('answers and counts a refusal of the turn itself in the same way', async () => {
    const { post, mint, errors, refused } = await start()
    const response = await post(teamsActivity({ text: 'refuse' }), mint())
    expect([response.status, await response.json()]).toEqual([400, { error: 'Bad Request' }])
    expect([errors, refused]).toEqual([[], ['bad-activity']])
  })

  it('does not reveal the error of a turn', async () => {
    const { post, mint, errors } = await start()
    const response = await post(teamsActivity({ text: 'throw' }), mint())
    expect([response.status, await response.text()]).toEqual([500, '{"error":"Internal Server Error"}'])
    expect(errors).toEqual([expect.objectContaining({ message: 'secret detail' })])
  })

  it('answers 503 when a turn cannot write', async () => {
    const { post, mint, errors } = await start()
    expect((await post(teamsActivity({ text: 'away' }), mint())).status).toBe(503)
    expect(errors).toEqual([])
  })

  it('does not let a turn send past the outbox', async () => {
    const { post, mint, errors } = await start()
    expect((await post(teamsActivity({ text: 'send' }), mint())).status).toBe(500)
    expect(errors).toEqual([expect.objectContaining({ message: expect.stringContaining('write an effect') })])
  })

  it('opens no streaming connection', async () => {
    const { adapter } = await start()
    const inner = adapter as unknown as {
      botFrameworkAuthentication: { authenticateStreamingRequest: () => Promise<unknown> }
    }
    await expect(inner.botFrameworkAuthentication.authenticateStreamingRequest()).rejects.toMatchObject({
      reason: 'streaming',
    })
  })
})
