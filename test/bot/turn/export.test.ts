import nock from 'nock'
import { expect, it, onTestFinished } from 'vitest'
import { auditEntries } from '../../../state/audit/entries.ts'
import { appendToRoom } from '../../../state/audit/history.ts'
import { activity, post, type Speaker, tenant } from '../../support/bot.ts'
import { startFileStore } from '../../support/file-store.ts'
import { useNock } from '../../support/nock.ts'
import { somebody, startWorld } from '../../support/world.ts'

useNock()

const auditor = '99999999-0000-4000-8000-00000000000a'
const admin = '99999999-0000-4000-8000-00000000000b'
const foreign = '88888888-8888-4888-8888-888888888888'
const reader: Speaker = { id: auditor, name: 'Auditor', conversation: 'a:auditor' }

const consentType = 'application/vnd.microsoft.teams.card.file.consent'
const infoType = 'application/vnd.microsoft.teams.card.file.info'

/** A world with an auditor, an agent who has left something to read, and a file store. */
async function scene({ most }: { most?: number } = {}) {
  const world = await startWorld({ AUDITORS: auditor, ADMINS: admin }, 'test', {
    world: most === undefined ? {} : { exportBytes: most },
  })
  const store = await startFileStore()
  onTestFinished(() => store.close())
  const agent = somebody()
  await world.chat(agent).say('new')
  await world.chat(somebody({ tenant: foreign, name: 'Foreign' })).say('new')

  const attachments = (conversation: string) =>
    world.connector.sent
      .filter((sent) => sent.conversation === conversation)
      .map(({ body }) => body.attachments?.[0] as unknown as Record<string, unknown> | undefined)

  async function until(conversation: string, contentType: string, count = 1) {
    for (const end = Date.now() + 10_000; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
      const found = attachments(conversation).filter((attachment) => attachment?.contentType === contentType)
      if (found.length >= count) return found[count - 1] as Record<string, unknown>
      if (Date.now() > end) throw new Error(`no ${contentType} came`)
    }
  }

  const send = (speaker: Speaker, what: Record<string, unknown>) =>
    post(world.bot.url, activity(world.connector.url, speaker, what))

  /** Types `export` and gives the offer. */
  async function offered(text = 'export', speaker = reader) {
    await send(speaker, { type: 'message', text })
    const card = await until(speaker.conversation ?? '', consentType)
    const { content, name } = card as {
      content: { description: string; sizeInBytes: number; acceptContext: unknown }
      name: string
    }
    return { ...content, name }
  }

  const info = (uploadUrl = `${store.url}/upload?key=secret`, contentUrl = `${store.url}/personal/file.jsonl`) => ({
    uploadUrl,
    contentUrl,
    name: 'multicanal.jsonl',
    uniqueId: '1150D938-8870-4044-9F2C-5BBDEBA70C9D',
    fileType: 'jsonl',
  })

  const accept = (context: unknown, uploadInfo: unknown = info(), speaker = reader) =>
    send(speaker, {
      type: 'invoke',
      name: 'fileConsent/invoke',
      value: { type: 'fileUpload', action: 'accept', context, uploadInfo },
    })

  /** All that was written down in rooms of the partner's tenant. */
  async function rooms() {
    const found = []
    for await (const entry of auditEntries(world.database, { tenant })) if (entry.case === null) found.push(entry)
    return found
  }

  return { ...world, store, agent, offered, accept, info, until, send, attachments, rooms, auditor: world.chat(reader) }
}

