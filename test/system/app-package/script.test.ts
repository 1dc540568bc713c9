import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { unzipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildPackage, readSources, zipPackage } from '../../../appPackage/package.ts'

const ids = {
  MicrosoftAppId: '6b1f7a0e-3c58-4b7d-9a55-2f0c8d1e4b92',
  PARTNER_CLIENT_ID: 'c0a8f1d2-7b34-4e6f-8a19-5d2e3f4a6b7c',
}
const script = fileURLToPath(new URL('../../../appPackage/package.ts', import.meta.url))

let workFolder: string
beforeEach(() => {
  workFolder = mkdtempSync(join(tmpdir(), 'multicanal-package-'))
})
afterEach(() => rmSync(workFolder, { recursive: true }))

describe('npm run package', () => {
  it('writes dist/multicanal.zip without any settings and prints that it is not for uploading', () => {
    const printed = execFileSync(process.execPath, [script], {
      cwd: workFolder,
      env: environment({}),
      encoding: 'utf8',
    })
    expect(printed).toMatch(/dist\/multicanal\.zip.*\n.*not for uploading/)
    expect(Object.keys(unzipSync(readFileSync(join(workFolder, 'dist/multicanal.zip'))))).toContain('manifest.json')
  })

  it('writes the same bytes in every time zone', () => {
    const zips = ['Pacific/Auckland', 'America/Los_Angeles'].map((TZ) => {
      const env = environment({ TZ, ...ids })
      execFileSync(process.execPath, [script], { cwd: workFolder, env })
      return readFileSync(join(workFolder, 'dist/multicanal.zip'))
    })
    expect(zips[0]?.equals(zips[1] ?? Buffer.alloc(0))).toBe(true)
    expect(zips[0]?.equals(zipPackage(filesOf(ids)))).toBe(true)
  })

  it('prints only the reason and writes nothing if MicrosoftAppId is invalid', () => {
    const env = environment({ MicrosoftAppId: 'hello' })
    const run = spawnSync(process.execPath, [script], { cwd: workFolder, env, encoding: 'utf8' })
    expect(run.status).toBe(1)
    expect(run.stderr.trim()).toMatch(/^MicrosoftAppId is "hello".*$/)
    expect(readdirSync(workFolder)).toEqual([])
  })
})

function filesOf(env: Record<string, string>) {
  const built = buildPackage(env, readSources())
  if (!built.ok) throw new Error(built.reason)
  return built.value.files
}

// The ids of the developer must not reach the script under test.
function environment(settings: Record<string, string>): NodeJS.ProcessEnv {
  const { MicrosoftAppId: _, PARTNER_CLIENT_ID: __, ...rest } = process.env
  return { ...rest, ...settings }
}
