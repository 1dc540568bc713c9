import type { IncomingMessage, ServerResponse } from 'node:http'

/** Missing in the published types: handlers that see a request before restify does; with `false` it never does. */
declare module 'restify' {
  interface Server {
    first(handler: (request: IncomingMessage, response: ServerResponse) => boolean): void
  }
}
