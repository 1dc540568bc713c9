import type { AuditRecords } from '../../clients/audit-records.ts'
import type { TokenProvider } from '../../clients/entra-tokens.ts'
import type { Graph } from '../../clients/graph.ts'
import type { PartnerCenter } from '../../clients/partner-center.ts'
import { isGuid } from '../../clients/schemas.ts'
import { adminWrites, type Call, type CallFault, type WatchedResource, type Write } from '../../dialogs/calls.ts'
import { readTenant } from '../../dialogs/customer.ts'
import { createLru } from '../../dialogs/lru.ts'
import { regionCheck } from '../../dialogs/region.ts'
import type { CallIds } from '../effects/effects.ts'
import {
  type CallContext,
  type CallResult,
  createAsApplication,
  type EffectCheck,
  faultAnswer,
  fromFailure,
  isUnknownCustomer,
  retryLater,
  type SightingResult,
} from './call-result.ts'
import { type AdminCallsDeps, createAdminCalls } from './calls-admin.ts'
import type { AdminWrite } from './calls-admin-checks.ts'
import { createPersonCalls, type PersonCallsDeps } from './calls-person.ts'
import { createTransferCalls } from './calls-transfer.ts'

interface CallsDeps extends Pick<PersonCallsDeps, 'signIn' | 'isInvitation' | 'isInTransition'> {
  partnerCenter: PartnerCenter
  graph: Graph
  auditRecords: AuditRecords
  tokens: TokenProvider
  admin: Omit<AdminCallsDeps, 'asApplication'>
  partner: { tenant: string; country: string | undefined }
  /** Called when Entra issues no token, which no user can mend. */
  onNoToken: (cause: unknown) => void
}

type FindTenant = Extract<Call, { name: 'find-tenant' }>
type CheckAgreement = Extract<Call, { name: 'check-agreement' }>
type CheckTransfer = Extract<Call, { name: 'check-transfer' }>

const MAX_COMPANIES = 1_000