it('offers the history as a file, uploads it where Teams says, and posts it', async () => {
  const { offered, accept, until, store, agent, rooms } = await scene()
  const { name, description, sizeInBytes, acceptContext } = await offered()
  expect(name).toMatch(/^multicanal-\d{4}-\d\d-\d\d\.jsonl$/)
  expect(description).toMatch(/^Your organisation’s history: 1 entry\./)
  expect(sizeInBytes).toBeGreaterThan(100)

  expect(await accept(acceptContext)).toEqual({ status: 200, body: undefined })
  const file = await until('a:auditor', infoType)
  expect(file).toEqual({
    contentType: infoType,
    contentUrl: `${store.url}/personal/file.jsonl`,
    name: 'multicanal.jsonl',
    content: { uniqueId: '1150D938-8870-4044-9F2C-5BBDEBA70C9D', fileType: 'jsonl' },
  })
  expect(store.puts).toHaveLength(1)
  const [put] = store.puts
  const size = Buffer.byteLength(put?.body ?? '')
  expect(put?.path).toBe('PUT /upload?key=secret')
  expect(put?.range).toBe(`bytes 0-${size - 1}/${size}`)
  const lines = (put?.body ?? '')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(lines.map(({ tenant: of, type, by, event }) => [of, type, by, event])).toEqual([
    [tenant, 'case', agent.id, 'case.opened'],
    [tenant, 'desk', auditor, 'exported'],
  ])
  expect(Object.keys(lines[0] ?? {}).join()).toBe('type,tenant,case,room,stream,seq,at,by,event,detail,hash,customer')
  expect(await rooms()).toMatchObject([
    { room: 'a:auditor', by: auditor, event: 'exported', detail: { format: 'jsonl' } },
  ])
})

it('exports CSV with the requested entries only, and records the request', async () => {
  const { offered, accept, until, store, rooms, agent } = await scene()
  const { name, acceptContext } = await offered(`export csv since 2026-01-01 by ${agent.id}`)
  expect(name).toMatch(/\.csv$/)
  await accept(acceptContext)
  await until('a:auditor', infoType)
  const [head, ...rows] = (store.puts[0]?.body ?? '').trimEnd().split('\n')
  expect(head).toBe('type,tenant,case,room,stream,seq,at,by,event,detail,hash,customer,customerDomain,customerTenant')
  expect(rows).toHaveLength(1)
  expect(rows[0]).toContain(`"${agent.id}"`)
  expect((await rooms())[0]?.detail).toEqual({ format: 'csv', since: '2026-01-01T00:00:00.000Z', by: agent.id })
})

it('says in the sandbox, whose windows show no files, how to get the history', async () => {
  const { offered, attachments } = await scene()
  await offered()
  await expect
    .poll(() => JSON.stringify(attachments('a:auditor')))
    .toContain('In a terminal, npm run -s cases -- export prints the history.')
})

it('reports an empty export and a declined one', async () => {
  const { auditor: chat, send, store } = await scene()
  expect(await chat.say('export until 2001-01-01')).toContain('There’s nothing to export.')
  await send(reader, { type: 'invoke', name: 'fileConsent/invoke', value: { action: 'decline', context: {} } })
  await chat.see(/nothing was exported/)
  expect(store.puts).toEqual([])
})

it('is for auditors and administrators of the partner, in their personal chat', async () => {
  const { chat, offered } = await scene()
  const refused = /Only the bot’s administrators and auditors can export/
  expect(await chat(somebody()).say('export')).toMatch(refused)
  expect(await chat({ ...reader, tenant: foreign, conversation: 'a:foreign' }).say('export')).toMatch(refused)
  const group = { ...reader, conversation: '19:group@thread.v2', type: 'groupChat' as const }
  expect(await chat(group).say('export')).toMatch(/in our personal chat/)
  expect(await chat(reader).say('export everything')).toMatch(/Try “export”/)
  const { sizeInBytes } = await offered('exporter', { ...reader, id: admin, conversation: 'a:admin' })
  expect(sizeInBytes).toBeGreaterThan(0)
})

it('sends nothing on the consent of another person or with a forged context', async () => {
  const { offered, accept, store, rooms, chat, attachments, idle } = await scene()
  const { acceptContext } = await offered()
  const stranger = somebody()
  await accept(acceptContext, undefined, stranger)
  await accept(acceptContext, undefined, { ...reader, tenant: foreign, conversation: 'a:foreign' })
  await accept(acceptContext, undefined, { ...reader, conversation: '19:group@thread.v2', type: 'groupChat' })
  for (const context of [undefined, {}, { export: { format: 'exe' } }, { export: { format: 'csv', tenant: foreign } }])
    await accept(context)
  await chat(reader).see(/Only the bot’s administrators and auditors/)
  await idle()
  expect(store.puts).toEqual([])
  expect(attachments(stranger.conversation ?? '').every((attachment) => attachment?.contentType !== infoType)).toBe(
    true,
  )
  const written = await rooms()
  expect(written.map(({ event }) => event)).toEqual(Array(6).fill('refused'))
  expect(written[0]?.detail).toEqual({ reason: 'export-not-allowed', tried: 'export' })
})

