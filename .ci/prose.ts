/**
 * Checks the prose of comments and documents for the rules that a program can see. Run it by `npm run prose`, for some
 * folders or files only by `npm run prose -- bot/turn docs/operations.md`.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Longest sentence of a comment and of a document, in words. */
const MAX_WORDS = { comment: 30, document: 36 }
/** Largest share of doc comments that may open with a question word, a preposition or a question. */
const MAX_ODD_OPENINGS = 0.05

const oddOpening =
  /^(?:About|After|Again|Against|Among|Apart|Are|As|At|Because|Before|Behind|Below|Beside|Between|By|Does|During|For|From|Had|Has|Have|How|If|In|Inside|Into|Is|Like|May|Must|Of|On|Once|Out|Over|Per|Since|So|Than|That|Those|Though|Through|To|Under|Until|Was|Were|What|Whatever|When|Where|Whether|Which|While|Who|Whoever|Whom|Whose|Why|With|Within|Without)\b/
/** Sentences that begin like this make the reader look for their subject. */
const riddle = /(?:^|[.:;] +)(?:Whoever|Whatever|Whose|Nobody|Somebody|Who|Whom|What) [^?]*$/

export interface Prose {
  readonly file: string
  readonly line: number
  readonly kind: 'doc' | 'comment' | 'document'
  readonly text: string
}

const plain = (text: string) =>
  text
    .replace(/\{@link ([^}]*)\}/g, '$1')
    .replace(/`[^`]*`/g, 'code')
    .replace(/\s+/g, ' ')
    .trim()

/** Reads the comments of a TypeScript file: blocks, runs of `//` lines, and comments that follow code. */
function commentsOf(file: string, source: string): Prose[] {
  const found: Prose[] = []
  const lines = source.split('\n')
  for (let index = 0; index < lines.length; index += 1) {
    const first = index
    const line = lines[index] ?? ''
    if (/^\s*\/\*\*?/.test(line)) {
      while (!(lines[index] ?? '*/').includes('*/')) index += 1
      const text = lines.slice(first, index + 1).map((each) => each.replace(/^\s*(?:\/\*\*?|\*\/|\*)|\*\/\s*$/g, ''))
      found.push({ file, line: first + 1, kind: 'doc', text: plain(text.join('\n').replaceAll('*/', '')) })
    } else if (/^\s*\/\/(?! (?:biome|@ts)-)/.test(line)) {
      while (/^\s*\/\//.test(lines[index + 1] ?? '')) index += 1
      const text = lines.slice(first, index + 1).map((each) => each.replace(/^\s*\/\//, ''))
      found.push({ file, line: first + 1, kind: 'comment', text: plain(text.join('\n')) })
    } else {
      const [, text] = /^[^'"`]*\S\s+\/\/ (.+)$/.exec(line) ?? []
      if (text !== undefined) found.push({ file, line: first + 1, kind: 'comment', text: plain(text) })
    }
  }
  return found
}

/** Reads the paragraphs and list items of a Markdown file; code, tables and headings are not prose. */
function paragraphsOf(file: string, source: string): Prose[] {
  const found: Prose[] = []
  const lines = source.replace(/```[\s\S]*?```/g, (block) => block.replace(/[^\n]/g, '')).split('\n')
  let block: string[] = []
  const end = (line: number) => {
    if (block.length > 0)
      found.push({ file, line: line - block.length, kind: 'document', text: plain(block.join(' ')) })
    block = []
  }
  for (const [index, line] of [...lines, ''].entries()) {
    if (/^\s*(?:$|[|#<!]|[-*] |\d+\. |>|---)/.test(line)) end(index + 1)
    if (/^\s*(?:[-*] |\d+\. )/.test(line)) block = [line.replace(/^\s*(?:[-*]|\d+\.) (?:\[.\] )?/, '')]
    else if (!/^\s*(?:$|[|#<!>]|---)/.test(line)) block.push(line)
  }
  return found
}

const sentencesOf = (text: string) => text.split(/(?<=[.!?:;])\s+/)
const wordsIn = (sentence: string) => sentence.split(' ').filter((word) => /\w/.test(word)).length

/** Reads the prose of one file. */
export const proseOf = (file: string, source: string): Prose[] =>
  file.endsWith('.md') ? paragraphsOf(file, source) : commentsOf(file, source)

const at = ({ file, line }: Prose, text: string) => `${file}:${line}: ${text}`

/** Returns every fault that no budget covers. */
export function faultsOf(piece: Prose): string[] {
  const limit = piece.kind === 'document' ? MAX_WORDS.document : MAX_WORDS.comment
  const long = sentencesOf(piece.text).filter((sentence) => wordsIn(sentence) > limit)
  const riddles = riddle.test(piece.text) ? [at(piece, `a sentence without a plain subject: ${piece.text}`)] : []
  return [
    ...long.map((sentence) => at(piece, `a sentence of ${wordsIn(sentence)} words (most: ${limit}): ${sentence}`)),
    ...riddles,
  ]
}

/** True if a doc comment opens with a question word or a preposition, or is a question. */
export const opensOddly = ({ kind, text }: Prose): boolean =>
  kind === 'doc' && (oddOpening.test(text) || /^[^.]*\?/.test(text))

function main(wanted: readonly string[]): void {
  const root = join(import.meta.dirname, '..')
  const prose = execFileSync('git', ['ls-files', '*.ts', '*.md'], { cwd: root, encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter((file) => wanted.length === 0 || wanted.some((path) => file === path || file.startsWith(`${path}/`)))
    .flatMap((file) => proseOf(file, readFileSync(join(root, file), 'utf8')))
  const docs = prose.filter(({ kind }) => kind === 'doc')
  const odd = docs.filter(opensOddly)
  const isOverBudget = odd.length > MAX_ODD_OPENINGS * docs.length
  const faults = prose.flatMap(faultsOf)
  for (const fault of faults) console.log(fault)
  if (isOverBudget || wanted.length > 0) {
    for (const piece of odd) console.log(at(piece, `an odd opening: ${piece.text.slice(0, 80)}`))
  }
  const share = ((100 * odd.length) / Math.max(1, docs.length)).toFixed(1)
  const openings = `${odd.length} of ${docs.length} doc comments (${share} %) open oddly`
  console.log(`${prose.length} pieces of prose, ${faults.length} faults; ${openings}`)
  if (isOverBudget || faults.length > 0) process.exitCode = 1
}

if (import.meta.main) main(process.argv.slice(2).map((path) => path.replace(/\/$/, '')))
