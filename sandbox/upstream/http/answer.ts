/** Response before it is written to the wire. */
export interface SimulatedAnswer {
  status: number
  body?: unknown
  headers?: Record<string, string>
}

/** Refusal of Partner Center or Graph; `code` is the service's own. */
export class SimulatedError extends Error {
  override readonly name = 'SimulatedError'
  readonly status: number
  readonly code: string
  readonly headers: Record<string, string>

  constructor(status: number, code: string, description: string, headers: Record<string, string> = {}) {
    super(description)
    this.status = status
    this.code = code
    this.headers = headers
  }
}
