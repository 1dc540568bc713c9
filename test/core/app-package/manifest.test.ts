import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { strFromU8 } from 'fflate'
import { describe, expect, it } from 'vitest'
import { buildPackage, readSources } from '../../../appPackage/package.ts'
import { invitationHosts, isInvitation } from '../../../bot/microsoft/upstream.ts'
import { commands as commandWords, menuScopes, menus, wordOf } from '../../../cards/text/commands.ts'
import { schemaFaults, schemaFolder } from './teams-schema.ts'

interface Command {
  title: string
  description: string
}

interface Parameter extends Command {
  name: string
}

interface Manifest {
  $schema: string
  manifestVersion: string
  version: string
  localizationInfo: { defaultLanguageTag: string; additionalLanguages: { languageTag: string; file: string }[] }
  developer: Record<string, string>
  name: { short: string; full: string }
  description: { short: string; full: string }
  icons: { color: string; outline: string }
  bots: [{ scopes: string[]; supportsFiles: boolean; commandLists: { scopes: string[]; commands: Command[] }[] }]
  composeExtensions: [
    {
      commands: [Command & { id: string; context: string[]; initialRun: boolean; parameters: [Parameter] }]
      messageHandlers: [{ type: string; value: { domains: string[]; supportsAnonymizedPayloads: boolean } }]
    },
  ]
  validDomains: string[]
}

const files = packagedFiles()
const manifest = JSON.parse(strFromU8(files['manifest.json'])) as Manifest
const translations = {
  fr: JSON.parse(strFromU8(files['fr.json'])) as Record<string, string>,
  de: JSON.parse(strFromU8(files['de.json'])) as Record<string, string>,
}
const languages = ['fr', 'de'] as const

describe('the manifest', () => {
  it('uses the newest schema that Microsoft publishes in its manifest package', () => {
    expect(manifest.manifestVersion).toBe(newestSchemaVersion())
    expect(manifest.$schema).toBe(schemaAddress('MicrosoftTeams'))
  })

  it('is valid by that schema', () => {
    expect(schemaFaults(manifest.manifestVersion, 'MicrosoftTeams', manifest)).toEqual([])
  })

  it('is invalid by that schema if a field is too long, unknown or no id', () => {
    const long = { ...manifest, name: { ...manifest.name, short: 'x'.repeat(31) } }
    for (const broken of [long, { ...manifest, colour: 'blue' }, { ...manifest, id: 'hello' }]) {
      expect(schemaFaults(manifest.manifestVersion, 'MicrosoftTeams', broken)).toHaveLength(1)
    }
  })

  it('has the version of the product', () => {
    const product = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
    expect(manifest.version).toBe(product.version)
    expect(manifest.version).toMatch(/^\d+\.\d+\.\d+$/)
  })

  it('puts the bot into personal chats, group chats and teams, with one command list for each', () => {
    const [bot] = manifest.bots
    expect([...bot.scopes].sort()).toEqual(['groupChat', 'personal', 'team'])
    expect(bot.commandLists.map((list) => list.scopes)).toEqual(bot.scopes.map((scope) => [scope]))
  })

  it('has a message extension that finds invitations and runs at once without a query', () => {
    const [{ commands, messageHandlers }] = manifest.composeExtensions
    expect(commands.map(({ id, context, initialRun }) => [id, context, initialRun])).toEqual([
      ['invitation', ['compose', 'commandBox'], true],
    ])
    expect(commands[0].parameters.map(({ name }) => name)).toEqual(['customer'])
    expect(messageHandlers.map(({ type }) => type)).toEqual(['link'])
    for (const document of ['README.md', 'docs/commands.md'])
      expect(readFileSync(join(import.meta.dirname, '../../..', document), 'utf8')).toContain(
        `**${commands[0].title}**`,
      )
  })

  it('unfurls exactly the links of the admin centers that invitations lead to, for known people only', () => {
    const [{ value }] = manifest.composeExtensions[0].messageHandlers
    for (const domain of value.domains) expect(isInvitation(`https://${domain}/Adminportal/Home`, false)).toBe(true)
    expect([...invitationHosts].sort()).toEqual([...value.domains].sort())
    expect(value.supportsAnonymizedPayloads).toBe(false)
  })

  it('may send files and sign people in', () => {
    expect(manifest.bots[0].supportsFiles).toBe(true)
    expect(manifest.validDomains).toEqual(['token.botframework.com'])
  })

  it('names only files that are in the package', () => {
    const named = [
      ...Object.values(manifest.icons),
      ...manifest.localizationInfo.additionalLanguages.map((l) => l.file),
    ]
    expect(['manifest.json', ...named].sort()).toEqual(Object.keys(files).sort())
  })

  it('gives developer links over https only', () => {
    const { name, ...links } = manifest.developer
    expect(name).toBeTruthy()
    for (const link of Object.values(links)) expect(new URL(link).protocol).toBe('https:')
  })
})

