import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { generatedFiles } from '../../../bot/cli/docs.ts'
import { catalogue, type SettingName, sections } from '../../../bot/config/catalogue.ts'
import { ConfigError, readConfig, sandboxConfig } from '../../../bot/config/config.ts'
import { editions } from '../../support/env.ts'

const root = resolve(import.meta.dirname, '..', '..', '..')
const names = Object.keys(catalogue) as SettingName[]
const settings = Object.values(sections).flatMap((section) => Object.entries(section))

/** Names of the settings that production reports as missing in an empty environment. */
function demandedFromNothing(): string[] {
  try {
    readConfig({}, editions)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ name }) => name)
    throw error
  }
  return []
}

describe('the configuration reference', () => {
  it.each(Object.entries(generatedFiles))('%s is what `npm run docs` writes', (path, render) => {
    expect(readFileSync(join(root, path), 'utf8'), 'run npm run docs').toBe(render())
  })

  it.each(names)('describes %s', (name) => {
    const page = generatedFiles['docs/configuration.md']()
    expect(catalogue[name].kind.description).toBeTruthy()
    expect(page).toContain(`| \`${name}\` | `)
    expect(generatedFiles['.env.example']()).toMatch(new RegExp(`^(# )?${name}=`, 'm'))
  })

  it('has every setting in one section only', () => {
    expect(settings.map(([name]) => name)).toEqual(names)
  })

  it('marks no setting as production only that the sandbox reads', () => {
    const read = new Set<string>()
    const env = new Proxy<Record<string, string>>({}, { get: (_, name) => void read.add(String(name)) })
    const address = 'https://127.0.0.1:4001'
    const partner = { authority: address, partnerCenterUrl: address, graphUrl: address }
    const identity = { tenantId: '', clientId: '', secret: () => '' }
    sandboxConfig(env, { metadataUrl: address, partner: { ...partner, ...identity } }, editions)
    expect(read).toContain('TRANSFER_TYPE')
    expect(settings.filter(([name, { only }]) => only !== undefined && read.has(name))).toEqual([])
  })

  it('marks what production demands as required', () => {
    const always = settings.filter(([, { required }]) => required === true).map(([name]) => name)
    const unless = settings.filter(([, { required }]) => String(required).startsWith('unless')).map(([name]) => name)
    expect(demandedFromNothing().toSorted()).toEqual([...always, ...unless].toSorted())
  })

  it.each(
    settings.flatMap(([name, { kind, fallback }]) => (fallback === undefined ? [] : [[name, fallback, kind] as const])),
  )('has a default for %s that the setting accepts: %s', (_name, fallback, kind) => {
    expect(kind.safeParse(fallback).success).toBe(true)
  })
})

it('no file of the product reads the environment past the catalogue', () => {
  const readsByName = /(?<!\.)\benv(?:\.[A-Za-z_]+|\[['"`])|process\.env[.[]/
  const wrong = ['bot', 'state', 'clients', 'cards', 'dialogs'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `${folder}/${file}`)
      .filter((file) => readsByName.test(readFileSync(join(root, file), 'utf8'))),
  )
  expect(wrong).toEqual([])
})
