import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { strFromU8, strToU8, zipSync } from 'fflate'
import { menuScopes, menus, menuTextOf, wordOf } from '../cards/text/commands.ts'
import type { Locale } from '../cards/text/text.ts'
import { ok, type Result, refused } from '../dialogs/result.ts'

/** Placeholder id of the package while no ids are set, so that it can be built and inspected. */
export const sandboxAppId = '00000000-0000-0000-0000-000000000000'

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Reads the files of the app package, with placeholders, and fills in the command menus. */
export function readSources() {
  const read = (name: string): Uint8Array => readFileSync(new URL(name, import.meta.url))
  return {
    'manifest.json': withMenus(read('manifest.json')),
    'fr.json': withMenuTexts(read('fr.json'), 'fr'),
    'de.json': withMenuTexts(read('de.json'), 'de'),
    'color.png': read('color.png'),
    'outline.png': read('outline.png'),
  }
}

/** Returns the command menus in a language, in the shape of `commandLists` in the manifest. */
function commandLists(locale: Locale) {
  return menuScopes.map((scope) => ({
    scopes: [scope],
    commands: menus[scope].map((command) => ({
      title: wordOf(command, locale),
      description: menuTextOf(command, scope, locale),
    })),
  }))
}

function withMenus(file: Uint8Array): Uint8Array {
  const manifest = JSON.parse(strFromU8(file)) as { bots: object[] }
  return toJson({ ...manifest, bots: manifest.bots.map((bot) => ({ ...bot, commandLists: commandLists('en') })) })
}

function withMenuTexts(file: Uint8Array, locale: Locale): Uint8Array {
  const texts = commandLists(locale).flatMap(({ commands }, list) =>
    commands.flatMap(({ title, description }, index) => {
      const path = `bots[0].commandLists[${list}].commands[${index}]`
      return [
        [`${path}.title`, title],
        [`${path}.description`, description],
      ]
    }),
  )
  return toJson({ ...JSON.parse(strFromU8(file)), ...Object.fromEntries(texts) })
}

const toJson = (value: object): Uint8Array => strToU8(`${JSON.stringify(value, null, 2)}\n`)

type PackageFiles = ReturnType<typeof readSources>

const ids = {
  MicrosoftAppId: 'Copy the Application (client) ID of the bot.',
  PARTNER_CLIENT_ID:
    'Copy the Application (client) ID under which the bot acts at Partner Center; people are signed in to it.',
}
type IdName = keyof typeof ids
const names = Object.keys(ids) as IdName[]

/**
 * Fills the ids into the manifest. Without ids it uses the sandbox id and says so in `notes`. Refuses if an id is
 * missing or is no GUID.
 */
export function buildPackage(
  env: Readonly<Record<string, string | undefined>>,
  sources: PackageFiles,
): Result<{ files: PackageFiles; notes: string[] }, string> {
  const given = (name: IdName) => env[name]?.trim() ?? ''
  const isSandbox = names.every((name) => given(name) === '')
  const wrong = names.find((name) => !isSandbox && !guid.test(given(name)))
  if (wrong) return refused(`${wrong} is "${given(wrong)}", which is no GUID. ${ids[wrong]}`)
  const idOf = (name: IdName) => (isSandbox ? sandboxAppId : given(name))
  const manifest = names.reduce(
    (text, name) => text.replaceAll(`\${{${name}}}`, idOf(name)),
    strFromU8(sources['manifest.json']),
  )
  const notes = isSandbox ? [sandboxNote] : developerNotes(manifest)
  return ok({ files: { ...sources, 'manifest.json': strToU8(manifest) }, notes })
}

const sandboxNote =
  'This package is for looking at, not for uploading: it has no app id. Set MicrosoftAppId and PARTNER_CLIENT_ID to the client ids of the bot and of the partner’s application, and package again.'

// Teams shows these links to everyone who installs the app; only the operator of the bot knows them.
function developerNotes(manifest: string): string[] {
  const { developer } = JSON.parse(manifest) as { developer: { websiteUrl: string } }
  const { hostname } = new URL(developer.websiteUrl)
  if (!hostname.endsWith('.example')) return []
  return [`The developer links lead to ${hostname}, which does not exist: put your own in appPackage/manifest.json.`]
}

/** Zips the files. Equal files give equal bytes on any day and in any time zone. */
export function zipPackage(files: PackageFiles): Uint8Array {
  // Zip entries hold local time, so the fixed date is built from local parts; 1980 is the earliest year.
  return zipSync(files, { level: 9, mtime: new Date(1980, 0, 1, 12) })
}

function main(): number {
  const built = buildPackage(process.env, readSources())
  if (!built.ok) {
    console.error(built.reason)
    return 1
  }
  const { files, notes } = built.value
  mkdirSync('dist', { recursive: true })
  writeFileSync('dist/multicanal.zip', zipPackage(files))
  for (const line of ['dist/multicanal.zip written.', ...notes]) console.log(line)
  return 0
}

if (import.meta.main) process.exitCode = main()
