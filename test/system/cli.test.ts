import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..')

/** Runs a command line as people do, in a process of its own. */
const run = (
  command: 'cases' | 'webhooks',
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    const options = { cwd: root, env: { PATH: process.env.PATH, ...env } }
    execFile(process.execPath, [`bot/cli/${command}.ts`, ...args], options, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err })
    })
  })

describe('npm run cases', () => {
  const env = { DATABASE_URL: 'sqlite::memory:' }

  it('exits with the code of its command and prints only the requested output', async () => {
    expect(await run('cases', ['verify'], env)).toMatchObject({ code: 0, out: expect.stringContaining('unbroken') })
    expect(await run('cases', [], env)).toMatchObject({ code: 1, out: '', err: expect.stringContaining('export') })
  })

  it('exits with 1 on an unknown option', async () => {
    expect(await run('cases', ['list', '--colour'], env)).toMatchObject({ code: 1, out: '' })
  })
})

describe('npm run webhooks', () => {
  it('prints its usage for an unknown command before it reads any setting', async () => {
    for (const args of [[], ['toString'], ['remove']]) {
      const { code, err } = await run('webhooks', args)
      expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/^npm run -s webhooks -- status/) })
    }
  })

  it('names every missing or invalid setting', async () => {
    const { code, err } = await run('webhooks', ['register'], {
      WEBHOOK_URL: 'http://bot.example.test/',
      CLOUD: 'moon',
    })
    expect(code).toBe(1)
    expect(err).toContain('PARTNER_TENANT_ID: is missing')
    expect(err).toContain('PARTNER_CLIENT_SECRET: is missing')
    expect(err).toContain('WEBHOOK_URL: must be an https address')
    expect(err).toContain('CLOUD: must be one of')
  })
})
