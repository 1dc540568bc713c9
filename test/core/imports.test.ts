import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..', '..')
const folders = ['dialogs', 'cards', 'state', 'clients', 'bot'] as const
type Folder = (typeof folders)[number]

/** Maps each folder to the folders that it may use besides itself. */
const mayUse: Record<Folder, readonly Folder[]> = {
  dialogs: [],
  cards: ['dialogs'],
  state: ['dialogs'],
  clients: [],
  bot: ['dialogs', 'cards', 'state', 'clients'],
}
/** Rooms of bot/ (folders, and files at its root) and the rooms that each may use. A room may use only rooms above it. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  'bot/config': [],
  'bot/teams': [],
  'bot/deployment.ts': [],
  'bot/present.ts': ['bot/deployment.ts'],
  'bot/database.ts': ['bot/config', 'bot/teams'],
  'bot/effects': ['bot/teams'],
  'bot/microsoft': ['bot/config', 'bot/teams', 'bot/deployment.ts', 'bot/effects'],
  'bot/turn': ['bot/teams', 'bot/deployment.ts', 'bot/present.ts', 'bot/effects'],
  'bot/workers': ['bot/config', 'bot/teams', 'bot/deployment.ts', 'bot/present.ts', 'bot/effects', 'bot/microsoft'],
  'bot/ingress': ['bot/teams', 'bot/deployment.ts', 'bot/present.ts', 'bot/microsoft', 'bot/turn'],
  'bot/ops': ['bot/config', 'bot/effects', 'bot/turn'],
  'bot/app.ts': [
    'bot/config',
    'bot/teams',
    'bot/deployment.ts',
    'bot/database.ts',
    'bot/microsoft',
    'bot/turn',
    'bot/workers',
    'bot/ingress',
    'bot/ops',
  ],
  'bot/run.ts': ['bot/config', 'bot/ops', 'bot/app.ts'],
  'bot/main.ts': ['bot/run.ts'],
  'bot/cli': ['bot/config', 'bot/teams', 'bot/database.ts', 'bot/workers', 'bot/ingress'],
}
const MAX_FILES_PER_ROOM = 15
/** Files without a subject of their own: every folder may use them. */
const shared = ['dialogs/result.ts', 'dialogs/lru.ts', 'dialogs/directory-id.ts']
/** Libraries the pure folders may use; what is not here has no place in them. */
const pureLibraries: Partial<Record<Folder, readonly string[]>> = {
  dialogs: ['xstate', 'zod'],
  cards: ['zod', 'intl-messageformat', 'adaptivecards-templating', 'adaptive-expressions'],
}
/** The only files that know a library. */
const keepers: [library: RegExp, files: RegExp, why: string][] = [
  [
    /^(botbuilder|botframework-)/,
    /^bot\/(ingress\/(adapter|handler)|workers\/proactive)\.ts$/,
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
  [...readFileSync(join(root, file), 'utf8').matchAll(/^(?:import|export)\s[^'"=]*?from '([^']+)'/gm)].map(
    ([, name]) => ({ name: name as string }),
  )
const folderOf = (file: string) => file.split('/')[0] as Folder

const all = files.flatMap((file) =>
  importsOf(file).map(({ name }) => {
    const local = name.startsWith('.') ? relative(root, resolve(root, dirname(file), name)) : undefined
    return { file, name, local }
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

  it('are there from the start: what a transaction needs is not loaded while it is open', () => {
    // Tokens are asked for outside of every transaction; before anything is compiled the cache has to be on.
    const later = /^bot\/main\.ts: \.\/run\.ts$|^bot\/(teams\/connector-token|database)\.ts: @azure\/identity$/
    const wrong = ['dialogs', 'cards', 'bot']
      .flatMap(filesOf)
      .flatMap((file) => [...codeOf(file).matchAll(/\bimport\(\s*(.*)/g)].map(([, what = '']) => ({ file, what })))
      .map(({ file, what }) => `${file}: ${/^'([^']*)'/.exec(what)?.[1] ?? what}`)
      .filter((found) => !later.test(found))
    expect(wrong).toEqual([])
  })

  it('have no cycles, type imports included', () => {
    const withTypes = files.map((file): [string, string[]] => [
      file,
      all.filter((entry) => entry.file === file).flatMap(({ local }) => local ?? []),
    ])
    expect(cyclesOf(new Map(withTypes))).toEqual([])
  })
})

describe('the rooms of bot/', () => {
  const names = Object.keys(rooms)
  const roomOf = (file: string) => {
    const [, folder = ''] = file.split('/')
    return `bot/${folder}`
  }

  it('each use only rooms that stand above them in the table', () => {
    const wrong = names.flatMap((room, index) =>
      (rooms[room] ?? [])
        .filter((used) => !names.slice(0, index).includes(used))
        .map((used) => `${room} lists ${used}, which does not stand above it`),
    )
    expect(wrong).toEqual([])
  })

  it('are all in the table', () => {
    const missing = files.filter((file) => file.startsWith('bot/') && !names.includes(roomOf(file)))
    expect(missing).toEqual([])
  })

  it('import only the rooms that the table allows', () => {
    const wrong = all
      .filter(({ file, local }) => file.startsWith('bot/') && local?.startsWith('bot/'))
      .map(({ file, local = '' }) => ({ file, local, from: roomOf(file), to: roomOf(local) }))
      .filter(({ from, to }) => from !== to && rooms[from]?.includes(to) !== true)
      .map(({ file, local, from, to }) => `${file} uses ${local}: ${from} may not use ${to}`)
    expect(wrong).toEqual([])
  })

  it('hold at most 15 files each', () => {
    const sizes = Map.groupBy(
      files.filter((file) => file.startsWith('bot/')),
      (file) => dirname(file),
    )
    const large = [...sizes].filter(([, inside]) => inside.length > MAX_FILES_PER_ROOM).map(([room]) => room)
    expect(large).toEqual([])
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
