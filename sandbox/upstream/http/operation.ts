import type { SimulatedAnswer } from './answer.ts'
import type { Caller } from './caller.ts'

/** An allowed request that fits the contract. */
export interface OperationRequest {
  caller: Caller
  params: Record<string, string>
  query: URLSearchParams
  headers: Record<string, string | undefined>
  body: unknown
  requestId: string | null
}

/** Performs an operation of the contract. Throws SimulatedError if the service would refuse it. */
export type OperationHandler = (ask: OperationRequest) => SimulatedAnswer
