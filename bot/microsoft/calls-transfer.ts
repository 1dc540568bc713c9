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

interface TransferCallsDeps {
  partnerCenter: PartnerCenter
  asApplication: AsApplication
  partner: { tenant: string; country: string | undefined }
}

type TransferWrite = Extract<Write, { name: (typeof transferWrites)[number] }>

/** Clocks differ: what was created shortly before it was asked for may still be what was asked for. */
const skewMs = 5 * 60_000

/** Transfers between partners at Partner Center, as the new partner and as the present one. */
export function createTransferCalls({ partnerCenter, asApplication, partner }: TransferCallsDeps) {
  const transfersOf = (customer: string, ids: CallIds) =>
    asApplication('partner-center', ids, (caller) => partnerCenter.transfers(caller, customer))
  const boughtBy = (customer: string, ids: CallIds) =>
    asApplication('partner-center', ids, (caller) => partnerCenter.subscriptions(caller, customer))

  return {
    /** What can be known before caller. The answer never is a promise: the service has rules of its own. */
    check: async (customer: string, context: CallContext): Promise<CallResult> => {
      const call = 'check-transfer'
      const found = await asApplication('partner-center', context, (caller) => partnerCenter.customer(caller, customer))
      const tell = (eligibility: Eligibility): CallResult => ({ kind: 'answered', answer: { call, eligibility } })
      if (isUnknownCustomer(found)) return tell({ relationship: 'no', sameCountry: 'unknown', azurePlan: 'unknown' })
      if (found.kind !== 'ok') return fromFailure(found, call)
      const { relationship, country } = found.value
      const bought = await boughtBy(customer, context)
      if (bought.kind === 'throttled') return fromFailure(bought, call)
      const plan =
        bought.kind === 'ok' &&
        bought.value.some((subscription) => subscription.isAzurePlan && subscription.status === 'active')
      return tell({
        relationship: relationship === 'reseller' ? 'yes' : 'no',
        sameCountry: country && partner.country ? check(country.toUpperCase() === partner.country) : 'unknown',
        azurePlan: bought.kind === 'ok' ? check(plan) : 'unknown',
      })
    },

    /** As the present partner: what waits for us, and what we could hand over. */
    find: async (customer: string, context: CallContext): Promise<CallResult> => {
      const call = 'find-transfer'
      const found = await transfersOf(customer, context)
      if (found.kind !== 'ok') return fromFailure(found, call)
      const transfers = found.value.filter(
        ({ status, source }) => status === 'pending' && source.tenant === partner.tenant,
      )
      return fromResult(await boughtBy(customer, context), call, (all) => ({
        call,
        transfers,
        subscriptions: all
          // A plan is the frame of subscriptions, and stays where it is.
          .filter(({ status, isAzurePlan }) => status === 'active' && !isAzurePlan)
          .map(({ id, name, product }) => ({ subscription: id, name, product: transferred(product), status: 'open' })),
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

    /** Looks whether a write of `since` (ISO time) has taken effect, whoever sent it. */
    checkEffect: async (call: TransferWrite, ids: CallIds, since: string): Promise<EffectCheck> => {
      const found = await transfersOf(typeof call.customer === 'string' ? call.customer : call.customer.id, ids)
      if (found.kind !== 'ok') return retryLater(found)
      const transfer = found.value.find((transfer) => isMeant(call, transfer, Date.parse(since) - skewMs))
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

/** A subscription's kind of product in the words of transfers. */
const transferred = (product: string): string => (product === 'Azure' ? 'AzureSubscription' : product)

const check = (is: boolean): Check => (is ? 'yes' : 'no')

/** Is this the transfer that was to be made, or the one that was to be decided about and now is, in whatever way? */
function isMeant(call: TransferWrite, transfer: Transfer, since: number): boolean {
  // A word nobody knows yet decides nothing.
  const isOpen = transfer.status === 'pending' || transfer.status === 'other'
  if (call.name !== 'create-transfer') return transfer.id === call.transfer && !isOpen
  return transfer.source.tenant === call.source.id && Date.parse(transfer.createdAt ?? '') >= since
}

/** Was it decided as asked? Once it is accepted it runs by itself, whatever its end. */
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
