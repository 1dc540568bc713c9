import type { Graph } from '../clients/graph.ts'
import type { Asking, Result } from '../clients/http.ts'
import type { PartnerCenter } from '../clients/partner-center.ts'
import type { Resource as Audience, Tokens } from '../clients/token.ts'
import type {
  Call,
  CallAnswer,
  Check,
  Eligibility,
  Fault,
  Resource,
  Sighting,
  Transfer,
  Write,
} from '../dialogs/calls.ts'
import type { SignIn, Visit } from './sign-in.ts'

export interface CallsDeps {
  partnerCenter: PartnerCenter
  graph: Graph
  tokens: Tokens
  signIn: SignIn
  partner: { tenant: string; country: string | undefined }
  /** Whether people may be sent to this invitation link. */
  isInvitation: (url: string) => boolean
  /** Entra gives no token: nothing that a person in the chat can do. */
  onNoToken: (cause: unknown) => void
}

/** Under which ids something is asked for. */
export interface Ids {
  requestId: string
  correlationId: string
}

/** The same with who asked, and where. */
export interface Asked extends Ids {
  visit: Visit
}

/** It did not work yet and nothing was done. */
export type Again = { kind: 'again'; why: 'busy' | 'unreachable'; afterMs?: number | undefined }
/** What one attempt came to. */
export type Attempt =
  | { kind: 'answered'; answer: CallAnswer }
  | Again
  /** Only of a write: nobody knows whether it took effect. */
  | { kind: 'unknown'; cause: unknown }

const unreachable: Again = { kind: 'again', why: 'unreachable' }
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const domain = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/i
const longestClaims = 2_000
/** Clocks differ: what was created shortly before it was asked for may still be what was asked for. */
const skewMs = 5 * 60_000

type Refused = Extract<Result<never>, { kind: 'refused' }>
const faultOf = ({ fault, code, detail }: Refused): Fault => ({
  kind: fault,
  ...(code === undefined ? {} : { code: code.slice(0, 40) }),
  ...(detail === undefined ? {} : { detail }),
})

const notSeen = (result: Result<unknown>): Again =>
  result.kind === 'throttled' ? { kind: 'again', why: 'busy', afterMs: result.retryAfterMs } : unreachable

/** A customer whom we do not sell to is told by a refusal. */
const isStranger = (result: Result<unknown>) =>
  result.kind === 'refused' && (result.fault === 'no-relationship' || result.fault === 'no-such-customer')

/** What follows from anything but success. What nobody knows is simply asked again, as long as it changes nothing. */
function failed(result: Exclude<Result<unknown>, { kind: 'ok' }>, call: Call['name']): Attempt {
  if (result.kind === 'refused') return { kind: 'answered', answer: { call, fault: faultOf(result) } }
  return result.kind === 'throttled' ? { kind: 'again', why: 'busy', afterMs: result.retryAfterMs } : unreachable
}

