import pino, { type DestinationStream, type Logger } from 'pino'
import type { Config } from '../config/config.ts'

/**
 * The fields a log line may have; any other is dropped when it is written. None of them holds text that people wrote, a
 * name, an address with its path, or a header. `correlationId` is the same in the line of a turn, of what follows from it
 * and of what that asks of Microsoft.
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

/** Of an error what it says and where, never what hangs on it: SDK errors carry the headers of their request. */
const err = (error: unknown) =>
  error instanceof Error ? { name: error.name, message: error.message, stack: error.stack } : { message: String(error) }

/** What a child binds is written without asking the list. */
function refuseChild(): never {
  throw new Error('a child of the log would escape its list of fields')
}

/** One JSON line per entry, on standard output when nothing else is given; only fields of the list are ever written. */
export function createLog(level: Config['logLevel'], destination: DestinationStream = pino.destination(1)): Logger {
  return pino(
    { level, base: null, formatters: { log: allowed }, onChild: refuseChild, serializers: { err } },
    destination,
  )
}
