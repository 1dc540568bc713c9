import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { applyChange, type Recipe, readRecipes } from '../../support/recipes.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const recipes = readRecipes(readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8'))
const slugOf = ({ title }: Recipe) => title.toLowerCase().replace(/[^a-z]+/g, '-')

/** Copies the tree as it is now, with the packages of this one. */
function copyTree(): string {
  const copy = mkdtempSync(join(tmpdir(), 'multicanal-recipe-'))
  onTestFinished(() => rmSync(copy, { recursive: true }))
  const listed = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  for (const file of listed.split('\0').filter((name) => name !== '' && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(copy, file)), { recursive: true })
    cpSync(join(root, file), join(copy, file))
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

function run(copy: string, command: string): void {
  const path = `${join(root, 'node_modules', '.bin')}:${process.env.PATH}`
  const { VITEST: _inside, ...env } = process.env
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
    cwd: copy,
    env: { ...env, PATH: path, NO_COLOR: '1' },
    encoding: 'utf8',
  })
  expect(status, `${command}\n${stdout}\n${stderr}`).toBe(0)
}

describe('a recipe of CONTRIBUTING.md', () => {
  it('exists for a question, a command, a track, a plan, a language, an edition and an effect', () => {
    expect(recipes.map(slugOf).sort()).toEqual([
      'add-a-command',
      'add-a-language',
      'add-a-plan',
      'add-a-question',
      'add-a-track',
      'add-an-edition',
      'add-an-effect',
    ])
  })

  it.each(recipes.map((recipe) => [recipe.title, recipe] as const))(
    'does what it says: %s',
    { timeout: 300_000 },
    (_, recipe) => {
      const copy = copyTree()
      for (const step of recipe.steps) {
        if ('command' in step) run(copy, step.command)
        else {
          const file = join(copy, step.change.file)
          const text = existsSync(file) ? readFileSync(file, 'utf8') : undefined
          mkdirSync(dirname(file), { recursive: true })
          writeFileSync(file, applyChange(step.change, text))
        }
      }
      run(copy, 'tsc --noEmit')
      const proof = join('test', 'core', 'recipes', `${slugOf(recipe)}.test.ts`)
      mkdirSync(join(copy, dirname(proof)))
      cpSync(join(import.meta.dirname, `${slugOf(recipe)}.proof.ts`), join(copy, proof))
      run(copy, `vitest run ${proof}`)
    },
  )
})
