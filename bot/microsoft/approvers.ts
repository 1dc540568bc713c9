import { randomUUID } from 'node:crypto'
import type { TokenResult } from '../../clients/entra-tokens.ts'
import type { DirectoryGroup, Groups } from '../../clients/groups.ts'
import type { RequestIdentity } from '../../clients/http.ts'
import type { ApproverRoster } from '../deployment.ts'

interface ApproversDeps {
  /** Object ids of people. */
  list: ReadonlySet<string>
  /** Object id of a group whose members approve as well. */
  group: string | undefined
  groups: Groups
  /** The application's own token for Graph. */
  token: () => Promise<TokenResult>
  /** Milliseconds. */
  now: () => number
  /** The group cannot be read: nobody of it can approve until it can. */
  onUnreadable?: (cause: unknown) => void
}

/** Nobody is an approver for longer than this after having lost the role, whatever is asked. */
const keptMs = 60_000

type Members = ReadonlySet<string> | undefined

/** Who may approve: people named in the configuration, and members of a group of the directory, read through Graph. */
export function createApprovers({ list, group, groups, token, now, onUnreadable }: ApproversDeps) {
  let kept: { members: ReadonlySet<string>; until: number } | undefined
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
      kept = { members: result.value, until: began + keptMs }
      seen = [...result.value]
      return result.value
    }
    if (result) onUnreadable?.(result.kind === 'refused' ? new Error(`${result.status} ${result.code}`) : result.kind)
    return undefined
  }

  /** One read at a time, whoever asks. */
  function read(id: string): Promise<Members> {
    running ??= fetchMembers(id).finally(() => {
      running = undefined
    })
    return running
  }

  /** What is read from now on: a read that is under way may have seen the group as it was before. */
  function readAnew(id: string): Promise<Members> {
    if (running === undefined) return read(id)
    following ??= running.then(() => {
      following = undefined
      return read(id)
    })
    return following
  }

  async function membersOf(id: string, fresh: boolean): Promise<Members> {
    if (fresh) return readAnew(id)
    return kept !== undefined && now() < kept.until ? kept.members : read(id)
  }

  return {
    /**
     * May this person of the partner's directory approve? Undefined when that cannot be found out: then they may not.
     * `fresh` reads the group now, for decisions and what follows from them; else it is known for a minute.
     */
    isApprover: async (person: string, { fresh = false }: { fresh?: boolean } = {}): Promise<boolean | undefined> => {
      const id = person.toLowerCase()
      if (list.has(id)) return true
      if (group === undefined || id === '') return false
      return (await membersOf(group, fresh))?.has(id)
    },

    /** The same as far as it is known without asking anybody. */
    known: (person: string): boolean | undefined => {
      const id = person.toLowerCase()
      if (list.has(id)) return true
      if (group === undefined || id === '') return false
      return kept !== undefined && now() < kept.until ? kept.members.has(id) : undefined
    },

    /** Who would be asked to approve, as far as it is known; with nobody in it, every approval is refused. */
    asked: (): ApproverRoster => ({ people: [...list], group: group && (found?.name ?? group), members: seen }),

    /** Reads what the group is called and who is in it. */
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
