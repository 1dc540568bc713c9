export interface GdapRequest {
  id: string
  action: string
  status: 'created' | 'pending' | 'succeeded' | 'failed'
  at: number
}
export interface GdapAssignment {
  id: string
  status: 'pending' | 'active' | 'deleting' | 'deleted'
  container: { accessContainerId: string; accessContainerType: string }
  roles: string[]
  etag: number
  createdAt: number
  modifiedAt: number
}
export interface GdapOperation {
  id: string
  kind: 'delegatedAdminAccessAssignmentUpdate' | 'delegatedAdminRelationshipUpdate'
  at: number
}
/** A delegated-admin relationship. Times in milliseconds. */
export interface GdapRecord {
  id: string
  partner: string
  displayName: string
  duration: string
  autoExtend: string
  customer: { tenantId: string; displayName?: string | null } | null
  roles: string[]
  status: 'created' | 'approvalPending' | 'activating' | 'active' | 'terminationRequested' | 'terminated' | 'expired'
  etag: number
  createdAt: number
  modifiedAt: number
  activatedAt: number | null
  requests: GdapRequest[]
  assignments: GdapAssignment[]
  operations: GdapOperation[]
}

export interface AccessDetails {
  unifiedRoles: { roleDefinitionId: string }[]
}
/** Body of a create request, and in parts of a PATCH. */
export interface GdapOrder {
  displayName: string
  duration: string
  autoExtendDuration?: string
  customer?: { tenantId: string; displayName?: string | null }
  accessDetails: AccessDetails
}
