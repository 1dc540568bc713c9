import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runPolicy } from '../../../bot/cli/policy.ts'
import { readEditions } from '../../../bot/config/editions.ts'
import { policy } from '../../support/policy.ts'

function run(args: string[], today = '2026-11-28') {
  const lines: string[] = []
  const complaints: string[] = []
  const code = runPolicy(args, {
    read: () => policy,
    today,
    say: (line) => lines.push(line),
    complain: (line) => complaints.push(line),
  })
  return { code, text: lines.join('\n'), complaint: complaints.join('\n') }
}

interface Listed {
  overdue: { id: string; edition: string; verified: string }[]
  doubtful: { id: string; confidence: string; checkWith: string | null; sources: { page: string }[] }[]
}
const listed = (today?: string) => JSON.parse(run(['check', '--json'], today).text) as Listed

const rules = Object.values(policy).flatMap((edition) => edition.rules)

describe('npm run policy', () => {
  it('check lists the rules that nobody verified for 180 days, from the day on', () => {
    expect(listed('2027-05-20').overdue).toEqual([])
    const first = listed('2027-05-21').overdue
    expect(first.map(({ edition }) => edition)).toEqual(policy['2017-03']?.rules.map(() => '2017-03'))
    expect(first.every(({ verified }) => verified === '2026-11-22')).toBe(true)
    expect(listed('2028-01-01').overdue).toHaveLength(rules.length)
  })

  it('check lists every rule that is not Microsoft’s own word, and nothing else', () => {
    const { doubtful } = listed()
    expect(doubtful.map(({ id }) => id)).toEqual(
      rules.filter(({ confidence }) => !['W', 'E'].includes(confidence)).map(({ id }) => id),
    )
    expect(doubtful.length).toBeGreaterThan(20)
    for (const { checkWith, sources } of doubtful) {
      expect(checkWith).toEqual(expect.any(String))
      expect(sources.length).toBeGreaterThan(0)
    }
  })

  it('check prints both lists with advisers, dates and pages, and ends well', () => {
    const { code, text } = run(['check'], '2027-05-21')
    const [doubted] = listed().doubtful
    expect(code).toBe(0)
    expect(text).toContain(`Not compared with their pages for 180 days: 8 of ${rules.length} rules`)
    expect(text).toMatch(/^ {2}\S+ {2}2017-03 {2}W {2}verified 2026-11-22\n {6}Multichannel support \(2017-03-30\)$/m)
    expect(text).toMatch(
      new RegExp(`^  ${doubted?.id}  2026-11  ${doubted?.confidence}  check with ${doubted?.checkWith}`, 'm'),
    )
    expect(text).toMatch(/\(undated, read 2026-11\)/)
  })

  it('show prints a rule with the sentences of its facts, and says when there is none', () => {
    const shown = JSON.parse(run(['show', 'lic-online-partner']).text) as Record<string, unknown>
    expect(shown).toMatchObject({
      edition: '2026-11',
      id: 'lic-online-partner',
      first: ['request-relationship'],
      do: ['switch-licences'],
      facts: expect.arrayContaining([expect.objectContaining({ key: 'F1', says: expect.any(String) })]),
    })
    const unknown = run(['show', 'lic-nowhere'])
    expect([unknown.code, unknown.complaint]).toEqual([1, 'No edition has a rule lic-nowhere.'])
  })

  it('prints its usage for anything else', () => {
    const { code, complaint } = run([])
    expect([code, complaint]).toEqual([1, expect.stringContaining('npm run -s policy -- check')])
  })
})

describe('the edition files', () => {
  it('are refused with the faults of every file at once', () => {
    const folder = mkdtempSync(join(tmpdir(), 'multicanal-policy-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, '2030-01.json'), '{ "edition": ')
    writeFileSync(join(folder, '2030-02.json'), '{ "edition": "2030-02" }')
    expect(() => readEditions(folder)).toThrow(/2030-01\.json: .*JSON[\s\S]*2030-02\.json: [\s\S]*rules/)
  })
})