it('sends the history to no address that is not a file store', async () => {
  const { offered, accept, info, store, rooms, chat, idle } = await scene()
  const { acceptContext } = await offered()
  const wrong = ['https://evil.example/upload', store.url.replace('127.0.0.1', 'localhost'), 'file:///etc/passwd', '']
  for (const url of wrong) {
    await accept(acceptContext, info(`${url}/?key=secret`))
    await accept(acceptContext, info(undefined, `${url}/?key=secret`))
  }
  await accept(acceptContext, null)
  await accept(acceptContext, { ...info(), name: 1 })
  await chat(reader).see(/couldn’t be saved/)
  await idle()
  const written = await rooms()
  expect(written.map(({ event }) => event)).toEqual(Array(wrong.length * 2 + 2).fill('refused'))
  expect(written[0]?.detail).toEqual({ reason: 'file-store', tried: 'export', host: 'evil.example' })
  expect(JSON.stringify(written)).not.toContain('secret')
  expect(store.puts).toEqual([])
})

it('uploads the file to an organisation’s file store, with no credentials', async () => {
  const { offered, accept, info, until } = await scene()
  const { acceptContext } = await offered()
  const host = nock('https://contoso-my.sharepoint.com', { badheaders: ['authorization', 'cookie'] })
    .put('/upload')
    .query({ key: 'secret' })
    .reply(200, {})
  onTestFinished(() => nock.cleanAll())
  const address = 'https://contoso-my.sharepoint.com'
  await accept(acceptContext, info(`${address}/upload?key=secret`, `${address}/file.jsonl`))
  expect((await until('a:auditor', infoType)).contentUrl).toBe(`${address}/file.jsonl`)
  expect(host.isDone()).toBe(true)
})

it('follows no redirection and reports that the store refused the file', async () => {
  const { offered, accept, store, chat } = await scene()
  const elsewhere = await startFileStore()
  onTestFinished(() => elsewhere.close())
  const { acceptContext } = await offered()
  let count = 0
  for (const [status, headers] of [
    [307, { location: elsewhere.url }],
    [202, {}],
    [403, {}],
    [500, {}],
  ] as const) {
    store.answerWith(status, headers)
    await accept(acceptContext)
    count += 1
    while (store.puts.length < count) await new Promise((resolve) => setTimeout(resolve, 10))
    await chat(reader).see(/couldn’t be saved/)
  }
  expect(elsewhere.puts).toEqual([])
  expect(store.puts).toHaveLength(4)
})

it('offers no oversized file, and uploads none that has become oversized', async () => {
  const { auditor: chat, accept, store, database } = await scene({ most: 2_000 })
  const room = { tenant, room: 'a:auditor', at: '2026-01-01T00:00:00.000Z', by: auditor, event: 'refused' as const }
  for (let index = 0; index < 10; index += 1)
    await database.transaction((tx) => appendToRoom(tx, { ...room, detail: { long: 'x'.repeat(200) } }))
  expect(await chat.say('export')).toContain('That would be more than 1 MB.')
  await accept({ export: { format: 'jsonl' } })
  await chat.see(/shorter period/)
  expect(store.puts).toEqual([])
})

it('handles a repeated consent once', async () => {
  const { offered, info, store, bot, connector, until, rooms, idle } = await scene()
  const { acceptContext } = await offered()
  const value = { action: 'accept', context: acceptContext, uploadInfo: info() }
  const delivery = activity(connector.url, reader, { type: 'invoke', name: 'fileConsent/invoke', value })
  await Promise.all([1, 2, 3].map(() => post(bot.url, delivery)))
  await until('a:auditor', infoType)
  await idle()
  expect(store.puts).toHaveLength(1)
  expect(await rooms()).toHaveLength(1)
})
