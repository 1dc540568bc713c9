import type { HttpResult } from '../../clients/http.ts'
import type { PartnerCenter } from '../../clients/partner-center.ts'
import {
  type Check,
  type Eligibility,
  productTypes,
  type Transfer,
  type transferWrites,
  type Write,
} from '../../dialogs/calls.ts'
import { regionCheck } from '../../dialogs/region.ts'
import type { CallIds } from '../effects/effects.ts'
import {
  type AsApplication,
  type CallContext,
  type CallResult,
  type EffectCheck,
  fromFailedWrite,
  fromFailure,
  fromResult,
  isUnknownCustomer,
  retryLater,
  type SightingResult,
} from './call-result.ts'
import type { ResellerLink } from './calls-person.ts'

interface TransferCallsDeps {
  partnerCenter: PartnerCenter
  asApplication: AsApplication
  partner: { tenant: string; country: string | undefined }
}

type TransferWrite = Extract<Write, { name: (typeof transferWrites)[number] }>

/** Tolerated clock skew: a transfer may seem to be created before its request. */
const MAX_SKEW_MS = 5 * 60_000

/** Transfers between partners at Partner Center, for the new and the current partner. */
export function createTransferCalls({ partnerCenter, asApplication, partner }: TransferCallsDeps) {
  const transfersOf = (customer: string, ids: CallIds) =>
    asApplication('partner-center', ids, (caller) => partnerCenter.transfers(caller, customer))
  const subscriptionsOf = (customer: string, ids: CallIds) =>
    asApplication('partner-center', ids, (caller) => partnerCenter.subscriptions(caller, customer))

  /** The active Azure subscriptions inside these plans: a plan only frames them and is never transferred. */
  async function entitlementsOf(customer: string, plans: readonly string[], ids: CallIds) {
    const all: HttpResult<{ id: string; name: string; status: string }[]> = { kind: 'ok', value: [] }
    for (const plan of plans) {
      const found = await asApplication('partner-center', ids, (caller) =>
        partnerCenter.azureEntitlements(caller, customer, plan),
      )
      if (found.kind !== 'ok') return found
      all.value.push(...found.value.filter(({ status }) => status === 'active'))
    }
    return all
  }

  return {
    /**
     * Checks the known conditions of a transfer. The service has more, so a yes is no promise. `linked` is the reseller
     * it is for.
     */
    check: async (customer: string, context: CallContext, linked?: ResellerLink): Promise<CallResult> => {
      const call = 'check-transfer'
      const found = await asApplication('partner-center', context, (caller) => partnerCenter.customer(caller, customer))
      const tell = (eligibility: Eligibility): CallResult => ({
        kind: 'answered',
        answer: {
          call,
          eligibility: { ...eligibility, ...(linked && { reseller: linked.state }) },
          ...(linked?.partnerId === undefined ? {} : { partnerId: linked.partnerId }),
        },
      })
      if (isUnknownCustomer(found)) return tell({ relationship: 'no', region: 'unknown', azurePlan: 'unknown' })
      if (found.kind !== 'ok') return fromFailure(found, call)
      const { relationship, country } = found.value
      const bought = await subscriptionsOf(customer, context)
      if (bought.kind === 'throttled') return fromFailure(bought, call)
      const plan =
        bought.kind === 'ok' &&
        bought.value.some((subscription) => subscription.isAzurePlan && subscription.status === 'active')
      return tell({
        relationship: relationship === 'reseller' ? 'yes' : 'no',
        region: regionCheck(partner.country, country),
        azurePlan: bought.kind === 'ok' ? check(plan) : 'unknown',
      })
    },

    /** Finds the pending transfers from us, as the current partner, and the subscriptions we could hand over. */
    find: async (customer: string, context: CallContext): Promise<CallResult> => {
      const call = 'find-transfer'
      const found = await transfersOf(customer, context)
      if (found.kind !== 'ok') return fromFailure(found, call)
      const transfers = found.value.filter(
        ({ status, source }) => status === 'pending' && source.tenant === partner.tenant,
      )
      const bought = await subscriptionsOf(customer, context)
      if (bought.kind !== 'ok') return fromFailure(bought, call)
      const active = bought.value.filter(({ status }) => status === 'active')
      const inPlans = await entitlementsOf(
        customer,
        active.filter(({ isAzurePlan }) => isAzurePlan).map(({ id }) => id),
        context,
      )
      return fromResult(inPlans, call, (azure) => ({
        call,
        transfers,
        subscriptions: [
          ...active.filter(({ isAzurePlan }) => !isAzurePlan),
          ...azure.map(({ id, name }) => ({ id, name, product: 'Azure', quantity: undefined })),
        ].map(({ id, name, product, quantity }) => ({
          subscription: id,
          name,
          product: transferProductOf(product),
          status: 'open',
          ...(quantity === undefined ? {} : { quantity }),
        })),
      }))
    },

    write: async (call: TransferWrite, context: CallContext): Promise<CallResult> => {
      const result = await asApplication('partner-center', context, (caller): Promise<HttpResult<Transfer>> => {
        switch (call.name) {
          case 'create-transfer':
            return partnerCenter.createTransfer(caller, { ...call, productTypes: productTypes[call.product] })
          case 'accept-transfer':
            return partnerCenter.acceptTransfer(caller, call)
          case 'decline-transfer':
            return partnerCenter.declineTransfer(caller, call)
          case 'cancel-transfer':
            return partnerCenter.cancelTransfer(caller, { ...call, target: partner.tenant })
        }
        return call satisfies never
      })
      if (result.kind !== 'ok') return fromFailedWrite(result, call.name)
      return { kind: 'answered', answer: { call: call.name, transfer: result.value } }
    },

    /** Checks whether a write since `since` (ISO time) has taken effect, no matter who sent it. */
    checkEffect: async (call: TransferWrite, ids: CallIds, since: string): Promise<EffectCheck> => {
      const found = await transfersOf(typeof call.customer === 'string' ? call.customer : call.customer.id, ids)
      if (found.kind !== 'ok') return retryLater(found)
      const transfer = found.value.find((transfer) => isTarget(call, transfer, Date.parse(since) - MAX_SKEW_MS))
      if (transfer === undefined) return { kind: 'not-there' }
      return { kind: 'there', answer: { call: call.name, transfer }, isEffect: isEffect(call, transfer) }
    },

    observe: async (resource: `transfers/${string}`, ids: CallIds): Promise<SightingResult> => {
      const found = await transfersOf(resource.slice('transfers/'.length), ids)
      if (found.kind !== 'ok') return retryLater(found)
      return { kind: 'seen', sighting: { resource, transfers: found.value } }
    },
  }
}

/** Maps a subscription's product to the term that transfers use. */
const transferProductOf = (product: string): string => (product === 'Azure' ? 'AzureSubscription' : product)

const check = (is: boolean): Check => (is ? 'yes' : 'no')

/** True if this is the requested transfer, or the one to decide on and it is decided. */
function isTarget(call: TransferWrite, transfer: Transfer, since: number): boolean {
  // An unknown status decides nothing.
  const isOpen = transfer.status === 'pending' || transfer.status === 'other'
  if (call.name !== 'create-transfer') return transfer.id === call.transfer && !isOpen
  return transfer.source.tenant === call.source.id && Date.parse(transfer.createdAt ?? '') >= since
}

/** True if the transfer was decided as requested. An accepted one counts, no matter how it ends. */
function isEffect({ name }: TransferWrite, { status }: Transfer): boolean {
  switch (name) {
    case 'create-transfer':
      return true
    case 'accept-transfer':
      return !['rejected', 'cancelled', 'expired'].includes(status)
    case 'decline-transfer':
      return status === 'rejected'
    case 'cancel-transfer':
      return status === 'cancelled'
    default:
      return name satisfies never
  }
}