/** Maps the core's calls to requests to Partner Center and Graph, and their responses to answers. */
export function createCalls(deps: CallsDeps) {
  const { partnerCenter, graph, auditRecords, tokens, signIn, isInvitation, isInTransition, partner } = deps
  const asApplication = createAsApplication(tokens, deps.onNoToken)
  const persons = createPersonCalls({ partnerCenter, tokens, signIn, isInvitation, isInTransition })
  const transfers = createTransferCalls({ partnerCenter, asApplication, partner })
  const admin = createAdminCalls({ ...deps.admin, asApplication })

  const companies = createLru<string, string>(MAX_COMPANIES)

  const isOurs = ({ visit }: CallContext) => visit.place.tenant === partner.tenant
  const customerOf = (id: string, ids: CallIds) =>
    asApplication('partner-center', ids, (caller) => partnerCenter.customer(caller, id))

  async function findTenant(call: FindTenant, context: CallContext): Promise<CallResult> {
    const text = readTenant(call.text) ?? ''
    const fault = (kind: CallFault['kind']) => faultAnswer(call.name, kind)
    if (text === '') return fault('not-found')
    const found = await asApplication('graph', context, (caller) =>
      isGuid(text) ? graph.findTenantById(caller, text) : graph.findTenantByDomain(caller, text),
    )
    if (found.kind !== 'ok') return fromFailure(found, call.name)
    const tenant = found.value
    if (tenant.id === partner.tenant || tenant.id === context.visit.place.tenant) return fault('own-tenant')
    const known = (isCustomer: boolean, country?: string): CallResult => {
      const isOurCustomer = call.who === 'customer' && isOurs(context)
      const region = isOurCustomer ? { region: regionCheck(partner.country, country) } : {}
      return { kind: 'answered', answer: { call: call.name, tenant, isCustomer, ...region } }
    }
    // Microsoft gives indirect resellers no API to their customers. The tenant is known all the same.
    const closed = (): CallResult => ({
      kind: 'answered',
      answer: { call: call.name, tenant, isCustomer: false, isClosed: true },
    })
    // The owner of a directory is public; our customers are known to our own people only.
    if (call.who === 'source-partner' || !isOurs(context)) return known(false)
    const customer = await customerOf(tenant.id, context)
    if (isUnknownCustomer(customer)) return known(false)
    if (customer.kind === 'refused' && customer.fault === 'access-denied') return closed()
    if (customer.kind !== 'ok') return fromFailure(customer, call.name)
    const { relationship, country } = customer.value
    return known(relationship === 'reseller', country)
  }

  /** Checks a transfer; one for a reseller is also checked as the person, who has to be signed in for that. */
  async function checkTransfer({ customer, reseller }: CheckTransfer, context: CallContext): Promise<CallResult> {
    if (reseller === undefined) return transfers.check(customer, context)
    const linked = await persons.findReseller(reseller, context)
    return 'kind' in linked ? linked : transfers.check(customer, context, linked)
  }

  /** Checks a reseller's agreement; once it is signed, also whether its customer is one of ours already. */
  async function checkAgreement({ reseller, customer }: CheckAgreement, context: CallContext): Promise<CallResult> {
    // A reseller's guest account in our own directory does not name its company; the desk has to know it.
    const checked: CallResult =
      reseller === partner.tenant
        ? { kind: 'answered', answer: { call: 'check-agreement', signed: true } }
        : await persons.checkAgreement(reseller, context)
    if (customer === undefined || checked.kind !== 'answered' || !('signed' in checked.answer)) return checked
    if (!checked.answer.signed) return checked
    const found = await customerOf(customer, context)
    // An invitation is right whenever this cannot be read.
    if (found.kind !== 'ok') return checked
    return { ...checked, answer: { ...checked.answer, isCustomer: found.value.relationship === 'reseller' } }
  }

  async function observeRelationship(resource: `relationship/${string}`, ids: CallIds): Promise<SightingResult> {
    const found = await customerOf(resource.slice('relationship/'.length), ids)
    if (found.kind !== 'ok' && !isUnknownCustomer(found)) return retryLater(found)
    if (found.kind !== 'ok' || found.value.relationship !== 'reseller')
      return { kind: 'seen', sighting: { resource, accepted: false } }
    const { id, name, domain } = found.value
    return { kind: 'seen', sighting: { resource, accepted: true, tenant: { id, name, domain } } }
  }

  return {
    /** Attempts a call once. */
    attempt: (call: Call, context: CallContext): Promise<CallResult> => {
      // Only the partner's own people may act with its rights.
      if (call.name !== 'find-tenant' && !isOurs(context))
        return Promise.resolve(faultAnswer(call.name, 'other-tenant'))
      switch (call.name) {
        case 'find-tenant':
          return findTenant(call, context)
        case 'find-group':
          return admin.findGroup(call.text, context)
        case 'fetch-invitation':
          return persons.fetchInvitation(call.provider, context)
        case 'check-agreement':
          return checkAgreement(call, context)
        case 'check-transfer':
          return checkTransfer(call, context)
        case 'find-transfer':
          return transfers.find(call.customer, context)
        default:
          return isAdmin(call) ? admin.write(call, context) : transfers.write(call, context)
      }
    },

    /** Checks whether a write since `since` (ISO time) has taken effect, no matter who sent it. */
    checkEffect: (call: Write, ids: CallIds, since: string): Promise<EffectCheck> =>
      isAdmin(call) ? admin.checkEffect(call, ids) : transfers.checkEffect(call, ids, since),

    /** Reads the name of a company, for display only; undefined if it cannot be read. */
    companyOf: async (tenant: string, ids: CallIds): Promise<string | undefined> => {
      const known = companies.get(tenant)
      if (known !== undefined || !isGuid(tenant)) return known
      const found = await asApplication('graph', ids, (caller) => graph.findTenantById(caller, tenant))
      if (found.kind !== 'ok') return undefined
      const name = found.value.name || found.value.domain
      if (name) companies.set(tenant, name)
      return name || undefined
    },

    /** Finds the delegated-admin relationship of an audit record. Rejects if the record cannot be read now. */
    adminOfAudit: async (record: string, ids: CallIds): Promise<`admin/${string}` | undefined> => {
      const found = await asApplication('partner-center', ids, (caller) => auditRecords.resourceId(caller, record))
      if (found.kind === 'ok') return found.value === undefined ? undefined : `admin/${found.value}`
      // Any partner can have any webhook called: a record that is not ours is no fault.
      if (found.kind === 'refused') return undefined
      throw new Error(`the audit record of an event cannot be read: ${found.kind}`)
    },

    /** Reads the present state of a watched resource. */
    observe: (resource: WatchedResource, ids: CallIds): Promise<SightingResult> => {
      if (isOf('transfers', resource)) return transfers.observe(resource, ids)
      return isOf('admin', resource) ? admin.observe(resource, ids) : observeRelationship(resource, ids)
    },
  }
}
export type Calls = ReturnType<typeof createCalls>

const isAdmin = (call: Write): call is AdminWrite => (adminWrites as readonly string[]).includes(call.name)

const isOf = <K extends string>(
  kind: K,
  resource: WatchedResource,
): resource is Extract<WatchedResource, `${K}/${string}`> => resource.startsWith(`${kind}/`)
