import { randomUUID } from 'node:crypto'
import type { TokenResult } from '../../clients/entra-tokens.ts'
import type { DirectoryGroup, Groups } from '../../clients/groups.ts'
import type { RequestIdentity } from '../../clients/http.ts'
import type { DirectoryId } from '../../dialogs/directory-id.ts'
import type { ApproverRoster } from '../deployment.ts'

interface ApproversDeps {
  /** Object ids of approvers named one by one. */
  list: ReadonlySet<DirectoryId>
  /** Object id of a group whose members approve as well. */
  group: string | undefined
  groups: Groups
  /** The application's own token for Graph. */
  token: () => Promise<TokenResult>
  /** Milliseconds. */
  now: () => number
  /** Called when the group cannot be read. Its members cannot approve until it can. */
  onUnreadable?: (cause: unknown) => void
}

/** Longest time for which a lost role still counts where no fresh read is required. */
const MEMBERS_TTL_MS = 60_000

type Members = ReadonlySet<DirectoryId> | undefined

/** Knows the approvers: people named in the configuration, and members of a group read through Graph. */
export function createApprovers({ list, group, groups, token, now, onUnreadable }: ApproversDeps) {
  let kept: { members: ReadonlySet<DirectoryId>; until: number } | undefined
  let running: Promise<Members> | undefined
  let following: Promise<Members> | undefined
  let found: DirectoryGroup | undefined
  let seen: readonly string[] = []

  async function asking(): Promise<RequestIdentity | undefined> {
    const issued = await token()
    if (issued.kind === 'token') return { token: issued.token, requestId: randomUUID(), correlationId: randomUUID() }
    onUnreadable?.(issued.kind === 'unavailable' ? issued.cause : new Error(issued.kind))
    return undefined
  }

  async function fetchMembers(id: string): Promise<Members> {
    const began = now()
    kept = undefined
    const as = await asking()
    const result = as && (await groups.members(as, id))
    if (result?.kind === 'ok') {
      kept = { members: result.value, until: began + MEMBERS_TTL_MS }
      seen = [...result.value]
      return result.value
    }
    if (result) onUnreadable?.(result.kind === 'refused' ? new Error(`${result.status} ${result.code}`) : result.kind)
    return undefined
  }

  /** Reads the members; concurrent callers share a read. */
  function read(id: string): Promise<Members> {
    running ??= fetchMembers(id).finally(() => {
      running = undefined
    })
    return running
  }

  /** Starts a new read after the running one, which may have seen an older state of the group. */
  function readFresh(id: string): Promise<Members> {
    if (running === undefined) return read(id)
    following ??= running.then(() => {
      following = undefined
      return read(id)
    })
    return following
  }

  async function membersOf(id: string, fresh: boolean): Promise<Members> {
    if (fresh) return readFresh(id)
    return kept !== undefined && now() < kept.until ? kept.members : read(id)
  }

  return {
    /**
     * True if this person of the partner's directory may approve. Undefined if that cannot be read, which refuses them.
     * `fresh` reads the group now, as decisions require; otherwise members are cached for a minute.
     */
    isApprover: async (
      person: DirectoryId,
      { fresh = false }: { fresh?: boolean } = {},
    ): Promise<boolean | undefined> => {
      if (list.has(person)) return true
      if (group === undefined || person === '') return false
      return (await membersOf(group, fresh))?.has(person)
    },

    /** Answers from the cache alone; undefined if that is not enough. */
    known: (person: DirectoryId): boolean | undefined => {
      if (list.has(person)) return true
      if (group === undefined || person === '') return false
      return kept !== undefined && now() < kept.until ? kept.members.has(person) : undefined
    },

    /** Returns the known approvers. If there are none, every approval is refused. */
    asked: (): ApproverRoster => ({ people: [...list], group: group && (found?.name ?? group), members: seen }),

    /** Reads the name and the members of the group. */
    look: async (): Promise<void> => {
      if (group === undefined) return
      const name = async () => {
        const as = await asking()
        const result = as && (await groups.get(as, group))
        if (result?.kind === 'ok') found = result.value
      }
      await Promise.all([name(), membersOf(group, false)])
    },
  }
}

export type Approvers = ReturnType<typeof createApprovers>
