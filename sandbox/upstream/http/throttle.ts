import type { UpstreamSettings } from '../settings.ts'
import { SimulatedError } from './answer.ts'

/** Limits calls per partner, and per partner and customer. Refused calls count too. */
export function createThrottle(settings: UpstreamSettings, now: () => number) {
  const calls = new Map<string, number[]>()

  /** Throws SimulatedError over the limit. */
  function count(key: string, limit: { calls: number; perMs: number } | undefined, retryAfter: number): void {
    if (limit === undefined) return
    const recent = (calls.get(key) ?? []).filter((at) => at > now() - limit.perMs)
    calls.set(key, [...recent, now()])
    if (recent.length < limit.calls) return
    const words = `Rate limit is exceeded. Try again in ${retryAfter} seconds.`
    throw new SimulatedError(429, 'TooManyRequests', words, { 'Retry-After': String(retryAfter) })
  }

  return (partner: string, customer: string | undefined): void => {
    const { perPartner, perCustomer, retryAfter } = settings.throttle ?? { retryAfter: 0 }
    count(partner, perPartner, retryAfter)
    if (customer !== undefined) count(`${partner} ${customer}`, perCustomer, retryAfter)
  }
}
