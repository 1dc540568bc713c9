import { z } from 'zod'
import { guid, optionalText as text } from './schemas.ts'

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
  /** Kind of product, as the service names it. */
  product: string
  status: 'open' | 'completed' | 'failed'
  /** At most 200 characters, foreign text. */
  error?: string | undefined
}

/** A change of the partner who bills a customer, in our words. */
export type PartnerTransfer = {
  id: string
  status: TransferStatus
  /** The service's own word for the status, at most 40 characters. */
  said: string
  source: { tenant: string; name: string }
  target: { tenant?: string | undefined; name: string }
  createdAt?: string | undefined
  expiresAt?: string | undefined
  items: PartnerTransferItem[]
}

/** Stands for a present partner the service does not name: equal to nobody. */
export const NOBODY = '00000000-0000-0000-0000-000000000000'

const tenantId = guid.nullish().catch(undefined)

const itemSchema = z
  .object({
    id: z.union([z.string(), z.number()]).nullish(),
    subscriptionId: text,
    friendlyName: text,
    offerId: text,
    productType: text,
    status: text,
    transferError: text,
  })
  .transform(
    ({ id, subscriptionId, friendlyName, offerId, productType, status, transferError }): PartnerTransferItem => {
      const subscription = subscriptionId || String(id ?? '')
      return {
        subscription,
        name: friendlyName || offerId || subscription,
        product: productType ?? '',
        status: itemStatus(status, transferError),
        ...(transferError && { error: short(transferError, 200) }),
      }
    },
  )

/** A time of the service as ISO in UTC. A zone may be missing, and year 1 stands for none. */
const timeSchema = z
  .string()
  .nullish()
  .transform((said) => {
    if (!said) return undefined
    const at = Date.parse(/(?:z|[+-]\d\d:?\d\d)$/i.test(said) ? said : `${said}Z`)
    return at > 0 ? new Date(at).toISOString() : undefined
  })

const entityShape = z.object({
  id: z.string().min(1),
  status: z.string(),
  transferType: z.union([z.number(), z.string()]).nullish(),
  sourcePartnerTenantId: tenantId,
  sourcePartnerName: text,
  targetPartnerTenantId: tenantId,
  targetPartnerName: text,
  createdTime: timeSchema,
  expirationTime: timeSchema,
  lineItems: z.array(itemSchema).nullish(),
})
type Entity = z.infer<typeof entityShape>

/**
 * Reads answers about transfers. The path is shared with the transfers of 2020, which work differently: `all` leaves out
 * what has a number not accepted. A type by name, or none, passes.
 */
export function transferReader(accepted: readonly number[]) {
  const isOurs = ({ transferType }: Entity) =>
    transferType == null || Number.isNaN(Number(transferType)) || accepted.includes(Number(transferType))
  return {
    all: z.array(entityShape).transform((entities) => entities.filter(isOurs).map(transferOf)),
    /** The answer may leave out what was said in caller. */
    one: (asked: object) =>
      z
        .preprocess((answer) => (isRecord(answer) ? { ...asked, ...answer } : answer), entityShape)
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

/** An open set that pages, samples and production write differently; what matches nothing ends nothing. */
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

const short = (words: string, most: number) => words.slice(0, most).toWellFormed()
