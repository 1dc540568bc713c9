import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { Case } from '../../dialogs/case.ts'
import { startTrack, type Track } from '../../dialogs/tracks/registry.ts'
import { insertCase } from '../../state/case-store.ts'
import { searchInvitations } from '../../state/invitations.ts'
import { onBoth } from './databases.ts'
import { after, noon, sample, stored, unique } from './sample-case.ts'

const customer = (name: string, domain: string) => ({ id: randomUUID(), name, domain })

function inviting(kind: 'relationship' | 'invitation', whom: ReturnType<typeof customer> | null): Track {
  const start = kind === 'relationship' ? { kind } : { kind, side: 'reseller' as const, request: null }
  const { track } = startTrack(start, 'reseller', noon)
  return { ...track, context: { ...track.context, customer: whom } } as Track
}

const plan = { plan: 'manual-migration', role: 'direct', source: null, topic: null, settled: {} } as const
const someMigration = startTrack({ kind: 'plan', ...plan }, 'reseller', noon).track

const contoso = () => inviting('relationship', customer('Contoso Élan', 'contoso.example'))
const fabrikam = () => inviting('invitation', customer('Fabrikam "B"', 'fabrikam.example'))

onBoth('the search for invitations', (at) => {
  async function add(tracks: Track[], given: Parameters<typeof sample>[0]): Promise<Case> {
    const { case: opened, entry } = sample(given)
    const caseRecord = { ...opened, tracks }
    await at().db.transaction((tx) => insertCase(tx, caseRecord, caseRecord.conversation, entry))
    return caseRecord
  }
  const search = async (tenant: string, text: string, { person = 'reseller', limit = 10 } = {}) => {
    const found = await at().db.transaction((tx) => searchInvitations(tx, { tenant, person, text, limit }))
    return found.map(({ case: caseRecord }) => caseRecord.id)
  }

  it('finds the person’s own in all conversations, newest first', async () => {
    const tenant = unique('tenant')
    const older = await add([contoso()], { tenant, at: after(1) })
    const newer = await add([fabrikam()], { tenant, at: after(2), conversation: 'a:other' })
    const nobody = await add([inviting('relationship', null)], { tenant, at: after(3) })
    await stored(at().db, { tenant, at: after(4) })
    await add([someMigration], { tenant, at: after(5) })
    const colleague = await add([contoso()], { tenant, person: 'colleague', at: after(6) })
    expect(await search(tenant, '')).toEqual([nobody.id, newer.id, older.id])
    expect(await search(tenant, '', { limit: 2 })).toEqual([nobody.id, newer.id])
    expect(await search(tenant, '', { person: 'colleague' })).toEqual([colleague.id])
    expect(await search(unique('foreign'), '')).toEqual([])
  })

  it('matches part of the customer’s name or domain, and the case id', async () => {
    const tenant = unique('tenant')
    const caseRecord = await add([contoso()], { tenant, at: after(1) })
    const two = await add([someMigration, fabrikam()], { tenant })
    for (const text of ['contoso', ' ÉLAN ', 'OSO.EX', caseRecord.id, caseRecord.id.toLowerCase().slice(3)]) {
      expect(await search(tenant, text)).toEqual([caseRecord.id])
    }
    expect(await search(tenant, 'kam "b')).toEqual([two.id])
    expect(await search(tenant, '.example')).toEqual([caseRecord.id, two.id])
    for (const text of ['northwind', '%', '_', 'reseller', 'relationship'])
      expect(await search(tenant, text)).toEqual([])
  })

  it('skips cases that this release cannot read', async () => {
    const tenant = unique('tenant')
    const caseRecord = await add([contoso()], { tenant })
    const future = await add([contoso()], { tenant, at: after(1) })
    await at().tamper(`update cases set version = 99 where id = '${future.id}'`)
    expect(await search(tenant, '')).toEqual([caseRecord.id])
  })

  it('covers the latest two hundred cases', async () => {
    const tenant = unique('tenant')
    const oldest = await add([contoso()], { tenant, at: after(-1) })
    for (let count = 0; count < 199; count += 1) await stored(at().db, { tenant })
    expect(await search(tenant, 'contoso')).toEqual([oldest.id])
    await stored(at().db, { tenant })
    expect(await search(tenant, 'contoso')).toEqual([])
  })
})
