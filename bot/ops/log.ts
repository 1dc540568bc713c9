import pino, { type DestinationStream, type Logger } from 'pino'
import type { Config } from '../config/config.ts'

/**
 * Fields that a log line may have; all others are dropped. None holds typed text, a name, an address with its path or a
 * header. `correlationId` links a turn, its effects and their requests to Microsoft.
 */
const fields: ReadonlySet<string> = new Set([
  'err',
  'action',
  'case',
  'check',
  'code',
  'correlationId',
  'edition',
  'effect',
  'event',
  'host',
  'method',
  'mode',
  'ms',
  'note',
  'operatorPort',
  'outcome',
  'port',
  'reason',
  'requestId',
  'result',
  'status',
  'turn',
])

const allowed = (line: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(line).filter(([name]) => fields.has(name)))

/** Logs name, message and stack only: SDK errors carry request headers. */
const err = (error: unknown) =>
  error instanceof Error ? { name: error.name, message: error.message, stack: error.stack } : { message: String(error) }

/** Refuses child loggers, whose bindings would bypass the list of fields. */
function refuseChild(): never {
  throw new Error('a child of the log would escape its list of fields')
}

/** Writes one JSON line per entry, by default to standard output, with the listed fields only. */
export function createLog(level: Config['logLevel'], destination: DestinationStream = pino.destination(1)): Logger {
  return pino(
    { level, base: null, formatters: { log: allowed }, onChild: refuseChild, serializers: { err } },
    destination,
  )
}
