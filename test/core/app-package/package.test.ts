import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { strFromU8, strToU8, unzipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildPackage, readSources, sandboxAppId, zipPackage } from '../../../appPackage/package.ts'

const appId = '6b1f7a0e-3c58-4b7d-9a55-2f0c8d1e4b92'
const partnerId = 'c0a8f1d2-7b34-4e6f-8a19-5d2e3f4a6b7c'
const ids = { MicrosoftAppId: appId, PARTNER_CLIENT_ID: partnerId }
const script = fileURLToPath(new URL('../../../appPackage/package.ts', import.meta.url))

let workFolder: string
beforeEach(() => {
  workFolder = mkdtempSync(join(tmpdir(), 'multicanal-package-'))
})
afterEach(() => rmSync(workFolder, { recursive: true }))

describe('the app package', () => {
  it('holds the manifest, two languages and two icons at its root', () => {
    expect(Object.keys(unzip(ids))).toEqual(['manifest.json', 'fr.json', 'de.json', 'color.png', 'outline.png'])
  })

  it('carries every file of the folder unchanged except for the ids', () => {
    const sources = readSources()
    const files = unzip(ids)
    for (const name of ['fr.json', 'de.json', 'color.png', 'outline.png'] as const) {
      expect(Buffer.from(files[name] ?? []).equals(sources[name]), name).toBe(true)
    }
    const manifest = strFromU8(sources['manifest.json'])
    expect(text(files, 'manifest.json')).toBe(
      manifest.replaceAll(/\$\{\{MicrosoftAppId\}\}/g, appId).replaceAll(/\$\{\{PARTNER_CLIENT_ID\}\}/g, partnerId),
    )
  })

  it('names the app, its bot and its extension by MicrosoftAppId, who is signed in to by PARTNER_CLIENT_ID, and leaves no placeholder', () => {
    const files = unzip({ MicrosoftAppId: ` ${appId}\n`, PARTNER_CLIENT_ID: partnerId })
    const manifest = JSON.parse(text(files, 'manifest.json'))
    expect([manifest.id, manifest.bots[0].botId, manifest.composeExtensions[0].botId]).toEqual([appId, appId, appId])
    expect(manifest.webApplicationInfo).toEqual({ id: partnerId, resource: `api://botid-${partnerId}` })
    for (const name of ['manifest.json', 'fr.json', 'de.json']) expect(text(files, name)).not.toContain('${{')
  })

  it('takes the sandbox id and says the package is not for uploading while both ids are missing or empty', () => {
    for (const env of [{}, { MicrosoftAppId: '' }, { MicrosoftAppId: '  ', PARTNER_CLIENT_ID: ' ' }]) {
      const { files, notes } = built(env)
      expect(JSON.parse(strFromU8(files['manifest.json'])).id).toBe(sandboxAppId)
      expect(notes).toEqual([expect.stringMatching(/not for uploading.*MicrosoftAppId and PARTNER_CLIENT_ID/)])
    }
  })

  it('is refused when an id is no GUID, and the reason names the variable and the value', () => {
    for (const wrong of ['hello', `${appId}0`, appId.replaceAll('-', ''), `${appId}"`]) {
      for (const name of ['MicrosoftAppId', 'PARTNER_CLIENT_ID']) {
        const answer = buildPackage({ ...ids, [name]: wrong }, readSources())
        expect(answer).toEqual({ refused: expect.stringContaining(`${name} is "${wrong}"`) })
      }
    }
  })

  it('is refused when only one of the two ids is given', () => {
    for (const [name, missing] of [
      ['MicrosoftAppId', 'PARTNER_CLIENT_ID'],
      ['PARTNER_CLIENT_ID', 'MicrosoftAppId'],
    ]) {
      const answer = buildPackage({ [name ?? '']: appId }, readSources())
      expect(answer).toEqual({ refused: expect.stringMatching(new RegExp(`^${missing} is ""`)) })
    }
  })

  it('reminds of the developer links until they lead to a real place', () => {
    expect(notesWithSite('https://multicanal.example')).toEqual([expect.stringContaining('multicanal.example')])
    expect(notesWithSite('https://partner.contoso.com')).toEqual([])
  })
})

describe('npm run package', () => {
  it('writes dist/multicanal.zip without any setting and prints that it is for looking at', () => {
    const printed = execFileSync(process.execPath, [script], {
      cwd: workFolder,
      env: environment({}),
      encoding: 'utf8',
    })
    expect(printed).toMatch(/dist\/multicanal\.zip.*\n.*not for uploading/)
    expect(zipped(readFileSync(join(workFolder, 'dist/multicanal.zip')))).toContain('manifest.json')
  })

  it('writes the same bytes in every time zone', () => {
    const zips = ['Pacific/Auckland', 'America/Los_Angeles'].map((TZ) => {
      const env = environment({ TZ, ...ids })
      execFileSync(process.execPath, [script], { cwd: workFolder, env })
      return readFileSync(join(workFolder, 'dist/multicanal.zip'))
    })
    expect(zips[0]?.equals(zips[1] ?? Buffer.alloc(0))).toBe(true)
    expect(zips[0]?.equals(zipPackage(built(ids).files))).toBe(true)
  })

  it('fails with the reason alone and writes nothing when MicrosoftAppId is wrong', () => {
    const env = environment({ MicrosoftAppId: 'hello' })
    const run = spawnSync(process.execPath, [script], { cwd: workFolder, env, encoding: 'utf8' })
    expect(run.status).toBe(1)
    expect(run.stderr.trim()).toMatch(/^MicrosoftAppId is "hello".*$/)
    expect(readdirSync(workFolder)).toEqual([])
  })
})

function built(env: Record<string, string>) {
  const answer = buildPackage(env, readSources())
  if ('refused' in answer) throw new Error(answer.refused)
  return answer
}

function notesWithSite(websiteUrl: string): string[] {
  const sources = readSources()
  const manifest = JSON.parse(strFromU8(sources['manifest.json']))
  const changed = JSON.stringify({ ...manifest, developer: { ...manifest.developer, websiteUrl } })
  const answer = buildPackage(ids, { ...sources, 'manifest.json': strToU8(changed) })
  return 'refused' in answer ? [answer.refused] : answer.notes
}

function unzip(env: Record<string, string>) {
  return unzipSync(zipPackage(built(env).files))
}

function zipped(zip: Uint8Array): string[] {
  return Object.keys(unzipSync(zip))
}

function text(files: Record<string, Uint8Array>, name: string): string {
  return strFromU8(files[name] ?? new Uint8Array())
}

// The ids of the developer must not reach the script under test.
function environment(settings: Record<string, string>): NodeJS.ProcessEnv {
  const { MicrosoftAppId: _, PARTNER_CLIENT_ID: __, ...rest } = process.env
  return { ...rest, ...settings }
}
