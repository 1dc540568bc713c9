export interface TransferLine {
  id: string
  subscription: string
  name: string
  productType: string
  quantity: number
  status: 'Active' | 'Complete' | 'Failed'
  error?: string
}

/** Stored transfer. Times in milliseconds; `products` null means all. */
export interface TransferRecord {
  id: string
  customer: string
  source: string
  target: string
  products: string[] | null
  type: number | string
  customerEmail: string
  targetEmail: string | null
  partnerOnRecord: string | null
  status: 'Active' | 'InProgress' | 'Complete' | 'PartiallyComplete' | 'Failed' | 'Reject' | 'Cancel' | 'Expired'
  createdAt: number
  modifiedAt: number
  expiresAt: number
  completedAt: number | null
  /** The source has accepted, and the rest happens by itself. */
  accepted: boolean
  lines: TransferLine[]
}

/** Body of a create request that fits the contract. */
export interface TransferOrder {
  sourcePartnerTenantId: string
  customerEmailId: string
  transferType: number | string
  targetPartnerTenantId?: string
  targetPartnerEmailId?: string
  targetProductTypes?: string[] | null
  partnerOnRecord?: string
}
