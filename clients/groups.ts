import { z } from 'zod'
import { type DirectoryId, directoryIdSchema } from '../dialogs/directory-id.ts'
import { graphIds, odataLiteral, readPages } from './graph-pages.ts'
import type { Http, HttpResult, RequestIdentity } from './http.ts'
import { isGuid } from './schemas.ts'

/** Security group of the partner's directory. */
export type DirectoryGroup = { id: string; name: string }

const groupSchema = z
  .object({ id: directoryIdSchema, displayName: z.string().nullish(), securityEnabled: z.boolean().nullish() })
  .transform(({ id, displayName, securityEnabled }) => ({
    id,
    name: displayName || id,
    isSecurity: securityEnabled === true,
  }))
const memberSchema = z.object({ id: directoryIdSchema }).transform(({ id }) => id)

const root = '/v1.0/groups'
const of = (id: string) => `${root}/${encodeURIComponent(id)}`
const fields = 'id,displayName,securityEnabled'

/**
 * Reads directory groups. The members alone need GroupMember.ReadBasic.All; a group's name, and finding it by name,
 * need GroupMember.Read.All.
 */
export function createGroups(http: Http) {
  const read = (caller: RequestIdentity, id: string) =>
    http.request({
      method: 'GET',
      path: of(id),
      query: { $select: fields },
      schema: groupSchema,
      ids: graphIds(caller),
      caller,
    })

  return {
    get: async (caller: RequestIdentity, id: string): Promise<HttpResult<DirectoryGroup>> => {
      const found = await read(caller, id)
      return found.kind === 'ok' ? { kind: 'ok', value: plain(found.value) } : found
    },

    /** Finds the security groups with this id or exact name, which several may share. */
    find: async (caller: RequestIdentity, text: string): Promise<HttpResult<DirectoryGroup[]>> => {
      if (isGuid(text)) {
        const found = await read(caller, text)
        return found.kind === 'ok' ? { kind: 'ok', value: [found.value].filter(isSecurity).map(plain) } : found
      }
      const query = { $filter: `displayName eq ${odataLiteral(text)}`, $select: fields }
      const found = await readPages(http, { path: root, query, item: groupSchema, caller })
      return found.kind === 'ok' ? { kind: 'ok', value: found.value.filter(isSecurity).map(plain) } : found
    },

    /**
     * Reads the object ids of all members, nested groups included. A check of one person (checkMemberGroups) would need
     * the right to read all people, and a filter would use an index that lags.
     */
    members: async (caller: RequestIdentity, id: string): Promise<HttpResult<ReadonlySet<DirectoryId>>> => {
      const query = { $select: 'id', $top: '999' }
      const found = await readPages(http, { path: `${of(id)}/transitiveMembers`, query, item: memberSchema, caller })
      return found.kind === 'ok' ? { kind: 'ok', value: new Set(found.value) } : found
    },
  }
}

export type Groups = ReturnType<typeof createGroups>

type Found = z.output<typeof groupSchema>
const isSecurity = (found: Found) => found.isSecurity
const plain = ({ id, name }: Found): DirectoryGroup => ({ id, name })
