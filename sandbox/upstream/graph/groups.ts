import { directPartnerTenant } from '../companies.ts'
import { type SimulatedAnswer, SimulatedError } from '../http/answer.ts'
import type { OperationHandler, OperationRequest } from '../http/operation.ts'

interface SecurityGroup {
  id: string
  tenant: string
  displayName: string
  securityEnabled: boolean
  /** Object ids of people and of groups. */
  members: Set<string>
}

const group = (number: number, displayName: string, ...members: string[]): SecurityGroup => ({
  id: groupId(number),
  tenant: directPartnerTenant,
  displayName,
  securityEnabled: true,
  members: new Set(members),
})
const groupId = (number: number) => `99999999-0000-4000-8000-${String(number).padStart(12, '0')}`
const personId = (number: number) => `bbbbbbbb-0000-4000-8000-${String(number).padStart(12, '0')}`

/** Object ids of the manager and of the first colleague in every Playground window of this company. */
export const managerId = personId(2)
export const colleagueId = personId(11)
/** Group of the approvers. One of them is a member through a nested group. */
export const approversGroup = groupId(1)

/** Creates the groups of the direct partner's directory, as Graph shows them. They are not stored. */
export function createDirectoryGroups() {
  const groups = [
    group(1, 'Approvers', groupId(2), colleagueId),
    group(2, 'Managers', managerId),
    group(3, 'Customer care', personId(1), colleagueId),
    // Names are not unique in a directory.
    group(4, 'Second line', colleagueId),
    group(5, 'Second line', managerId),
    { ...group(6, 'Newsletter', personId(1)), securityEnabled: false },
  ]
  const find = (id: string | undefined) => groups.find((candidate) => candidate.id === id?.toLowerCase())

  function own({ params, caller }: OperationRequest): SecurityGroup {
    const found = find(params.groupId)
    if (found === undefined || found.tenant !== caller.tenant) {
      throw new SimulatedError(404, 'Request_ResourceNotFound', `Resource '${params.groupId}' does not exist.`)
    }
    return found
  }

  /** Lists all direct and nested members. Cycles are harmless. */
  function below({ members }: SecurityGroup, seen = new Set<string>()): Set<string> {
    for (const id of members) {
      if (seen.has(id)) continue
      seen.add(id)
      const inner = find(id)
      if (inner !== undefined) below(inner, seen)
    }
    return seen
  }

  const shown = ({ id, displayName, securityEnabled }: SecurityGroup) => ({ id, displayName, securityEnabled })

  function named({ query, caller }: OperationRequest): SimulatedAnswer {
    const [, value] = /^displayName eq '((?:[^']|'')*)'$/.exec(query.get('$filter') ?? '') ?? []
    if (value === undefined) throw new SimulatedError(400, 'Request_UnsupportedQuery', 'Only displayName is simulated.')
    const name = value.replaceAll("''", "'").toLowerCase()
    const found = groups.filter(
      ({ tenant, displayName }) => tenant === caller.tenant && displayName.toLowerCase() === name,
    )
    return { status: 200, body: { value: found.map(shown) } }
  }

  /** Pages hold two members, so that a client that ignores the next link fails. */
  function members(ask: OperationRequest): SimulatedAnswer {
    const all = [...below(own(ask))].map((id) => ({
      '@odata.type': `#microsoft.graph.${find(id) === undefined ? 'user' : 'group'}`,
      id,
    }))
    const from = Number(ask.query.get('$skiptoken') ?? 0)
    const next = `https://graph.microsoft.com/v1.0/groups/${own(ask).id}/transitiveMembers?$skiptoken=${from + 2}`
    const more = from + 2 < all.length ? { '@odata.nextLink': next } : {}
    return { status: 200, body: { ...more, value: all.slice(from, from + 2) } }
  }

  const handlers: Record<string, OperationHandler> = {
    listGroups: named,
    getGroup: (ask) => ({ status: 200, body: shown(own(ask)) }),
    listTransitiveMembers: members,
  }
  return {
    handlers,
    /** Adds a person to a group, or removes them. */
    join: (id: string, person: string): void => void find(id)?.members.add(person.toLowerCase()),
    leave: (id: string, person: string): void => {
      for (const each of [id, ...(find(id)?.members ?? [])]) find(each)?.members.delete(person.toLowerCase())
    },
  }
}
export type DirectoryGroups = ReturnType<typeof createDirectoryGroups>
