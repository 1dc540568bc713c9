import type { DirectoryId } from '../../dialogs/directory-id.ts'
import type { Settings } from './settings.ts'

/** Approvers of delegated administration: object ids in the partner's directory. Without any, every approval is refused. */
export type ApprovalsConfig = {
  readonly approvers: ReadonlySet<DirectoryId>
  /** Group whose members approve as well. */
  readonly group: string | undefined
  /** Number of different approvers a request needs, 1 to 5. */
  readonly required: number
}

/** Reads the approvers. `sandboxGroup` applies only if the environment names no approver. */
export function readApprovals(settings: Settings, sandboxGroup?: string): ApprovalsConfig {
  const named = {
    approvers: settings.read('APPROVERS') ?? new Set<DirectoryId>(),
    group: settings.read('APPROVERS_GROUP'),
    required: settings.read('APPROVALS_REQUIRED'),
  }
  return Object.freeze(hasApprovers(named) ? named : { ...named, group: sandboxGroup })
}

export const hasApprovers = ({ approvers, group }: Pick<ApprovalsConfig, 'approvers' | 'group'>): boolean =>
  approvers.size > 0 || group !== undefined
