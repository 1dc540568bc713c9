import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Case } from '../../../dialogs/case.ts'
import { startTrack, type Track } from '../../../dialogs/tracks/registry.ts'
import { insertCase } from '../../../state/case-store.ts'
import { savePerson } from '../../../state/directory.ts'
import { saveLink } from '../../../state/links.ts'
import { sample } from '../../state/sample-case.ts'
import { activity, type Card, post, type Speaker, tenant, textOf } from '../../support/bot.ts'
import { startWorld, type TestWorld } from '../../support/world.ts'

const other = '88888888-8888-4888-8888-888888888888'
const agent: Speaker = { id: '22222222-0000-4000-8000-000000000001', conversation: '19:nobody-knows@thread.v2' }
const hostile: Speaker = { ...agent, tenant: other }
const own =
  'https://admin.microsoft.com/Adminportal/Home?invType=ResellerRelationship&partnerId=1#/BillingAccounts/partner-invitation'
const joint =
  'https://admin.microsoft.com/Adminportal/Home?invType=IndirectResellerRelationship&partnerId=2#/BillingAccounts'

const adaptive = 'application/vnd.microsoft.card.adaptive'
type Attachment = {
  contentType: string
  content: Card
  preview: { contentType: string; content: { title?: string; text?: string } }
}
type Result = { title: string; subtitle: string | undefined; card: Card }

let world: TestWorld
beforeAll(async () => {
  world = await startWorld()
})

/** A track whose invitation has this link, at a customer. */
function inviting(name: string, link: string | null, state?: string): Track {
  const isJoint = link === joint
  const start = isJoint
    ? { kind: 'invitation' as const, side: 'reseller' as const, request: null }
    : { kind: 'relationship' as const }
  const { track } = startTrack(start, 'reseller', '2026-01-01T12:00:00.000Z')
  const customer = { id: randomUUID(), name, domain: `${name.toLowerCase()}.example` }
  const standing = state ?? (isJoint ? 'with-reseller' : 'link-ready')
  return { ...track, state: standing, context: { ...track.context, customer, link } } as Track
}

let seconds = 0
/** Puts a case into the database, newer than all before. */
async function add(track: Track, speaker: Speaker = agent): Promise<Case> {
  seconds += 1
  const at = new Date(Date.UTC(2026, 0, 1, 12, 0, seconds)).toISOString()
  const { case: opened, entry } = sample({ tenant: speaker.tenant ?? tenant, person: speaker.id ?? '', at })
  const caseRecord = { ...opened, tracks: [track] }
  await world.database.transaction((tx) => insertCase(tx, caseRecord, caseRecord.conversation, entry))
  return caseRecord
}

async function invoke(name: string, value: unknown, speaker: Speaker = agent, more: object = {}): Promise<Result[]> {
  const what = { type: 'invoke', name: `composeExtension/${name}`, value, ...more }
  const { status, body } = await post(
    world.bot.url,
    activity(world.connector.url, { type: 'groupChat', ...speaker }, what),
  )
  expect(status).toBe(200)
  const { composeExtension } = body as unknown as {
    composeExtension: { type: string; attachmentLayout: string; attachments: Attachment[] }
  }
  expect([composeExtension.type, composeExtension.attachmentLayout]).toEqual(['result', 'list'])
  return composeExtension.attachments.map(({ contentType, content: card, preview }) => {
    expect([contentType, preview.contentType]).toEqual([adaptive, 'application/vnd.microsoft.card.thumbnail'])
    const { title = '', text } = preview.content
    // Dates hold spaces that do not break.
    return { title, subtitle: text?.replace(/\s/g, ' '), card }
  })
}

const search = (text: unknown, speaker?: Speaker, query: object = {}) => {
  const parameters = [{ name: 'customer', value: text }]
  return invoke(
    'query',
    { commandId: 'invitation', parameters, queryOptions: { skip: 0, count: 25 }, ...query },
    speaker,
  )
}
const titles = async (...given: Parameters<typeof search>) => (await search(...given)).map(({ title }) => title)
const unfurl = (url: unknown, speaker?: Speaker) => invoke('queryLink', { url }, speaker)

