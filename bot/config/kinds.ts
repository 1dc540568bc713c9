import { accessSync, constants } from 'node:fs'
import { z } from 'zod'
import { directoryId } from '../../dialogs/directory-id.ts'

/**
 * Kinds of setting. Messages name the expectation, never the value; descriptions go into the configuration reference.
 */

export const guid = z.guid('must be a GUID').transform(directoryId).describe('GUID')

export const guids = z
  .string()
  .transform((list) => list.split(',').map((item) => item.trim()))
  .pipe(z.array(z.guid('must be GUIDs separated by commas').transform(directoryId)))
  .transform((list) => new Set(list))
  .describe('GUIDs separated by commas')

export const port = (lowest: number) =>
  z
    .string()
    .regex(/^\d{1,5}$/, 'must be a port number')
    .transform(Number)
    .pipe(z.number().min(lowest, 'must be a port number').max(65535, 'must be a port number'))
    .describe('port number')

/** Accepts a whole number, both ends included. */
export function wholeNumber(lowest: number, highest: number) {
  const message = `must be a number from ${lowest} to ${highest}`
  return z
    .string()
    .regex(/^\d{1,5}$/, message)
    .transform(Number)
    .pipe(z.number().min(lowest, message).max(highest, message))
    .describe(`number from ${lowest} to ${highest}`)
}

export const oneOf = <const T extends readonly string[]>(values: T) =>
  z
    .enum(values, `must be one of ${values.join(', ')}`)
    .describe(`one of ${values.map((value) => `\`${value}\``).join(', ')}`)

const pemMessage = 'must be a PEM file with the certificate and its private key'
/** Content of a PEM file, not its path. */
export const pem = z
  .string()
  .regex(/-----BEGIN CERTIFICATE-----/, pemMessage)
  .regex(/-----BEGIN [A-Z ]*PRIVATE KEY-----/, pemMessage)

export const hostName = z
  .string()
  .regex(/^[A-Za-z0-9.:-]+$/, 'must be a host name or an address')
  .describe('host name or address')

export const hostNames = z
  .string()
  .regex(/^[a-z0-9.-]+(,[a-z0-9.-]+)*$/, 'must be host names separated by commas')
  .transform((list) => list.split(','))
  .describe('host names separated by commas')

export const path = z.string().describe('path')

/** Path of a readable file. A federated token has no mode check: Kubernetes decides who reads it, and renews it. */
export const readableFile = z
  .string()
  .refine((file) => {
    try {
      accessSync(file, constants.R_OK)
      return true
    } catch {
      return false
    }
  }, 'names a file that cannot be read')
  .describe('path')

export const databaseUrl = z
  .string()
  .regex(/^(sqlite:.+|postgres(ql)?:\/\/.+)$/s, 'must be sqlite:FILE or postgres://…')
  .transform((url) => () => url)
  .describe('`sqlite:FILE` or `postgres://…`')

export const connectionName = z
  .string()
  .regex(/^[\w .-]{1,64}$/, 'must be the name of an OAuth connection of the bot')
  .describe('name of up to 64 characters')

export const country = z
  .string()
  .toUpperCase()
  .regex(/^[A-Z]{2}$/, 'must be two letters, such as DE')
  .describe('two letters')

export const httpsUrl = z.url({ protocol: /^https$/, error: 'must be an https address' }).describe('https address')

/** Accepts one of the addresses, which have no path; a trailing slash is forgiven. */
export const officialUrl = (addresses: readonly [string, ...string[]]) =>
  z
    .string()
    .transform((url) => url.replace(/\/$/, '').toLowerCase())
    .pipe(z.enum(addresses, `must be ${addresses.join(' or ')} in this CLOUD`))
