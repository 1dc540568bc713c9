/** Directory roles that a partner asks a customer for, by the public ids of their templates, which never change. */
export const adminRoles = {
  'directory-readers': '88d8e3e3-8f55-4a1e-953a-9b9898b8876b',
  'helpdesk-administrator': '729827e3-9c14-49f7-bb1b-9608f156bbb8',
  'service-support-administrator': 'f023fd81-a637-4b56-95fd-791ac0226033',
  'license-administrator': '4d6ac14f-3453-41d0-bef9-a3e0c569773a',
  'exchange-administrator': '29232cdf-9323-42fd-ade2-1d097af3e4de',
  'teams-administrator': '69091246-20e8-4a56-aa4d-066075b2a7a8',
  'security-reader': '5d6b6bb7-de71-4623-b4af-96380a352509',
  'billing-administrator': 'b0f54661-2d74-4c50-afa3-1ec803f12efe',
  'global-reader': 'f2ef992c-3afb-46b9-b7cf-a126ee74c451',
  'global-administrator': '62e90394-69f5-4237-9190-012177145e10',
} as const
type RoleKey = keyof typeof adminRoles

interface AdminRole {
  /** Id of the role's template in Entra. */
  id: string
  key: RoleKey
}

/** All roles that can be requested, from the least to the most powerful. */
export const everyRole: readonly AdminRole[] = Object.entries(adminRoles).map(([key, id]) => ({
  id,
  key: key as RoleKey,
}))

/**
 * Presets: the least powerful roles for each purpose. None is preselected; `global-administrator` needs one more
 * approver and is never extended automatically.
 */
const rolesFor = {
  helpdesk: ['directory-readers', 'helpdesk-administrator', 'service-support-administrator'],
  // Assigning licences to users that exist; creating users needs more.
  licensing: ['directory-readers', 'license-administrator'],
  exchange: ['exchange-administrator'],
  teams: ['teams-administrator'],
  'security-reader': ['security-reader'],
  'billing-support': ['billing-administrator', 'service-support-administrator'],
  'global-reader': ['global-reader'],
  'global-administrator': ['global-administrator'],
} as const satisfies Record<string, readonly RoleKey[]>

export type PresetId = keyof typeof rolesFor
export const presetIds = Object.keys(rolesFor) as [PresetId, ...PresetId[]]

/** The roles of a preset, in the order in which they are shown. */
export const presetRoles = (preset: PresetId): readonly AdminRole[] => everyRole.filter(({ key }) => isIn(preset, key))

const isIn = (preset: PresetId, key: RoleKey) => (rolesFor[preset] as readonly RoleKey[]).includes(key)

/** Ids of the roles of several presets, each once. */
export const rolesOf = (presets: readonly PresetId[]): string[] =>
  everyRole.filter(({ key }) => presets.some((preset) => isIn(preset, key))).map(({ id }) => id)

/** The key of a role's id, for its words; undefined for one that this release does not know. */
export const roleKeyOf = (id: string): RoleKey | undefined => everyRole.find((role) => role.id === id)?.key

/** The most that a role allows: to read, to change something, or everything. */
export const risks = ['read', 'change', 'everything'] as const
export type Risk = (typeof risks)[number]

const readers: readonly RoleKey[] = ['directory-readers', 'security-reader', 'global-reader']

/** Returns the risk of a role; one that this release does not know may change things. */
export function riskOf(id: string): Risk {
  const key = roleKeyOf(id)
  if (key === 'global-administrator') return 'everything'
  return key !== undefined && readers.includes(key) ? 'read' : 'change'
}

/** Returns the risk of a preset: that of its most powerful role. */
export const presetRisk = (preset: PresetId): Risk =>
  risks.findLast((risk) => presetRoles(preset).some(({ id }) => riskOf(id) === risk)) ?? 'read'

/** True if the roles include the Global Administrator. */
export const isAllPowerful = (roles: readonly string[]): boolean => roles.includes(adminRoles['global-administrator'])
