import { connect } from 'node:net'

/** Bytes received on a connection, and how it ended. */
export interface RawExchange {
  readonly text: string
  /** True if the other side closed it, false if it was still open after `patience`. */
  readonly closed: boolean
  /** Milliseconds. */
  readonly took: number
}

export interface ExchangeOptions {
  /** Text written repeatedly, at this interval. */
  readonly drip?: { readonly text: string; readonly everyMs: number }
  /** Closes the writing half. */
  readonly half?: boolean
  /** Longest time to listen, in milliseconds. */
  readonly patience: number
}

/** Writes raw bytes to the bot's port and reads until the connection ends. */
export function exchange(port: number, text: string, { drip, half, patience }: ExchangeOptions): Promise<RawExchange> {
  return new Promise((resolve) => {
    const began = performance.now()
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    let heard = ''
    const timer = drip && setInterval(() => socket.writable && socket.write(drip.text), drip.everyMs)
    const done = (closed: boolean) => {
      clearTimeout(limit)
      clearInterval(timer)
      socket.destroy()
      resolve({ text: heard, closed, took: performance.now() - began })
    }
    const limit = setTimeout(() => done(false), patience)
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1')
    })
    socket.on('error', () => done(true))
    socket.on('end', () => done(true))
    if (half) socket.end(text, 'latin1')
    else socket.write(text, 'latin1')
  })
}
