import { z } from 'zod'

/**
 * Reason for a refusal, as far as it changes what a partner does next.
 * Each one is a fault of the core (`faultKinds`), to which bot/microsoft assigns it.
 */
export type UpstreamFault =
  | 'not-found'
  | 'no-such-customer'
  | 'no-relationship'
  | 'sign-in'
  | 'second-factor'
  | 'user-needed'
  | 'access-denied'
  | 'region'
  | 'under-review'
  | 'running-transfer'
  | 'not-eligible'
  | 'azure-plan-missing'
  | 'agreement-missing'
  | 'national-cloud'
  | 'stale'
  | 'bad-request'
  | 'refused'

/** Faults by Partner Center's code. For `refused`, the card shows the service's own text. */
const byCode: Readonly<Record<string, UpstreamFault>> = {
  '1000': 'not-found',
  '2000': 'bad-request', // an id that is none
  '2030': 'region', // not onboarded to sell in that country
  '2032': 'access-denied',
  '2055': 'stale', // the etag is no longer good
  '2072': 'bad-request', // a provider cannot be partner on record
  '3000': 'bad-request',
  '20002': 'no-relationship',
  '20003': 'not-found', // subscription
  '60003': 'no-such-customer',
  '800001': 'sign-in', // no token came along
  '800002': 'bad-request',
  '800003': 'refused', // fault of the service
  '800015': 'bad-request', // unknown partner id
  '800016': 'bad-request', // partner id is no indirect reseller's
  '800073': 'under-review',
  '800074': 'under-review',
  '800075': 'refused', // reviewed, and not approved: waiting does not help
  '800078': 'not-eligible', // a subscription in it cannot move
  '800090': 'refused', // fewer seats only at renewal
  '900100': 'not-found', // transfer
  '900101': 'running-transfer',
  '900102': 'stale', // over already
  '900103': 'refused', // the order behind the transfer failed
  '900104': 'stale', // somebody else is at it this moment
  '900117': 'refused', // past the cancellation window
  '900118': 'no-such-customer',
  '900123': 'agreement-missing', // of the reseller
  '900124': 'agreement-missing', // our own
  '900127': 'national-cloud', // not offered in this environment
  '900131': 'not-eligible', // legacy Azure: by ticket only
  '900132': 'azure-plan-missing', // there, but not active
  '900133': 'azure-plan-missing',
  '900134': 'not-eligible', // this customer cannot buy an Azure plan
  '900135': 'refused',
  '900136': 'bad-request', // who the current partner is
  '900137': 'access-denied', // we may not transfer at all
  '900138': 'national-cloud',
  '900139': 'not-eligible', // Azure inside a transfer that cannot carry it
  '900145': 'not-eligible', // reservations
  '900146': 'not-eligible', // products of the marketplace
  '900147': 'bad-request', // no domain of the current partner
  '900148': 'bad-request', // the current partner is ourselves
  '900149': 'access-denied', // our programme status is not active
  '900150': 'access-denied', // needs an Admin agent
  '900154': 'bad-request', // partner id of no active indirect reseller
  '900160': 'refused',
  '900278': 'refused', // something else is pending on the subscription
  '900308': 'access-denied', // role or GDAP
  '900309': 'access-denied', // conditional access
  '900329': 'user-needed', // refused to an app-only token
  '900400': 'not-eligible',
  '900416': 'refused', // the customer's account is locked
  '900420': 'refused', // token for a retired audience: ours to repair, signing in again changes nothing
  '900421': 'second-factor',
}

function byStatus(status: number): UpstreamFault {
  switch (status) {
    case 400:
    case 422:
      return 'bad-request'
    case 401:
      return 'sign-in'
    case 403:
      return 'access-denied'
    case 404:
      return 'not-found'
    case 409:
    case 412:
    case 417:
      return 'stale'
    default:
      return 'refused'
  }
}

/** Maps a refusal to its fault: by the service's code if known, else by the HTTP status. */
export function upstreamFaultOf(code: string | undefined, status: number): UpstreamFault {
  return (code !== undefined && Object.hasOwn(byCode, code) ? byCode[code] : undefined) ?? byStatus(status)
}

const codeSchema = z.union([z.string(), z.number()])
/** Schema of Partner Center's ApiFault, Graph's OData error and the gateway's message. */
const bodySchema = z.object({
  code: codeSchema.optional().catch(undefined),
  description: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
  error: z
    .object({ code: codeSchema.optional().catch(undefined), message: z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
})

/** Reads code and text of an error body, which may be any JSON. The text is foreign and cut to 200 characters. */
export function readError(body: unknown): { code: string | undefined; detail: string | undefined } {
  const error = bodySchema.safeParse(body).data
  const code = error?.error?.code ?? error?.code
  const message = error?.error?.message ?? error?.description ?? error?.message
  const detail = message
    ?.replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, 200)
    .toWellFormed()
  return {
    code: code === undefined || code === '' ? undefined : String(code).slice(0, 40),
    detail: detail || undefined,
  }
}

/**
 * True if a 401 demands a second factor. The old form has no body and mentions MFA in its reason phrase or challenge only;
 * `error="invalid_token"` alone does not mean MFA.
 */
export const wantsSecondFactor = (reason: string, challenge: string | null): boolean =>
  /\bmfa\b|multi-?factor/i.test(`${reason} ${challenge ?? ''}`)
