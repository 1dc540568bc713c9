import type { Check } from './calls.ts'

/** EU and EFTA: one CSP region. The United Kingdom is left out, as no current page of Microsoft counts it in or out. */
const europe: ReadonlySet<string> = new Set(
  (
    'AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE ' + // EU
    'CH IS LI NO'
  ) // EFTA
    .split(' '),
)

/** Markets of one country, by Microsoft's examples. */
const ownMarkets: ReadonlySet<string> = new Set(['US', 'BR'])

/**
 * Compares the CSP regions of two countries, given by their two letters. Microsoft's full list is not public, so most
 * pairs are unknown; the result is a warning and never blocks.
 */
export function regionCheck(partnerCountry: string | undefined, customerCountry: string | undefined): Check {
  const ours = partnerCountry?.trim().toUpperCase()
  const theirs = customerCountry?.trim().toUpperCase()
  if (!ours || !theirs) return 'unknown'
  if (ours === theirs || (europe.has(ours) && europe.has(theirs))) return 'yes'
  return ownMarkets.has(ours) || ownMarkets.has(theirs) ? 'no' : 'unknown'
}
