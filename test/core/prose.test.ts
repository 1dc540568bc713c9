import { describe, expect, it } from 'vitest'
import { faultsOf, opensOddly, proseOf } from '../../.ci/prose.ts'

const faultsIn = (file: string, source: string) => proseOf(file, source).flatMap(faultsOf)
const oddIn = (source: string) => proseOf('a.ts', source).filter(opensOddly).length

describe('the prose check', () => {
  it('reads block comments, runs of line comments and comments that follow code', () => {
    const source = [
      '/** Reads a case.',
      ' * Throws if it is gone. */',
      'const a = 1 // Milliseconds.',
      '// One.',
      '// Two.',
    ]
    expect(proseOf('a.ts', source.join('\n')).map(({ line, kind, text }) => [line, kind, text])).toEqual([
      [1, 'doc', 'Reads a case. Throws if it is gone.'],
      [3, 'comment', 'Milliseconds.'],
      [4, 'comment', 'One. Two.'],
    ])
  })

  it('leaves strings that look like comments alone', () => {
    expect(proseOf('a.ts', "const url = 'https://example.com // no comment'")).toEqual([])
  })

  it.each([
    'Of an error what it says.',
    'What the door answers.',
    'Whoever pressed sees it.',
    'Is the conversation shared?',
  ])('counts "%s" as an odd opening', (text) => {
    expect(oddIn(`/** ${text} */`)).toBe(1)
  })

  it.each(['Reads an id as people type it.', 'Longest name in characters.'])('accepts "%s"', (text) => {
    expect(oddIn(`/** ${text} */`)).toBe(0)
    expect(faultsIn('a.ts', `/** ${text} */`)).toEqual([])
  })

  it('finds a sentence that is too long, in comments and in documents', () => {
    const words = Array.from({ length: 37 }, () => 'word').join(' ')
    expect(faultsIn('a.ts', `// ${words}.`)).toHaveLength(1)
    expect(faultsIn('a.md', `${words}.`)).toHaveLength(1)
  })

  it('finds a sentence whose subject is a riddle', () => {
    expect(faultsIn('a.ts', '// The row is locked. Nobody waits for it.')).toHaveLength(1)
  })

  it('skips code, tables and headings of documents', () => {
    expect(
      proseOf('a.md', '# What is this\n\n```\nWhat is\n```\n\n| What | is |\n\nText of one\nparagraph.\n'),
    ).toEqual([{ file: 'a.md', line: 9, kind: 'document', text: 'Text of one paragraph.' }])
  })
})
