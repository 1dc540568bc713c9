import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { startGate } from '../../support/gate.ts'
import { createSigningPair, type IdentityFault } from '../../support/identity.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const next = createSigningPair('key-2')
const stranger = createSigningPair('stranger')

async function start(keysTimeoutMs = 500) {
  const all = await startGate({ keysTimeoutMs })
  onTestFinished(all.identity.close)
  const { identity, knock } = all
  return {
    ...all,
    /** Knocks with a fresh token of the first published key. */
    valid: () => knock(identity.mint({ claims: { jti: Math.random() } })),
    unknown: () => knock(identity.mint({ pair: stranger })),
  }
}

describe('the signing keys', () => {
  it('are fetched when first needed and once for a whole day', async () => {
    const { identity, clock, valid, keys } = await start()
    expect(keys.loaded()).toBe(false)
    expect(identity.state.hits).toEqual({ metadata: 0, keys: 0 })
    expect(await valid()).toBe('in')
    expect(keys.loaded()).toBe(true)
    clock.now += DAY - 1
    expect(await valid()).toBe('in')
    expect(identity.state.hits).toEqual({ metadata: 1, keys: 1 })
    clock.now += 1
    expect(await valid()).toBe('in')
    expect(identity.state.hits).toEqual({ metadata: 2, keys: 2 })
  })

  it('are fetched once however many requests find them missing, stale or unknown at the same time', async () => {
    // Signing fifty tokens may take a slow machine longer than the usual time of a fetch here.
    const { identity, clock, valid, unknown } = await start(10_000)
    const all = (knock: () => Promise<string>) => Promise.all(Array.from({ length: 50 }, knock))
    expect(new Set(await all(valid))).toEqual(new Set(['in']))
    expect(identity.state.hits).toEqual({ metadata: 1, keys: 1 })
    clock.now += DAY
    expect(new Set(await all(valid))).toEqual(new Set(['in']))
    expect(identity.state.hits).toEqual({ metadata: 2, keys: 2 })
    clock.now += 30_000
    expect(new Set(await all(unknown))).toEqual(new Set(['401 unknown-key']))
    expect(identity.state.hits).toEqual({ metadata: 3, keys: 3 })
  })

  it('are fetched for an unknown key at most once in 30 seconds', async () => {
    const { identity, clock, unknown } = await start()
    for (let second = 0; second < 60; second += 1) {
      expect(await unknown()).toBe('401 unknown-key')
      clock.now += 1000
    }
    expect(identity.state.hits.keys).toBe(2)
  })

  it('include a new key within 30 seconds of its first use, beside the old one', async () => {
    const { identity, clock, knock, valid } = await start()
    expect(await valid()).toBe('in')
    identity.state.pairs.push(next)
    expect(await knock(identity.mint({ pair: next }))).toBe('401 unknown-key')
    clock.now += 30_000
    expect(await knock(identity.mint({ pair: next }))).toBe('in')
    expect(await valid()).toBe('in')
  })

  it('no longer include a withdrawn key after a day', async () => {
    const { identity, clock, knock, valid } = await start()
    const [old] = identity.state.pairs
    if (old === undefined) throw new Error('the service has a key')
    expect(await valid()).toBe('in')
    identity.state.pairs = [next]
    clock.now += DAY
    expect(await knock(identity.mint({ pair: old }))).toBe('401 unknown-key')
    expect(await valid()).toBe('in')
  })

  const faults: IdentityFault[] = ['down', 'hang', 'drip', 'garbage', 'huge', 'redirect', 'empty-keys', 'keys-down']

  it.each(faults)('stay valid for seven days while the service fails: %s', async (fault) => {
    const { identity, clock, valid, failures } = await start()
    expect(await valid()).toBe('in')
    identity.state.fault = fault
    clock.now += DAY
    expect(await valid()).toBe('in')
    expect(failures).toHaveLength(1)
    clock.now += 6 * DAY - 1
    expect(await valid()).toBe('in')
    clock.now += 1
    expect(await valid()).toBe('401 keys-unavailable')
    identity.state.fault = undefined
    clock.now += 30_000
    expect(await valid()).toBe('in')
  })

  it.each(faults)(
    'cannot be had at first while the service is in trouble, and come once it is not: %s',
    async (fault) => {
      const { identity, clock, valid, keys, failures } = await start()
      identity.state.fault = fault
      const began = Date.now()
      expect(await valid()).toBe('401 keys-unavailable')
      expect(Date.now() - began).toBeLessThan(2000)
      expect(keys.loaded()).toBe(false)
      expect(failures).toHaveLength(1)
      identity.state.fault = undefined
      clock.now += 1000
      expect(await valid()).toBe('in')
    },
  )

  it('do not delay requests during a known outage', async () => {
    const { identity, clock, valid } = await start()
    await valid()
    identity.state.fault = 'hang'
    clock.now += DAY
    await valid()
    clock.now += 30_000
    const began = Date.now()
    expect(await valid()).toBe('in')
    expect(Date.now() - began).toBeLessThan(200)
    await vi.waitFor(() => expect(identity.state.hits.metadata).toBe(3))
  })

  it('are fetched at most every 30 seconds during an outage', async () => {
    const { identity, clock, valid } = await start()
    await valid()
    identity.state.fault = 'down'
    clock.now += DAY
    for (let second = 0; second < 60; second += 1) {
      expect(await valid()).toBe('in')
      clock.now += 1000
    }
    await vi.waitFor(() => expect(identity.state.hits.metadata).toBe(3))
  })

  it('that are too short, malformed or not RSA are ignored', async () => {
    const { identity, knock, valid } = await start()
    const short = createSigningPair('short', ['msteams'], 1024)
    const elliptic = { ...next, kid: 'elliptic', publicKey: { export: () => ({ kty: 'EC', crv: 'P-256' }) } }
    identity.state.pairs.unshift(short, elliptic as never, { ...next, kid: 7 as never })
    expect(await knock(identity.mint({ pair: short }))).toBe('401 unknown-key')
    expect(await knock(identity.mint({ pair: identity.state.pairs[3] ?? short }))).toBe('in')
    expect(await valid()).toBe('401 unknown-key')
  })

  it('published twice under one id count once, the first', async () => {
    const { identity, knock } = await start()
    const [first] = identity.state.pairs
    const second = createSigningPair('key-1')
    identity.state.pairs.push(second)
    expect(await knock(identity.mint({ pair: second }))).toBe('401 signature')
    expect(await knock(identity.mint(first && { pair: first }))).toBe('in')
  })
})
