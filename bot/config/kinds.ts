import { accessSync, constants } from 'node:fs'
import { z } from 'zod'

/** What settings may look like. The messages name the expectation, never the value. */

export const guid = z.guid('must be a GUID').toLowerCase()

export const guids = z
  .string()
  .transform((list) => list.split(',').map((item) => item.trim()))
  .pipe(z.array(z.guid('must be GUIDs separated by commas').toLowerCase()))
  .transform((list) => new Set(list))

export const port = (lowest: number) =>
  z
    .string()
    .regex(/^\d{1,5}$/, 'must be a port number')
    .transform(Number)
    .pipe(z.number().min(lowest, 'must be a port number').max(65535, 'must be a port number'))

/** A whole number, both ends included. */
export function wholeNumber(lowest: number, highest: number) {
  const message = `must be a number from ${lowest} to ${highest}`
  return z
    .string()
    .regex(/^\d{1,5}$/, message)
    .transform(Number)
    .pipe(z.number().min(lowest, message).max(highest, message))
}

export const oneOf = <const T extends readonly string[]>(values: T) =>
  z.enum(values, `must be one of ${values.join(', ')}`)

const pemMessage = 'must be a PEM file with the certificate and its private key'
export const pem = z
  .string()
  .regex(/-----BEGIN CERTIFICATE-----/, pemMessage)
  .regex(/-----BEGIN [A-Z ]*PRIVATE KEY-----/, pemMessage)

export const hostName = z.string().regex(/^[A-Za-z0-9.:-]+$/, 'must be a host name or an address')

/** A file with a federated token. Kubernetes decides who may read it, and renews what is in it. */
export const readableFile = z.string().refine((file) => {
  try {
    accessSync(file, constants.R_OK)
    return true
  } catch {
    return false
  }
}, 'names a file that cannot be read')
