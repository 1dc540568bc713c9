import { strFromU8, strToU8, unzipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { buildPackage, readSources, sandboxAppId, zipPackage } from '../../../appPackage/package.ts'
import { refused } from '../../../dialogs/result.ts'

const appId = '6b1f7a0e-3c58-4b7d-9a55-2f0c8d1e4b92'
const partnerId = 'c0a8f1d2-7b34-4e6f-8a19-5d2e3f4a6b7c'
const ids = { MicrosoftAppId: appId, PARTNER_CLIENT_ID: partnerId }

describe('the app package', () => {
  it('holds the manifest, two languages and two icons at its root', () => {
    expect(Object.keys(unzip(ids))).toEqual(['manifest.json', 'fr.json', 'de.json', 'color.png', 'outline.png'])
  })

  it('carries every source unchanged except for the ids', () => {
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

  it('uses MicrosoftAppId for app, bot and extension, PARTNER_CLIENT_ID for sign-in, and leaves no placeholder', () => {
    const files = unzip({ MicrosoftAppId: ` ${appId}\n`, PARTNER_CLIENT_ID: partnerId })
    const manifest = JSON.parse(text(files, 'manifest.json'))
    expect([manifest.id, manifest.bots[0].botId, manifest.composeExtensions[0].botId]).toEqual([appId, appId, appId])
    expect(manifest.webApplicationInfo).toEqual({ id: partnerId, resource: `api://botid-${partnerId}` })
    for (const name of ['manifest.json', 'fr.json', 'de.json']) expect(text(files, name)).not.toContain('${{')
  })

  it('uses the sandbox id and says the package is not for uploading if both ids are missing or empty', () => {
    for (const env of [{}, { MicrosoftAppId: '' }, { MicrosoftAppId: '  ', PARTNER_CLIENT_ID: ' ' }]) {
      const { files, notes } = built(env)
      expect(JSON.parse(strFromU8(files['manifest.json'])).id).toBe(sandboxAppId)
      expect(notes).toEqual([expect.stringMatching(/not for uploading.*MicrosoftAppId and PARTNER_CLIENT_ID/)])
    }
  })

  it('is refused if an id is no GUID; the reason names the variable and the value', () => {
    for (const wrong of ['hello', `${appId}0`, appId.replaceAll('-', ''), `${appId}"`]) {
      for (const name of ['MicrosoftAppId', 'PARTNER_CLIENT_ID']) {
        const answer = buildPackage({ ...ids, [name]: wrong }, readSources())
        expect(answer).toEqual(refused(expect.stringContaining(`${name} is "${wrong}"`)))
      }
    }
  })

  it('is refused if only one of the two ids is given', () => {
    for (const [name, missing] of [
      ['MicrosoftAppId', 'PARTNER_CLIENT_ID'],
      ['PARTNER_CLIENT_ID', 'MicrosoftAppId'],
    ]) {
      const answer = buildPackage({ [name ?? '']: appId }, readSources())
      expect(answer).toEqual(refused(expect.stringMatching(new RegExp(`^${missing} is ""`))))
    }
  })

  it('warns about the developer links until they are replaced', () => {
    expect(notesWithSite('https://multicanal.example')).toEqual([expect.stringContaining('multicanal.example')])
    expect(notesWithSite('https://partner.contoso.com')).toEqual([])
  })
})

function built(env: Record<string, string>) {
  const answer = buildPackage(env, readSources())
  if (!answer.ok) throw new Error(answer.reason)
  return answer.value
}

function notesWithSite(websiteUrl: string): string[] {
  const sources = readSources()
  const manifest = JSON.parse(strFromU8(sources['manifest.json']))
  const changed = JSON.stringify({ ...manifest, developer: { ...manifest.developer, websiteUrl } })
  const answer = buildPackage(ids, { ...sources, 'manifest.json': strToU8(changed) })
  return answer.ok ? answer.value.notes : [answer.reason]
}

function unzip(env: Record<string, string>) {
  return unzipSync(zipPackage(built(env).files))
}

function text(files: Record<string, Uint8Array>, name: string): string {
  return strFromU8(files[name] ?? new Uint8Array())
}
