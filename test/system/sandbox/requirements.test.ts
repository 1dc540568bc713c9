import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'

const start = join(import.meta.dirname, '..', '..', '..', 'sandbox', 'start.cjs')

/** Starts the sandbox in a fresh folder, as if on that Node, and returns what the terminal shows. */
function complaint(version: string, installed: boolean) {
  const folder = mkdtempSync(join(tmpdir(), 'multicanal-requirements-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'sandbox'))
  mkdirSync(join(folder, 'node_modules'))
  copyFileSync(start, join(folder, 'sandbox', 'start.cjs'))
  if (installed) writeFileSync(join(folder, 'node_modules', '.package-lock.json'), '{}')
  const other = join(folder, 'version.cjs')
  writeFileSync(other, `Object.defineProperty(process, 'versions', { value: { node: '${version}' } })`)
  const { status, stderr } = spawnSync(process.execPath, ['--require', other, join(folder, 'sandbox', 'start.cjs')])
  return { status, said: String(stderr) }
}

const tooOld = 'Node 18.20.4 is too old. Install Node 20 or later, then run "npm ci".\n'

it('npm installs on an older Node without a warning for each package', () => {
  const root = join(import.meta.dirname, '..', '..', '..')
  const { stdout } = spawnSync('npm', ['config', 'get', 'loglevel'], { cwd: root, env: { PATH: process.env.PATH } })
  expect(String(stdout).trim()).toBe('error')
})

it.each([
  ['18.20.4', false, tooOld],
  ['18.20.4', true, tooOld],
  ['20.20.2', false, 'The packages of the sandbox are not installed. Run "npm ci" first.\n'],
  ['24.21.0', false, 'The packages of the sandbox are not installed. Run "npm ci" first.\n'],
  ['20.20.2', true, 'The Node of this project is missing in node_modules. Run "npm ci" again.\n'],
])('the sandbox on Node %s, with its packages: %s, ends with one sentence', (version, installed, said) => {
  expect(complaint(version, installed)).toEqual({ status: 1, said })
})
