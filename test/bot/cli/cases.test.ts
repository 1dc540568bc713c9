import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { runCases } from '../../../bot/cli/cases.ts'
import { moveAction, prepareAction } from '../../../state/actions.ts'
import { appendRefusal } from '../../../state/audit/history.ts'
import { openDatabase } from '../../../state/engine/database.ts'
import { startBot, startConnector } from '../../support/bot.ts'
import { createChat } from '../../support/chat.ts'
import { somebody } from '../../support/world.ts'

const folder = mkdtempSync(join(tmpdir(), 'multicanal-cases-'))
const file = join(folder, 'cases.db')
const url = `sqlite:${file}`
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs the command line in this process, and returns its exit code and what it printed. */
async function cases(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const printed = { out: '', err: '' }
  const capture = (to: 'out' | 'err') => (chunk: string | Uint8Array) => {
    printed[to] += String(chunk)
    return true
  }
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(capture('out')),
    vi.spyOn(process.stderr, 'write').mockImplementation(capture('err')),
  ]
  try {
    const code = await runCases(args, { DATABASE_URL: url })
    return { code, ...printed }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

const csv = async (...args: string[]) => (await cases(...args)).out.trim().split('\n')
const lines = async (...args: string[]) => {
  const { out } = await cases(...args)
  return out === ''
    ? []
    : out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
}

let id = ''
let agent = ''
let tenant = ''
const request = '6d2f4b6a-0000-4000-8000-000000000001'
const asked = '2026-11-20T23:59:59.999Z'
const refused = '2026-11-21T00:00:00.000Z'

/** Rows of the ledger and of a room after an action and a refusal. */
async function addActionAndRefusal(): Promise<void> {
  const db = await openDatabase(url)
  const action = { id: request, tenant, caseId: id, track: 'transfer', name: 'create-transfer', askedBy: agent }
  const prepared = { ...action, correlation: 'c', state: 'prepared', sends: 0, looks: 0, createdAt: asked } as const
  await db.transaction(async (tx) => {
    await prepareAction(tx, prepared)
    await moveAction(tx, prepared, { state: 'confirmed', sends: 1, note: 'transfer 7' }, asked)
    const detail = { tried: '=1+1' }
    await appendRefusal(tx, { tenant, room: 'a:room', at: refused, by: 'intruder', reason: 'not-here', detail })
  })
  await db.close()
}

beforeAll(async () => {
  const connector = await startConnector()
  const bot = await startBot({ DATABASE_URL: url })
  const chat = createChat(bot.url, connector, somebody({ name: 'Agent' }))
  await chat.say('hello')
  await chat.press('answer', { question: 'role', value: 'direct' })
  await chat.press('answer', { value: 'usage' })
  await chat.press('answer', { value: 'ea' })
  await chat.press('start', { track: 'plan/manual-migration' })
  id = chat.caseId()
  await chat.press('customer', {}, { named: 'Wingtip Toys' })
  await chat.say('new')
  await bot.stop()
  await connector.close()
  const shown = JSON.parse((await cases('show', id)).out) as { createdBy: string; tenant: string }
  agent = shown.createdBy
  tenant = shown.tenant
  await addActionAndRefusal()
})

describe('npm run cases', () => {
  it('list shows every case in a table with its customer, the newest change first', async () => {
    const { code, out } = await cases('list')
    expect(code).toBe(0)
    const [header, ...rows] = out.trim().split('\n')
    expect(header).toMatch(/^case +customer +state +edition +revision +updated +tenant$/)
    expect(rows).toHaveLength(2)
    expect(rows[1]).toMatch(new RegExp(`^${id} +Wingtip Toys +in-progress +2017-03 +5 `))
    const changes = rows.map((row) => /20\S+Z/.exec(row)?.[0] ?? '')
    expect(changes).toEqual(changes.toSorted().toReversed())
  })

  it('prints the usage when it is asked for help, and when an option is unknown', async () => {
    for (const option of ['--help', '-h'])
      expect(await cases(option)).toMatchObject({ code: 0, out: expect.stringContaining('-- list'), err: '' })
    expect(await cases('list', '--colour')).toMatchObject({ code: 1, err: expect.stringContaining('-- list') })
  })

  it('ends quietly when its reader has seen enough', async () => {
    const child = spawn(process.execPath, ['bot/cli/cases.ts', 'list'], {
      env: { ...process.env, DATABASE_URL: url },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.destroy()
    const [err, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
    expect({ err, code }).toEqual({ err: '', code: 0 })
  })

  it('show prints one case with everything that is promised', async () => {
    const { code, out } = await cases('show', id.toLowerCase())
    expect(code).toBe(0)
    const shown = JSON.parse(out) as Record<string, unknown>
    expect(Object.keys(shown)).toEqual([
      'type',
      'id',
      'tenant',
      'conversation',
      'edition',
      'revision',
      'state',
      'customer',
      'answers',
      'outcome',
      'tracks',
      'createdBy',
      'createdAt',
      'updatedAt',
      'actions',
      'history',
    ])
    expect(shown.actions).toEqual([
      {
        id: request,
        correlation: 'c',
        track: 'transfer',
        name: 'create-transfer',
        state: 'confirmed',
        sends: 1,
        askedBy: agent,
        at: asked,
        updatedAt: asked,
        note: 'transfer 7',
      },
    ])
    expect(shown).toMatchObject({
      id,
      edition: '2017-03',
      revision: 5,
      customer: { name: 'Wingtip Toys', domain: null, tenant: null },
      state: 'in-progress',
      answers: { role: 'direct', service: 'usage', 'usage-source': 'ea' },
      outcome: ['request-relationship', 'manual-migration'],
      tracks: [{ kind: 'plan', name: 'plan/manual-migration', state: 'open', since: expect.any(String), due: null }],
    })
    const history = shown.history as { seq: number; at: string; by: string; event: string; detail: object }[]
    expect(history.map(({ seq, event }) => `${seq} ${event}`)).toEqual([
      '1 case.opened',
      '2 question.answered',
      '3 question.answered',
      '4 question.answered',
      '5 track.started',
      '6 customer.named',
    ])
  })

  it('export writes JSON lines: cases with their actions, and refusals', async () => {
    const exported = await lines('export')
    expect(exported.map(({ type }) => type)).toEqual(['case', 'case', 'refusal'])
    const [shown] = exported.filter((row) => row.id === id)
    expect(shown).toEqual(JSON.parse((await cases('show', id)).out))
    expect(exported[2]).toEqual({
      type: 'refusal',
      tenant,
      room: 'a:room',
      seq: 1,
      at: refused,
      by: 'intruder',
      event: 'refused',
      detail: { reason: 'not-here', tried: '=1+1' },
    })
  })

  it('export of a period or a person holds the entries of that, in cases that are whole otherwise', async () => {
    expect((await lines('export', '--by', 'intruder')).map(({ type }) => type)).toEqual(['refusal'])
    const [shown] = (await lines('export')).filter((row) => row.id === id) as [{ history: { at: string }[] }]
    const [, second] = shown.history
    const since = second?.at ?? ''
    const late = (await lines('export', '--since', since, '--by', agent)).find((row) => row.id === id)
    expect(late).toEqual({ ...shown, history: shown.history.filter(({ at }) => at >= since) })
    expect(await lines('export', '--since', '2999-01-01')).toEqual([])
    expect(await lines('export', '--since', '2020-01-01', '--until', '2020-12-31')).toEqual([])
  })

  it('export takes both days of a period in', async () => {
    const types = async (...period: string[]) => {
      const [, ...rows] = await csv('export', '--format', 'csv', ...period)
      return rows.map((row) => row.split(',')[0])
    }
    const before = await types('--until', '2026-11-20')
    expect(before).toContain('"action"')
    expect(before).not.toContain('"refusal"')
    const after = await types('--since', '2026-11-21')
    expect(after).toContain('"refusal"')
    expect(after).not.toContain('"action"')
  })

  it('export writes CSV: one line for each entry, in columns that stay', async () => {
    const [header, ...rows] = await csv('export', '--format', 'csv')
    expect(header).toBe(
      'type,tenant,case,room,stream,seq,at,by,event,detail,hash,customer,customerDomain,customerTenant',
    )
    expect(rows.filter((row) => row.endsWith(',"Wingtip Toys","",""'))).toHaveLength(8)
    expect(rows.at(-1)).toMatch(/,"","",""$/)
    const kinds = rows.map((row) => row.split(',')[0])
    expect(kinds.filter((kind) => kind === '"case"')).toHaveLength(7)
    expect(kinds.slice(-1)).toEqual(['"refusal"'])
    expect(rows.find((row) => row.startsWith('"action"'))).toMatch(
      new RegExp(`^"action","${tenant}","${id}",".*","${request}","1","${asked}","${agent}","action.prepared","`),
    )
    expect(await csv('export', '--format', 'csv', '--by', 'nobody')).toEqual([header])
  })

  it('explains itself when it is asked for something else', async () => {
    expect(await cases()).toMatchObject({ code: 1, err: expect.stringContaining('export [--format') })
    expect(await cases('show')).toMatchObject({ code: 1, err: expect.stringContaining('MC-') })
    expect(await cases('show', 'MC-000000')).toMatchObject({ code: 1 })
    expect(await cases('export', '--format', 'xml')).toMatchObject({ code: 1 })
    expect(await cases('export', '--since', '2026-02-30')).toMatchObject({ code: 1 })
    expect(await cases('export', '--until', 'soon')).toMatchObject({ code: 1 })
  })

  it('verify finds the histories unbroken, and finds what was changed behind the bot’s back', async () => {
    expect(await cases('verify')).toMatchObject({ code: 0, out: expect.stringContaining('unbroken') })
    const db = new DatabaseSync(file)
    const triggers = db.prepare("select name from sqlite_master where type = 'trigger'").all() as { name: string }[]
    for (const { name } of triggers) db.exec(`drop trigger "${name}"`)
    db.prepare('update history set detail = replace(detail, ?, ?) where stream = ?').run('ea', 'open', id)
    db.close()
    const { code, out } = await cases('verify')
    expect(code).toBe(2)
    expect(out).toContain(id)
  })
})
