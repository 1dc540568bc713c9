import { guid, guids, wholeNumber } from './kinds.ts'
import type { Settings } from './settings.ts'

/** Who approves delegated administration: object ids of the partner's directory. With nobody, every approval is refused. */
export type ApprovalsConfig = {
  readonly approvers: ReadonlySet<string>
  /** Members of this group approve as well. */
  readonly group: string | undefined
  /** How many of them have to, 1 to 5. */
  readonly required: number
}

/** Takes the group of the sandbox only where the environment names nobody. */
export function readApprovals(settings: Settings, sandboxGroup?: string): ApprovalsConfig {
  const approvers = settings.optional('APPROVERS', guids) ?? new Set<string>()
  const group = settings.optional('APPROVERS_GROUP', guid)
  const required = settings.optional('APPROVALS_REQUIRED', wholeNumber(1, 5)) ?? 1
  const named = { approvers, group, required }
  return Object.freeze(hasApprovers(named) ? named : { ...named, group: sandboxGroup })
}

/** Whether there is anybody who might approve. */
export const hasApprovers = ({ approvers, group }: Pick<ApprovalsConfig, 'approvers' | 'group'>): boolean =>
  approvers.size > 0 || group !== undefined