/** The calls of the core as calls of Partner Center and Graph: with which token, and what their answers mean. */
export function createCalls({ partnerCenter, graph, tokens, signIn, partner, isInvitation, onNoToken }: CallsDeps) {
  /** Does something with the application's own token. */
  async function asApplication<T>(
    audience: Audience,
    { requestId, correlationId }: Ids,
    work: (asking: Asking) => Promise<Result<T>>,
  ): Promise<Result<T>> {
    const issued = await tokens.app(audience)
    if (issued.kind !== 'token') {
      const cause = issued.kind === 'unavailable' ? issued.cause : new Error(issued.kind)
      onNoToken(cause)
      return { kind: 'not-sent', cause }
    }
    return work({ token: issued.token, requestId, correlationId })
  }

  function answered<T>(result: Result<T>, call: Call['name'], answer: (value: T) => CallAnswer): Attempt {
    return result.kind === 'ok' ? { kind: 'answered', answer: answer(result.value) } : failed(result, call)
  }

  async function findTenant(call: Extract<Call, { name: 'find-tenant' }>, asked: Asked): Promise<Attempt> {
    const text = call.text.trim().toLowerCase()
    const fault = (kind: Fault['kind']): Attempt => ({ kind: 'answered', answer: { call: call.name, fault: { kind } } })
    if (!guid.test(text) && !domain.test(text)) return fault('not-found')
    const found = await asApplication('graph', asked, (asking) =>
      guid.test(text) ? graph.findTenantById(asking, text) : graph.findTenantByDomain(asking, text),
    )
    if (found.kind !== 'ok') return failed(found, call.name)
    const tenant = found.value
    if (tenant.id === partner.tenant) return fault('own-tenant')
    if (call.who === 'source-partner') {
      return { kind: 'answered', answer: { call: call.name, tenant, isCustomer: false } }
    }
    const customer = await asApplication('partner-center', asked, (asking) => partnerCenter.customer(asking, tenant.id))
    if (isStranger(customer)) return { kind: 'answered', answer: { call: call.name, tenant, isCustomer: false } }
    return answered(customer, call.name, ({ relationship }) => ({
      call: call.name,
      tenant,
      isCustomer: relationship === 'reseller',
    }))
  }

  /** The one call that has to be made as the person: Partner Center gives the link to nobody else. */
  async function fetchInvitation(asked: Asked): Promise<Attempt> {
    const { visit, requestId, correlationId } = asked
    const person = { tenant: visit.place.tenant, id: visit.sender.id }
    const fault = async (kind: 'sign-in' | 'second-factor', claims?: string): Promise<Attempt> => {
      const link = await signIn.link(visit, claims)
      const more = { ...(link && { link }), ...(claims && { claims: claims.slice(0, longestClaims) }) }
      return { kind: 'answered', answer: { call: 'fetch-invitation', fault: { kind, ...more } } }
    }
    const assertion = await signIn.assertionOf(person)
    if (assertion === undefined) return fault('sign-in')
    const issued = await tokens.onBehalfOf('partner-center', assertion)
    if (issued.kind === 'unavailable') return unreachable
    if (issued.kind === 'second-factor') return fault(issued.kind, issued.claims)
    if (issued.kind === 'sign-in') {
      signIn.forget(person, assertion)
      return fault('sign-in')
    }
    const result = await partnerCenter.invitation({ token: issued.token, requestId, correlationId })
    if (result.kind === 'refused' && (result.fault === 'sign-in' || result.fault === 'second-factor')) {
      return fault(result.fault)
    }
    if (result.kind === 'ok' && !isInvitation(result.value.url)) return unreachable
    return answered(result, 'fetch-invitation', ({ url }) => ({ call: 'fetch-invitation', url }))
  }

  /** What can be known before asking. The answer never is a promise: the service has rules of its own. */
  async function checkTransfer(customer: string, asked: Asked): Promise<Attempt> {
    const found = await asApplication('partner-center', asked, (asking) => partnerCenter.customer(asking, customer))
    const tell = (eligibility: Eligibility): Attempt => ({
      kind: 'answered',
      answer: { call: 'check-transfer', eligibility },
    })
    if (isStranger(found)) return tell({ relationship: 'no', sameCountry: 'unknown', azurePlan: 'unknown' })
    if (found.kind !== 'ok') return failed(found, 'check-transfer')
    const { relationship, country } = found.value
    const bought = await asApplication('partner-center', asked, (asking) =>
      partnerCenter.subscriptions(asking, customer),
    )
    if (bought.kind === 'throttled') return failed(bought, 'check-transfer')
    const plan = bought.kind === 'ok' && bought.value.some((one) => one.isAzurePlan && one.status === 'active')
    return tell({
      relationship: relationship === 'reseller' ? 'yes' : 'no',
      sameCountry: country && partner.country ? check(country.toUpperCase() === partner.country) : 'unknown',
      azurePlan: bought.kind === 'ok' ? check(plan) : 'unknown',
    })
  }

  /** As the present partner: what waits for us, and what we could hand over. */
  async function findTransfer(customer: string, asked: Asked): Promise<Attempt> {
    const found = await asApplication('partner-center', asked, (asking) => partnerCenter.transfers(asking, customer))
    if (found.kind !== 'ok') return failed(found, 'find-transfer')
    const transfers = found.value.filter(
      ({ status, source }) => status === 'pending' && source.tenant === partner.tenant,
    )
    const bought = await asApplication('partner-center', asked, (asking) =>
      partnerCenter.subscriptions(asking, customer),
    )
    return answered(bought, 'find-transfer', (all) => ({
      call: 'find-transfer',
      transfers,
      subscriptions: all
        // A plan is the frame of subscriptions, and stays where it is.
        .filter(({ status, isAzurePlan }) => status === 'active' && !isAzurePlan)
        .map(({ id, name, product }) => ({ subscription: id, name, product: transferred(product), status: 'open' })),
    }))
  }

  async function write(call: Write, asked: Asked): Promise<Attempt> {
    const result = await asApplication('partner-center', asked, (asking): Promise<Result<Transfer>> => {
      switch (call.name) {
        case 'create-transfer':
          return partnerCenter.createTransfer(asking, call)
        case 'accept-transfer':
          return partnerCenter.acceptTransfer(asking, call)
        case 'decline-transfer':
          return partnerCenter.declineTransfer(asking, call)
        case 'cancel-transfer':
          return partnerCenter.cancelTransfer(asking, { ...call, target: partner.tenant })
      }
      return call satisfies never
    })
    if (result.kind === 'unknown') return result
    return answered(result, call.name, (transfer) => ({ call: call.name, transfer }))
  }

  return {
    /** Makes one attempt at a call. */
    attempt: (call: Call, asked: Asked): Promise<Attempt> => {
      // This partner's rights are for its own people: nobody else acts in its name.
      if (asked.visit.place.tenant !== partner.tenant) {
        return Promise.resolve({ kind: 'answered', answer: { call: call.name, fault: { kind: 'other-tenant' } } })
      }
      switch (call.name) {
        case 'find-tenant':
          return findTenant(call, asked)
        case 'fetch-invitation':
          return fetchInvitation(asked)
        case 'check-transfer':
          return checkTransfer(call.customer, asked)
        case 'find-transfer':
          return findTransfer(call.customer, asked)
        default:
          return write(call, asked)
      }
    },

    /** Looks whether a write of `since` (ISO time) has taken effect, whoever sent it. */
    lookFor: async (
      call: Write,
      asked: Asked,
      since: string,
    ): Promise<{ kind: 'there'; transfer: Transfer } | { kind: 'not-there' } | Again> => {
      const { id } = typeof call.customer === 'string' ? { id: call.customer } : call.customer
      const found = await asApplication('partner-center', asked, (asking) => partnerCenter.transfers(asking, id))
      if (found.kind !== 'ok') return notSeen(found)
      const transfer = found.value.find((one) => isEffectOf(call, one, Date.parse(since) - skewMs))
      return transfer ? { kind: 'there', transfer } : { kind: 'not-there' }
    },

    /** Looks at something that cases wait for. */
    look: async (resource: Resource, ids: Ids): Promise<{ kind: 'seen'; sighting: Sighting } | Again> => {
      const customer = resource.slice(resource.indexOf('/') + 1)
      if (resource.startsWith('transfers/')) {
        const found = await asApplication('partner-center', ids, (asking) => partnerCenter.transfers(asking, customer))
        if (found.kind !== 'ok') return notSeen(found)
        return { kind: 'seen', sighting: { resource: resource as `transfers/${string}`, transfers: found.value } }
      }
      const found = await asApplication('partner-center', ids, (asking) => partnerCenter.customer(asking, customer))
      if (found.kind !== 'ok' && !isStranger(found)) return notSeen(found)
      const accepted = found.kind === 'ok' && found.value.relationship === 'reseller'
      return { kind: 'seen', sighting: { resource: resource as `relationship/${string}`, accepted } }
    },
  }
}
export type Calls = ReturnType<typeof createCalls>

/** A subscription's kind of product in the words of transfers. */
const transferred = (product: string): string => (product === 'Azure' ? 'AzureSubscription' : product)

const check = (is: boolean): Check => (is ? 'yes' : 'no')

/** Is this transfer what the write was to bring about? What was decided about one that is named shows in its status. */
function isEffectOf(call: Write, transfer: Transfer, since: number): boolean {
  if (call.name !== 'create-transfer') return transfer.id === call.transfer && transfer.status !== 'pending'
  return transfer.source.tenant === call.source.id && Date.parse(transfer.createdAt ?? '') >= since
}
