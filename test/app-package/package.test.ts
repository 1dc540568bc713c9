import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { strFromU8, strToU8, unzipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildPackage, readSources, sandboxAppId, zipPackage } from '../../appPackage/package.ts'

const appId = '6b1f7a0e-3c58-4b7d-9a55-2f0c8d1e4b92'
const script = fileURLToPath(new URL('../../appPackage/package.ts', import.meta.url))

let workFolder: string
beforeEach(() => {
  workFolder = mkdtempSync(join(tmpdir(), 'multicanal-package-'))
})
afterEach(() => rmSync(workFolder, { recursive: true }))

describe('the app package', () => {
  it('holds the manifest, two languages and two icons at its root', () => {
    expect(Object.keys(unzip(appId))).toEqual(['manifest.json', 'fr.json', 'de.json', 'color.png', 'outline.png'])
  })

  it('carries every file of the folder unchanged except for the app id', () => {
    const sources = readSources()
    const files = unzip(appId)
    for (const name of ['fr.json', 'de.json', 'color.png', 'outline.png'] as const) {
      expect(Buffer.from(files[name] ?? []).equals(sources[name]), name).toBe(true)
    }
    const manifest = strFromU8(sources['manifest.json'])
    expect(text(files, 'manifest.json')).toBe(manifest.replaceAll(/\$\{\{MicrosoftAppId\}\}/g, appId))
  })

  it('names the app and its bot by MicrosoftAppId and leaves no placeholder', () => {
    const files = unzip(` ${appId}\n`)
    const manifest = JSON.parse(text(files, 'manifest.json'))
    expect([manifest.id, manifest.bots[0].botId]).toEqual([appId, appId])
    for (const name of ['manifest.json', 'fr.json', 'de.json']) expect(text(files, name)).not.toContain('${{')
  })

  it('takes the sandbox id and says the package is not for uploading while MicrosoftAppId is missing or empty', () => {
    for (const env of [{}, { MicrosoftAppId: '' }, { MicrosoftAppId: '  ' }]) {
      const { files, notes } = built(env)
      expect(JSON.parse(strFromU8(files['manifest.json'])).id).toBe(sandboxAppId)
      expect(notes).toEqual([expect.stringMatching(/not for uploading.*MicrosoftAppId/)])
    }
  })

  it('is refused when MicrosoftAppId is no GUID, and the reason names the variable and the value', () => {
    for (const wrong of ['hello', `${appId}0`, appId.replaceAll('-', ''), `${appId}"`]) {
      const answer = buildPackage({ MicrosoftAppId: wrong }, readSources())
      expect(answer).toEqual({ refused: expect.stringContaining(`MicrosoftAppId is "${wrong}"`) })
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
      const env = environment({ TZ, MicrosoftAppId: appId })
      execFileSync(process.execPath, [script], { cwd: workFolder, env })
      return readFileSync(join(workFolder, 'dist/multicanal.zip'))
    })
    expect(zips[0]?.equals(zips[1] ?? Buffer.alloc(0))).toBe(true)
    expect(zips[0]?.equals(zipPackage(built({ MicrosoftAppId: appId }).files))).toBe(true)
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
  const answer = buildPackage({ MicrosoftAppId: appId }, { ...sources, 'manifest.json': strToU8(changed) })
  return 'refused' in answer ? [answer.refused] : answer.notes
}

function unzip(id: string) {
  return unzipSync(zipPackage(built({ MicrosoftAppId: id }).files))
}

function zipped(zip: Uint8Array): string[] {
  return Object.keys(unzipSync(zip))
}

function text(files: Record<string, Uint8Array>, name: string): string {
  return strFromU8(files[name] ?? new Uint8Array())
}

// The developer's own MicrosoftAppId must not reach the script under test.
function environment(settings: Record<string, string>): NodeJS.ProcessEnv {
  const { MicrosoftAppId: _, ...rest } = process.env
  return { ...rest, ...settings }
}
