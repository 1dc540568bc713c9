import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startBot, startConnector } from '../support/bot.ts'
import { createChat } from '../support/chat.ts'
import { somebody } from '../support/world.ts'

const root = join(import.meta.dirname, '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'multicanal-cases-'))
const file = join(folder, 'cases.db')
const url = `sqlite:${file}`
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The command line as people run it. */
const cases = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      ['bot/cases.ts', ...args],
      { cwd: root, env: { ...process.env, DATABASE_URL: url } },
      (error, out, err) => {
        resolve({ code: error ? Number(error.code) : 0, out, err })
      },
    )
  })

let id = ''
beforeAll(async () => {
  const connector = await startConnector()
  const bot = await startBot({ DATABASE_URL: url })
  const chat = createChat(bot.url, connector, somebody({ name: 'Agent' }))
  await chat.say('hello')
  await chat.press('answer', { question: 'role', value: 'direct' })
  await chat.press('answer', { value: 'usage' })
  await chat.press('answer', { value: 'ea' })
  await chat.press('start', { track: 'migration' })
  id = chat.caseId()
  await chat.say('new')
  await bot.stop()
  await connector.close()
})

describe('npm run cases', () => {
  it('list says every case in a line', async () => {
    const { code, out } = await cases('list')
    expect(code).toBe(0)
    expect(out.trim().split('\n')).toHaveLength(2)
    expect(out).toMatch(new RegExp(`${id} +in-progress +2017-03 +rev 4`))
  })

  it('show prints one case with everything that is promised', async () => {
    const { code, out } = await cases('show', id.toLowerCase())
    expect(code).toBe(0)
    const shown = JSON.parse(out) as Record<string, unknown>
    expect(Object.keys(shown)).toEqual([
      'id',
      'tenant',
      'conversation',
      'edition',
      'revision',
      'state',
      'answers',
      'outcome',
      'tracks',
      'createdBy',
      'createdAt',
      'updatedAt',
      'history',
    ])
    expect(shown).toMatchObject({
      id,
      edition: '2017-03',
      revision: 4,
      state: 'in-progress',
      answers: { role: 'direct', service: 'usage', 'usage-source': 'ea' },
      outcome: ['manual-migration'],
      tracks: [{ kind: 'migration', state: 'planning', since: expect.any(String), due: null }],
    })
    const history = shown.history as { seq: number; at: string; by: string; event: string; detail: object }[]
    expect(history.map(({ seq, event }) => `${seq} ${event}`)).toEqual([
      '1 case.opened',
      '2 question.answered',
      '3 question.answered',
      '4 question.answered',
      '5 track.started',
    ])
  })

  it('export writes JSON lines or CSV, from a date on', async () => {
    const lines = (await cases('export')).out.trim().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { revision: number }).revision).sort()).toEqual([0, 4])
    const csv = (await cases('export', '--format', 'csv')).out.trim().split('\n')
    expect(csv).toHaveLength(3)
    expect(csv[0]).toBe(
      'id,tenant,conversation,edition,revision,state,answers,outcome,tracks,createdBy,createdAt,updatedAt,history',
    )
    expect((await cases('export', '--since', '2999-01-01')).out).toBe('')
    expect((await cases('export', '--since', '2020-01-01')).out.trim().split('\n')).toHaveLength(2)
  })

  it('explains itself when it is asked for something else', async () => {
    expect(await cases()).toMatchObject({ code: 1, err: expect.stringContaining('export [--format') })
    expect(await cases('show')).toMatchObject({ code: 1, err: expect.stringContaining('MC-') })
    expect(await cases('show', 'MC-000000')).toMatchObject({ code: 1 })
    expect(await cases('export', '--format', 'xml')).toMatchObject({ code: 1 })
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