/** Everything the bot has noted about people, conversations and deliveries. */
const noted = async () => {
  const counts = []
  for (const table of ['people', 'conversations', 'deliveries', 'history', 'outbox']) {
    const { rows } = await world.database.transaction((tx) =>
      tx.execute({ name: `count-${table}`, sql: `select count(*) as count from ${table}` }, []),
    )
    counts.push(rows)
  }
  return counts
}

describe('the search for invitations in a message', () => {
  const seller: Speaker = { ...agent, id: '22222222-0000-4000-8000-000000000002' }

  it('finds a person’s own by customer, domain and case, and inserts a card without actions', async () => {
    const contoso = await add(inviting('Contoso', own), seller)
    await add(inviting('Fabrikam', joint), seller)
    for (const text of ['conto', ' CONTOSO.example', contoso.id])
      expect(await titles(text, seller)).toEqual(['Contoso'])
    const [found] = await search('contoso', seller)
    expect(found?.subtitle).toBe('ready to be sent · 1 Jan 2026')
    const json = JSON.stringify(found?.card)
    expect(json).not.toMatch(/Action\.(?:Execute|Submit)|"refresh"/)
    expect(json).toContain('"Action.OpenUrl"')
    expect(textOf(found?.card)).toContain('Contoso')
    expect(json).toContain(JSON.stringify(own))
  })

  it('lists the newest where nothing is typed, and none without a link or after its end', async () => {
    await add(inviting('Northwind', null, 'fetching-link'), seller)
    await add(inviting('Tailspin', own, 'lapsed'), seller)
    await add(inviting('Litware', own, 'awaiting-customer'), seller)
    expect(await titles('', seller)).toEqual(['Litware', 'Fabrikam', 'Contoso'])
    const first = { parameters: [{ name: 'initialRun', value: 'true' }] }
    expect(await titles(undefined, seller, first)).toEqual(['Litware', 'Fabrikam', 'Contoso'])
    expect((await search('', seller)).map(({ subtitle }) => subtitle?.split(' · ')[0])).toEqual([
      'with the customer',
      'with the reseller',
      'ready to be sent',
    ])
  })

  it('returns at most ten, and no further page', async () => {
    const busy: Speaker = { ...agent, id: '22222222-0000-4000-8000-000000000003' }
    for (let index = 0; index < 12; index += 1) await add(inviting(`Customer${index}`, own), busy)
    const found = await titles('', busy)
    expect([found.length, found[0], found[9]]).toEqual([10, 'Customer11', 'Customer2'])
    expect(await search('', busy, { queryOptions: { skip: 10, count: 10 } })).toEqual([])
  })

  it('shows nothing of colleagues or other tenants, and nothing to guests', async () => {
    await add(inviting('Secret', own.replace('partnerId=1', 'partnerId=3')), hostile)
    expect(await titles('secret', hostile)).toEqual(['Secret'])
    expect(await titles('secret', { ...agent, tenant })).toEqual([])
    expect(await titles('', { ...seller, tenant: other })).toEqual([])
    expect(await titles('', { ...agent, id: '22222222-0000-4000-8000-00000000000f' })).toEqual([])
    const query = { commandId: 'invitation', parameters: [] }
    const guest = { from: { id: '29:guest', aadObjectId: seller.id, tenantId: other } }
    expect(await invoke('query', query, seller, guest)).toEqual([])
    expect(await invoke('query', query, seller, { from: { id: '29:nobody' } })).toEqual([])
  })

  it.each([
    ['no value', undefined],
    ['null', null],
    ['a text', 'text'],
    ['no command', {}],
    ['another command', { commandId: 'other' }],
    ['parameters that are no list', { commandId: 'invitation', parameters: 'x' }],
    ['a parameter without a name', { commandId: 'invitation', parameters: [{}] }],
    ['a page that is no number', { commandId: 'invitation', queryOptions: { skip: 'x' } }],
  ])('answers %s with nothing', async (_, value) => {
    expect(await invoke('query', value, seller)).toEqual([])
  })

  it('treats any query as plain text', async () => {
    for (const text of ['%', '_', "' or 1=1 --", '.*', 'x'.repeat(5_000), 7, { a: 1 }, '{{DATE(2026)}}', '\u0000'])
      expect(await titles(text, seller)).toEqual(typeof text === 'string' ? [] : ['Litware', 'Fabrikam', 'Contoso'])
  })

  it('speaks the person’s language, and notes neither people nor conversations', async () => {
    const person = { tenant, id: seller.id ?? '', name: 'Seller', locale: 'fr' as const }
    await world.database.transaction((tx) => savePerson(tx, person, '2026-01-01T12:00:00.000Z', undefined))
    const before = await noted()
    const [found] = await search('contoso', seller)
    expect(found?.subtitle).toBe('prête à être envoyée · 1 janv. 2026')
    await unfurl(own, seller)
    expect(await noted()).toEqual(before)
  })
})

