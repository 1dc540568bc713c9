import { onTestFinished } from 'vitest'
import { partnerAt } from '../../sandbox/partner.ts'
import { directPartnerTenant } from '../../sandbox/upstream/companies.ts'
import { type SimulationOptions, startUpstream } from '../../sandbox/upstream/server.ts'
import type { Speaker } from './bot.ts'
import { somebody, startWorld } from './world.ts'

/** A world whose bot acts at a simulated Microsoft, both in this process. It is gone after the test. */
export async function startActing(
  env: Record<string, string> = {},
  {
    pollMs = 300,
    checkDelaysMs = [50, 100, 200],
    ...options
  }: SimulationOptions & { pollMs?: number; checkDelaysMs?: number[] } = {},
) {
  const upstream = await startUpstream(options)
  onTestFinished(() => upstream.stop())
  const { partner, vouch } = await partnerAt(upstream.url)
  const world = await startWorld(env, 'test', { partner, world: { vouch, pollMs, checkDelaysMs } })
  return {
    ...world,
    upstream,
    partner: directPartnerTenant,
    /** Person of the partner's company. */
    agent: (more: Speaker = {}): Speaker => somebody({ tenant: directPartnerTenant, ...more }),
  }
}
