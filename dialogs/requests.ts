/** Requests that a reseller hands to its provider, because only the provider can do them. */
export const requestKinds = [
  'order',
  'azure-plan',
  'transfer',
  'billing-ownership',
  'channel-transfer',
  'reseller-of-record',
] as const
export type RequestKind = (typeof requestKinds)[number]

/** States of the provider's work that it reports to the reseller. */
export const requestNews = [
  'in-hand',
  'requested',
  'partly',
  'rejected',
  'expired',
  'failed',
  'stopped',
  'completed',
] as const
export type RequestNews = (typeof requestNews)[number]
