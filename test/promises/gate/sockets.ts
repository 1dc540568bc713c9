import { connect } from 'node:net'

/** What came back on a connection of its own, and when it was over. */
export interface Exchange {
  readonly text: string
  /** Whether the other side ended it; otherwise nobody did for as long as was waited. */
  readonly closed: boolean
  /** Milliseconds. */
  readonly took: number
}

export interface ExchangeOptions {
  /** Said again and again, in this many milliseconds each. */
  readonly drip?: { readonly text: string; readonly everyMs: number }
  /** Says that nothing more will come. */
  readonly half?: boolean
  /** Milliseconds to listen at most. */
  readonly patience: number
}

/** Says something to the bot's port, byte for byte, and listens until the connection ends. */
export function exchange(port: number, text: string, { drip, half, patience }: ExchangeOptions): Promise<Exchange> {
  return new Promise((resolve) => {
    const began = performance.now()
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    let heard = ''
    const say = drip && setInterval(() => socket.writable && socket.write(drip.text), drip.everyMs)
    const done = (closed: boolean) => {
      clearTimeout(limit)
      clearInterval(say)
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