describe('the languages', () => {
  it('are English by default, French and German beside it', () => {
    expect(manifest.localizationInfo.defaultLanguageTag).toBe('en')
    expect(manifest.localizationInfo.additionalLanguages.map((l) => [l.languageTag, l.file])).toEqual([
      ['fr', 'fr.json'],
      ['de', 'de.json'],
    ])
  })

  it.each(languages)('are valid in %s by the localisation schema', (language) => {
    const translation = translations[language]
    expect(translation.$schema).toBe(schemaAddress('MicrosoftTeams.Localization'))
    expect(schemaFaults(manifest.manifestVersion, 'MicrosoftTeams.Localization', translation)).toEqual([])
  })

  it.each(languages)('translate exactly the sentences people read into %s', (language) => {
    const { $schema: _, ...translation } = translations[language]
    expect(Object.keys(translation).sort()).toEqual(Object.keys(englishSentences()).sort())
  })

  it.each(languages)('leave no English sentence in %s', (language) => {
    const same = Object.entries(englishSentences()).filter(([key, english]) => translations[language][key] === english)
    expect(same.map(([key]) => key)).toEqual(['name.short'])
  })

  // Teams types the title of a command for the person, so each title must be a word of that language that the bot
  // understands.
  it.each(['en', ...languages] as const)(
    'offer in %s the very words the bot understands, in every scope',
    (language) => {
      for (const [list, { scopes, commands }] of manifest.bots[0].commandLists.entries()) {
        const words = menuScopes
          .filter((scope) => scopes.includes(scope))
          .flatMap((scope) => menus[scope].map((command) => wordOf(command, language)))
        expect(commands.map((_, i) => sentence(language, `${commandPath(list, i)}.title`))).toEqual(words)
        expect(commands.length).toBeLessThanOrEqual(10)
      }
    },
  )

  it('offer every command in some scope', () => {
    expect([...new Set(Object.values(menus).flat())].sort()).toEqual([...commandWords].sort())
  })

  it.each(['en', ...languages] as const)('describe every command in %s in one short line', (language) => {
    for (const key of Object.keys(englishSentences()).filter((key) => /commands\[\d+\]\.description$/.test(key))) {
      expect(sentence(language, key)).toMatch(/^\S.{10,110}[^\s.]$/)
    }
  })

  it.each(['en', ...languages] as const)(
    'show in %s how to ask for one case, by its word and a well-formed number',
    (language) => {
      const word = wordOf('case', language)
      for (const list of manifest.bots[0].commandLists.keys()) {
        const description = sentence(language, `${commandPath(list, 2)}.description`)
        expect(description).toMatch(new RegExp(`${word} MC-[0-9A-HJKMNP-TV-Z]{6}$`))
      }
    },
  )
})

function packagedFiles() {
  const id = '6b1f7a0e-3c58-4b7d-9a55-2f0c8d1e4b92'
  const answer = buildPackage({ MicrosoftAppId: id, PARTNER_CLIENT_ID: id }, readSources())
  if (!answer.ok) throw new Error(answer.reason)
  return answer.value.files
}

function newestSchemaVersion(): string | undefined {
  const released = readdirSync(schemaFolder).filter((name) => /^v\d+\.\d+$/.test(name))
  const minor = (name: string) => Number(name.split('.')[1])
  return released.sort((a, b) => minor(b) - minor(a))[0]?.slice(1)
}

function schemaAddress(schemaName: string): string {
  return `https://developer.microsoft.com/json-schemas/teams/v${manifest.manifestVersion}/${schemaName}.schema.json`
}

function commandPath(list: number, command: number): string {
  return `bots[0].commandLists[${list}].commands[${command}]`
}

function englishSentences(): Record<string, string> {
  const commands = manifest.bots[0].commandLists.flatMap((list, i) =>
    list.commands.flatMap(({ title, description }, j) => [
      [`${commandPath(i, j)}.title`, title],
      [`${commandPath(i, j)}.description`, description],
    ]),
  )
  const [search] = manifest.composeExtensions[0].commands
  const extension = 'composeExtensions[0].commands[0]'
  return {
    [`${extension}.title`]: search.title,
    [`${extension}.description`]: search.description,
    [`${extension}.parameters[0].title`]: search.parameters[0].title,
    [`${extension}.parameters[0].description`]: search.parameters[0].description,
    'name.short': manifest.name.short,
    'name.full': manifest.name.full,
    'description.short': manifest.description.short,
    'description.full': manifest.description.full,
    ...Object.fromEntries(commands),
  }
}

function sentence(language: 'en' | 'fr' | 'de', key: string): string | undefined {
  return language === 'en' ? englishSentences()[key] : translations[language][key]
}
