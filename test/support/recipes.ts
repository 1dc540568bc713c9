/** A change of one file: each edit replaces a run of lines that occurs once. A new file has no lines to replace. */
export interface Change {
  readonly file: string
  readonly edits: readonly { readonly from: string; readonly to: string }[]
}

type Step = { readonly change: Change } | { readonly command: string }

/** A recipe of CONTRIBUTING.md: its changes and commands, in the order in which a reader meets them. */
export interface Recipe {
  readonly title: string
  readonly steps: readonly Step[]
}

/** Reads the sections of a document whose titles begin with `### Add`. */
export function readRecipes(markdown: string): Recipe[] {
  const sections = markdown.split(/^(?=#{2,3} )/m).filter((section) => section.startsWith('### Add '))
  return sections.map((section) => ({
    title: section.slice('### '.length, section.indexOf('\n')),
    steps: [...section.matchAll(/^```(diff|sh)\n([\s\S]*?)^```$/gm)].flatMap(([, kind, text = '']): Step[] =>
      kind === 'diff'
        ? [{ change: readChange(text) }]
        : text
            .trim()
            .split('\n')
            .map((command) => ({ command })),
    ),
  }))
}

/** Reads a diff without line numbers: `+++ file`, then hunks that `@@` separates. */
function readChange(diff: string): Change {
  const [header = '', ...lines] = diff.trimEnd().split('\n')
  const file = /^\+\+\+ (\S+)$/.exec(header)?.[1]
  if (file === undefined) throw new Error(`a diff has to begin with "+++ file", not with "${header}"`)
  const hunks = lines.join('\n').split(/^@@$\n?/m)
  const side = (hunk: string, other: '+' | '-') =>
    hunk
      .trimEnd()
      .split('\n')
      .filter((line) => !line.startsWith(other))
      .map((line) => line.slice(1))
      .join('\n')
  return { file, edits: hunks.map((hunk) => ({ from: side(hunk, '+'), to: side(hunk, '-') })) }
}

/** Applies a change to the present text of its file. Throws if the lines to replace are not there exactly once. */
export function applyChange({ file, edits }: Change, text: string | undefined): string {
  return edits.reduce((before, { from, to }) => {
    if (text === undefined && from === '') return `${to}\n`
    const parts = `\n${before}`.split(`\n${from}\n`)
    if (parts.length !== 2)
      throw new Error(`${file} has these lines ${parts.length - 1} times instead of once:\n${from}`)
    return parts.join(`\n${to}\n`).slice(1)
  }, text ?? '')
}
