import { z } from 'zod'
import { directoryIdSchema } from '../dialogs/directory-id.ts'
import { licenceCount, readableOnly, optionalText as text } from './schemas.ts'

type TransferStatus =
  | 'pending'
  | 'in-progress'
  | 'completed'
  | 'partially-completed'
  | 'rejected'
  | 'expired'
  | 'cancelled'
  | 'failed'
  | 'other'

export type PartnerTransferItem = {
  subscription: string
  name: string
  /** Product type of the service. */
  product: string
  status: 'open' | 'completed' | 'failed'
  /** Foreign text of at most 200 characters. */
  error?: string | undefined
  /** Number of licences, if the service tells it. */
  quantity?: number | undefined
}

/** Transfer of a customer from one billing partner to another. */
export type PartnerTransfer = {
  id: string
  status: TransferStatus
  /** Status text of the service, at most 40 characters. */
  said: string
  source: { tenant: string; name: string }
  target: { tenant?: string | undefined; name: string }
  createdAt?: string | undefined
  expiresAt?: string | undefined
  items: PartnerTransferItem[]
}

/** Tenant id of a current partner that the service does not name; it equals no real one. */
export const NOBODY = '00000000-0000-0000-0000-000000000000'

const tenantId = directoryIdSchema.nullish().catch(undefined)

const itemSchema = z
  .object({
    id: z.union([z.string(), z.number()]).nullish(),
    subscriptionId: text,
    friendlyName: text,
    offerId: text,
    productType: text,
    status: z.unknown().optional(),
    transferError: z.unknown().optional(),
    quantity: licenceCount,
  })
  .transform(
    ({
      id,
      subscriptionId,
      friendlyName,
      offerId,
      productType,
      status,
      transferError,
      quantity,
    }): PartnerTransferItem => {
      const subscription = subscriptionId || String(id ?? '')
      return {
        subscription,
        name: friendlyName || offerId || subscription,
        product: productType ?? '',
        status: itemStatus(wordOf(status), errorText(transferError)),
        ...(errorText(transferError) && { error: short(errorText(transferError), 200) }),
        ...(quantity === undefined ? {} : { quantity }),
      }
    },
  )

/** A status may come as a number or not at all. */
const wordOf = (status: unknown): string =>
  typeof status === 'string' || typeof status === 'number' ? String(status) : ''

const errorSchema = z.object({ code: z.union([z.string(), z.number()]).nullish(), description: text })

/** The words of an error, which comes as text or as an object with a code. */
function errorText(error: unknown): string {
  if (typeof error === 'string') return error
  const parsed = errorSchema.safeParse(error)
  if (!parsed.success) return ''
  const { code, description } = parsed.data
  return [code ?? '', description ?? ''].filter((word) => word !== '').join(': ')
}

/** Time as ISO in UTC. The service may omit the zone, and year 1 means none. */
const timeSchema = z
  .unknown()
  .optional()
  .transform((said) => {
    if (typeof said !== 'string' || said === '') return undefined
    const at = Date.parse(/(?:z|[+-]\d\d:?\d\d)$/i.test(said) ? said : `${said}Z`)
    return at > 0 ? new Date(at).toISOString() : undefined
  })

const entityShape = z.object({
  id: z.string().min(1),
  status: z.unknown().optional().transform(wordOf),
  transferType: z.union([z.number(), z.string()]).nullish(),
  sourcePartnerTenantId: tenantId,
  sourcePartnerName: text,
  targetPartnerTenantId: tenantId,
  targetPartnerName: text,
  createdTime: timeSchema,
  expirationTime: timeSchema,
  lineItems: readableOnly(itemSchema).nullish(),
})
type Entity = z.infer<typeof entityShape>

/** New-commerce subscriptions can be transferred since June 2024; months of slack for partners who could earlier. */
const NEW_COMMERCE_SINCE = '2024-01-01'

/**
 * Creates the schemas of transfer responses. The path also serves the transfers of 2020, which work differently,
 * so `all` drops types whose number is not accepted. A transfer without a type is dropped if it is older than new
 * commerce. A named type passes.
 */
export function transferReader(accepted: readonly number[]) {
  const isOurs = ({ transferType, createdTime }: Entity) => {
    if (transferType == null) return createdTime === undefined || createdTime >= NEW_COMMERCE_SINCE
    return Number.isNaN(Number(transferType)) || accepted.includes(Number(transferType))
  }
  return {
    all: readableOnly(entityShape).transform((entities) => entities.filter(isOurs).map(transferOf)),
    /** Fills in fields of the request that the response leaves out; a response without a body leaves out all. */
    single: (request: object) =>
      z
        .preprocess((answer) => {
          if (answer === undefined) return request
          return isRecord(answer) ? { ...request, ...answer } : answer
        }, entityShape)
        .transform(transferOf),
  }
}

const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function transferOf(entity: Entity): PartnerTransfer {
  const { id, status, createdTime, expirationTime, lineItems } = entity
  return {
    id,
    status: transferStatus(status),
    said: short(status, 40),
    source: { tenant: entity.sourcePartnerTenantId ?? NOBODY, name: entity.sourcePartnerName ?? '' },
    target: {
      ...(entity.targetPartnerTenantId && { tenant: entity.targetPartnerTenantId }),
      name: entity.targetPartnerName ?? '',
    },
    ...(createdTime && { createdAt: createdTime }),
    ...(expirationTime && { expiresAt: expirationTime }),
    items: lineItems ?? [],
  }
}

/** Maps an open set of statuses, which documentation and production spell differently. Unknown ones become `other`. */
function transferStatus(said: string): TransferStatus {
  const word = said.toLowerCase().replace(/[^a-z]/g, '')
  if (word === 'active' || word === 'pending') return 'pending'
  if (word === 'inprogress') return 'in-progress'
  if (word.startsWith('partial')) return 'partially-completed'
  if (word.startsWith('complete')) return 'completed'
  if (word.startsWith('reject') || word.startsWith('decline')) return 'rejected'
  if (word.startsWith('cancel')) return 'cancelled'
  if (word.startsWith('expire')) return 'expired'
  if (word.startsWith('fail')) return 'failed'
  return 'other'
}

function itemStatus(said: string | null | undefined, error: string | null | undefined): PartnerTransferItem['status'] {
  const status = transferStatus(said ?? '')
  if (status === 'completed' || status === 'failed') return status
  return error ? 'failed' : 'open'
}

const short = (words: string, maxLength: number) => words.slice(0, maxLength).toWellFormed()