describe('unfurling', () => {
  const seller: Speaker = { ...agent, id: '22222222-0000-4000-8000-000000000004' }

  it('shows the partner’s own link to everyone in its tenant, without a customer', async () => {
    await add(inviting('Hidden', own), seller)
    const at = '2026-01-01T12:00:00.000Z'
    await world.database.transaction((tx) => saveLink(tx, { tenant, url: own, by: 'x', at }))
    const colleague: Speaker = { ...agent, id: '22222222-0000-4000-8000-000000000005' }
    for (const speaker of [seller, colleague]) {
      const [found] = await unfurl(own, speaker)
      expect(found?.title).toBe('Invitation to a reseller relationship')
      const json = JSON.stringify(found)
      expect(json).not.toMatch(/Hidden|Action\.(?:Execute|Submit)|"refresh"/)
      expect(json).toContain(JSON.stringify(own))
    }
  })

  it('shows a link to the person it was sent to, and to no other', async () => {
    await add(inviting('Contoso', joint), seller)
    expect(await unfurl(joint, seller)).toHaveLength(1)
    expect(await unfurl(joint, agent)).toEqual([])
    expect(await unfurl(joint, { ...seller, tenant: other })).toEqual([])
  })

  it('shows nothing of another tenant’s link', async () => {
    expect(await unfurl(own, hostile)).toEqual([])
    expect(await unfurl(own, { ...seller, tenant: other })).toEqual([])
  })

  it('shows no URL outside the official admin centers, even one stored in a case', async () => {
    const strange = [
      own.replace('https:', 'http:'),
      own.replace('admin.microsoft.com', 'admin.microsoft.com.evil.example'),
      own.replace('admin.microsoft.com', 'evil.example'),
      own.replace('https://', 'https://user:pass@'),
      own.replace('.com/', '.com:8443/'),
      'javascript:alert(1)',
    ]
    for (const url of strange) {
      await add(inviting('Contoso', url), seller)
      expect(await unfurl(url, seller)).toEqual([])
    }
    for (const url of [undefined, null, 7, {}, '', 'x'.repeat(10_000), `${own}x`, 'https://admin.microsoft.com/'])
      expect(await unfurl(url, seller)).toEqual([])
  })

  it('knows the simulated admin center of the sandbox', async () => {
    const link = 'http://127.0.0.1:4100/Adminportal/Home#/BillingAccounts'
    await add(inviting('Contoso', link), seller)
    expect(await unfurl(link, seller)).toHaveLength(1)
  })

  it('answers an invalid value with nothing', async () => {
    for (const value of [undefined, null, 'text', []]) expect(await invoke('queryLink', value, seller)).toEqual([])
  })
})
