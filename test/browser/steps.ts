/** One thing that a walk-through in the documents asks its reader to do. */
export type PlayStep =
  | { do: 'go'; window: string; channel?: string }
  | { do: 'turn'; to: 'overview' | 'opened' }
  | { do: 'row'; row: string }
  | { do: 'press' | 'open' | 'tick' | 'untick'; name: string; ifAsked?: boolean }
  | { do: 'type'; text: string; field?: string }
  | { do: 'post'; text: string }
  | { do: 'choose'; option: string; field: string }
  | { do: 'see'; words: string }

const bold = String.raw`\*\*([^*]+)\*\*`
const many = String.raw`(\*\*[^*]+\*\*(?:(?:, and |, then |, | and | then )\*\*[^*]+\*\*)*)`
const typed = String.raw`\x60([^\x60]+)\x60`

/** The sentences that are understood, each with the steps that it stands for. */
const grammar: [RegExp, (...found: string[]) => PlayStep[]][] = [
  [
    new RegExp(`^in the ${bold} channel of the ${bold} window,`, 'i'),
    (_, channel = '', window = '') => [{ do: 'go', window, channel }],
  ],
  [new RegExp(`^in the ${bold} window,`, 'i'), (_, window = '') => [{ do: 'go', window }]],
  [/^on the page of the other side,/i, () => [{ do: 'turn', to: 'overview' }]],
  [/^on the page that opened,/i, () => [{ do: 'turn', to: 'opened' }]],
  [new RegExp(`^in the row ${bold},`, 'i'), (_, row = '') => [{ do: 'row', row }]],
  [new RegExp(`^if asked, press ${bold}`, 'i'), (_, name = '') => [{ do: 'press', name, ifAsked: true }]],
  [
    new RegExp(`^(press|open|tick|untick) ${many}`, 'i'),
    (_, verb = '', names = '') =>
      [...names.matchAll(new RegExp(bold, 'g'))].map(([, name = '']) => ({
        do: verb.toLowerCase() as 'press' | 'open' | 'tick' | 'untick',
        name,
      })),
  ],
  [
    new RegExp(`^type (${typed} as ${bold}(?:(?:, | and )${typed} as ${bold})*)`, 'i'),
    (_, all = '') =>
      [...all.matchAll(new RegExp(`${typed} as ${bold}`, 'g'))].map(([, text = '', field = '']) => ({
        do: 'type',
        text,
        field,
      })),
  ],
  [new RegExp(`^type ${typed}`, 'i'), (_, text = '') => [{ do: 'type', text }]],
  [new RegExp(`^post ${typed}`, 'i'), (_, text = '') => [{ do: 'post', text }]],
  [new RegExp(`^choose ${bold} as ${bold}`, 'i'), (_, option = '', field = '') => [{ do: 'choose', option, field }]],
  [new RegExp(`^choose ${bold}`, 'i'), (_, name = '') => [{ do: 'tick', name }]],
  [
    new RegExp(`^(?:you see|this is what the customer sees:) ${many}`, 'i'),
    (_, words = '') =>
      [...words.matchAll(new RegExp(bold, 'g'))].map(([, found = '']) => ({ do: 'see', words: found })),
  ],
]

/**
 * Reads the numbered steps of a section. Throws for a marked word, bold or code, that belongs to no sentence of the
 * grammar: a reader would not know what to do with it either.
 */
export function readWalkThrough(markdown: string, section: string): PlayStep[] {
  const [, rest] = markdown.split(new RegExp(`^#+ ${section}$`, 'm'))
  if (rest === undefined) throw new Error(`there is no section “${section}”`)
  const lines = (rest.split(/^#+ /m)[0] ?? '').split('\n')
  const items: string[] = []
  for (const line of lines) {
    if (/^\d+\. /.test(line)) items.push(line.replace(/^\d+\. +/, ''))
    else if (/^ {2,}\S/.test(line) && items.length > 0) items.push(`${items.pop()} ${line.trim()}`)
  }
  if (items.length === 0) throw new Error(`the section “${section}” has no numbered steps`)
  return items.flatMap(readItem)
}

function readItem(item: string): PlayStep[] {
  const steps: PlayStep[] = []
  let rest = item
  while (rest !== '') {
    const found = grammar.map(([pattern, make]) => ({ match: pattern.exec(rest), make })).find(({ match }) => match)
    if (found?.match) {
      steps.push(...found.make(...found.match))
      rest = rest.slice(found.match[0].length).trimStart()
      continue
    }
    const skipped = /^(?:[^\s*`]+|[*`]+)\s*/.exec(rest)?.[0] ?? rest
    if (/[*`]/.test(skipped)) throw new Error(`not understood: “${rest}” in “${item}”`)
    rest = rest.slice(skipped.length)
  }
  return steps
}
