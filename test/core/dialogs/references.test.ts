import { describe, expect, it } from 'vitest'
import file from '../../../dialogs/policy/2026-11.json' with { type: 'json' }
import { readPolicy } from '../../../dialogs/policy/read-policy.ts'

/** An edition file as it is written, loose enough for faults. */
interface EditionFile {
  [field: string]: unknown
  facts: Record<string, { sources: string[] }>
  questions: { question: string; values?: string[]; [field: string]: unknown }[]
  rules: { id: string; when: Record<string, unknown>; [field: string]: unknown }[]
}

const good = file as unknown as EditionFile
const ruleAt = (edition: EditionFile, id: string) => {
  const rule = edition.rules.find((each) => each.id === id)
  if (!rule) throw new Error(`no rule ${id}`)
  return rule
}

/** Reads the edition after a change. */
const reading = (change: (edition: EditionFile) => void) => () => {
  const edition = structuredClone(good)
  change(edition)
  return readPolicy({ 'changed.json': edition })
}
const onRule = (changed: object) => reading((edition) => Object.assign(ruleAt(edition, 'lic-online-partner'), changed))

describe('reading an edition', () => {
  it('takes the file as it stands', () => {
    expect(Object.keys(reading(() => {})())).toEqual(['2026-11'])
  })

  it.each<[string, () => unknown, RegExp]>([
    ['an unknown action', onRule({ do: ['buy-a-boat'] }), /changed\.json[\s\S]*do/],
    ['a request to nobody', onRule({ do: ['ask-provider'] }), /do/],
    ['an unknown request', onRule({ do: [{ id: 'ask-provider', request: 'a-boat' }] }), /do/],
    ['an unknown field', onRule({ surprise: true }), /surprise/],
    ['a day that is none', onRule({ verified: '2026-02-30' }), /verified/],
    ['a fact that does not stand there', onRule({ facts: ['F99'] }), /lic-online-partner names no fact: F99/],
    ['a source that does not stand there', onRule({ sources: ['S99'] }), /lic-online-partner names no source: S99/],
    ['a rule without a source', onRule({ sources: [] }), /sources/],
    ['a note that does not stand there', onRule({ notes: ['n-boat'] }), /lic-online-partner names no note: n-boat/],
    ['a rule that does nothing', onRule({ do: [] }), /lic-online-partner does nothing/],
    ['a doubtful rule without an adviser', onRule({ confidence: 'I' }), /does not say with whom to check/],
    [
      'a fourth note',
      onRule({ notes: ['n-overlap', 'n-credit', 'n-same-offer', 'n-marketplace'] }),
      /lic-online-partner has more than 3 notes/,
    ],
    [
      'a fact whose source does not stand there',
      reading((edition) => Object.assign(edition.facts.F1 as object, { sources: ['S99'] })),
      /fact F1 names no source: S99/,
    ],
    [
      'a rule id that is used twice',
      reading((edition) => edition.rules.push(ruleAt(edition, 'resale'))),
      /rule resale stands there twice/,
    ],
    [
      'a value that no question has',
      reading((edition) => edition.questions[0]?.values?.push('a-boat')),
      /question service has no value a-boat/,
    ],
    ['an edition without rules', reading((edition) => Object.assign(edition, { rules: [] })), /rules/],
  ])('refuses %s', (_what, read, fault) => {
    expect(read).toThrow(fault)
  })

  it('reports the faults of all files at once', () => {
    const bad = structuredClone(good)
    Object.assign(ruleAt(bad, 'resale'), { facts: ['F98'] })
    expect(() => readPolicy({ 'bad.json': bad, 'empty.json': {} })).toThrow(/empty\.json[\s\S]*F98/)
  })

  it('takes a new edition from a new file alone', () => {
    const next = readPolicy({ a: good, b: { ...good, edition: '2031-01' } })
    expect(Object.keys(next)).toEqual(['2026-11', '2031-01'])
  })

  it('refuses to be empty', () => {
    expect(() => readPolicy({})).toThrow(/no policy edition/)
  })
})
