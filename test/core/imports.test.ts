import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..', '..')
const folders = ['dialogs', 'cards', 'state', 'clients', 'bot'] as const
type Folder = (typeof folders)[number]

/** Which folder may use which; everything may use itself. */
const mayUse: Record<Folder, readonly Folder[]> = {
  dialogs: [],
  cards: ['dialogs'],
  state: ['dialogs'],
  clients: [],
  bot: ['dialogs', 'cards', 'state', 'clients'],
}
/** Files without a subject of their own: every folder may use them. */
const shared = ['dialogs/result.ts', 'dialogs/lru.ts']
/** Libraries the pure folders may use; what is not here has no place in them. */
const pureLibraries: Partial<Record<Folder, readonly string[]>> = {
  dialogs: ['xstate', 'zod'],
  cards: ['zod', 'intl-messageformat', 'adaptivecards-templating', 'adaptive-expressions'],
}
/** The only files that know a library. */
const keepers: [library: RegExp, files: RegExp, why: string][] = [
  [
    /^(botbuilder|botframework-)/,
    /^bot\/(ingress\/(gate|handler)|workers\/proactive)\.ts$/,
    'keep the SDK behind these files',
  ],
  [/^restify/, /^bot\/ingress\/server\.ts$/, 'only the server knows restify'],
  [/^(adaptivecards-templating|adaptive-expressions)$/, /^cards\/render\.ts$/, 'only render.ts knows templating'],
  [/^xstate/, /^dialogs\//, 'machines live in dialogs'],
  [/^(kysely|pg)(\/|$)/, /^state\//, 'the database is known to state only'],
  [/^node:sqlite$/, /^state\//, 'the database is known to state only'],
  [
    /^@azure\/identity$/,
    /^(bot\/(teams\/(connector-token|cached-token)|database)|clients\/entra-tokens)\.ts$/,
    'tokens come from one place',
  ],
  [/^jose$/, /^bot\/ingress\/(connector-jwt|signing-keys)\.ts$/, 'only these verify tokens'],
]

const filesOf = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))

const existing = folders.filter((folder) => readdirSync(root).includes(folder))
const files = existing.flatMap(filesOf)
const codeOf = (file: string) => readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
const importsOf = (file: string) =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/^(import|export)( type)?\s[^'"=]*?from '([^']+)'/gm)].map(
    ([, , type, name]) => ({ name: name as string, typeOnly: type !== undefined }),
  )
const folderOf = (file: string) => file.split('/')[0] as Folder

const all = files.flatMap((file) =>
  importsOf(file).map(({ name, typeOnly }) => {
    const local = name.startsWith('.') ? relative(root, resolve(root, dirname(file), name)) : undefined
    return { file, name, local, typeOnly }
  }),
)

describe('imports', () => {
  it('are read at all', () => {
    expect(files.length).toBeGreaterThan(40)
    expect(all.length).toBeGreaterThan(150)
  })

  it('go only inwards: dialogs ← cards ← bot, dialogs ← state ← bot, clients ← bot, and nobody imports a test', () => {
    const wrong = all
      .filter(({ file, local }) => {
        if (local === undefined || shared.includes(local)) return false
        const from = folderOf(file)
        const to = folderOf(local)
        return to !== from && !mayUse[from].includes(to)
      })
      .map(({ file, local }) => `${file} uses ${local}: move what it needs inwards, or hand it in as an argument`)
    expect(wrong).toEqual([])
  })

  it('keep dialogs and cards pure', () => {
    const wrong = all
      .filter(({ file, name, local }) => local === undefined && pureLibraries[folderOf(file)]?.includes(name) === false)
      .map(({ file, name }) => `${file} uses ${name}: the core knows no clock, no disk and no network; let bot do it`)
    expect(wrong).toEqual([])
  })

  it('leave each library to its keepers', () => {
    const wrong = all.flatMap(({ file, name }) =>
      keepers
        .filter(([library, keeper]) => library.test(name) && !keeper.test(file))
        .map(([, , why]) => `${file} uses ${name}: ${why}`),
    )
    expect(wrong).toEqual([])
  })

  const uses = new Map(
    files.map((file) => [
      file,
      all.filter((one) => one.file === file && !one.typeOnly).flatMap(({ local }) => local ?? []),
    ]),
  )

  it('are there from the start: what a transaction needs is not loaded while it is open', () => {
    // Tokens are asked for outside of every transaction; before anything is compiled the cache has to be on.
    const later = /^bot\/main\.ts: \.\/production\.ts$|^bot\/(teams\/connector-token|database)\.ts: @azure\/identity$/
    const wrong = ['dialogs', 'cards', 'bot']
      .flatMap(filesOf)
      .flatMap((file) => [...codeOf(file).matchAll(/\bimport\(\s*(.*)/g)].map(([, what = '']) => ({ file, what })))
      .map(({ file, what }) => `${file}: ${/^'([^']*)'/.exec(what)?.[1] ?? what}`)
      .filter((one) => !later.test(one))
    expect(wrong).toEqual([])
  })

  it('have no cycles at run time', () => {
    expect(cyclesOf(uses)).toEqual([])
  })

  it('have no cycles in dialogs, type imports included', () => {
    const inDialogs = filesOf('dialogs').map((file): [string, string[]] => [
      file,
      all.filter((entry) => entry.file === file).flatMap(({ local }) => local ?? []),
    ])
    expect(cyclesOf(new Map(inDialogs))).toEqual([])
  })
})

/** Finds the circles in a graph of files; each is told once, as the path that leads back to its first file. */
function cyclesOf(uses: ReadonlyMap<string, readonly string[]>): string[] {
  const cycles: string[] = []
  const done = new Set<string>()
  const visit = (file: string, path: string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' → '))
    else for (const next of uses.get(file) ?? []) if (!done.has(next)) visit(next, [...path, file])
    done.add(file)
  }
  for (const file of uses.keys()) visit(file, [])
  return cycles
}

it('what runs in production has no failpoints: they are put around it by tests', () => {
  const isHit = /failpoint|SIGKILL|SIGSTOP|diagnostics_channel/i
  expect(files.filter((file) => isHit.test(readFileSync(join(root, file), 'utf8')))).toEqual([])
})

it('of product folders and the sandbox lead to no test and no bench', () => {
  const wrong = [...folders, 'appPackage', 'sandbox'].flatMap(filesOf).flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import\() ?'(\.[^']+)'/g)]
      .map(([, name = '']) => relative(root, resolve(root, dirname(file), name)))
      .filter((local) => /^(?:test|bench)\//.test(local))
      .map((local) => `${file} uses ${local}: move what it needs out of test/ or bench/`),
  )
  expect(wrong).toEqual([])
})

describe('the pure folders', () => {
  it('ask no clock and no dice, and wait for nothing', () => {
    const forbidden = /\bDate\.now\(|new Date\(\)|Math\.random\(|\basync\b|\bawait\b|\bprocess\.|\bsetTimeout\(/
    const wrong = [...filesOf('dialogs'), ...filesOf('cards')].filter((file) => forbidden.test(codeOf(file)))
    expect(wrong).toEqual([])
  })

  it('have no barrel files', () => {
    expect(files.filter((file) => /(^|\/)index\.ts$/.test(file))).toEqual([])
  })
})
