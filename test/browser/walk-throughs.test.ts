import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from '../system/sandbox/terminal.ts'
import { createPlayer, type Player } from './player.ts'
import { readWalkThrough } from './steps.ts'
import { launchChromium } from './window.ts'

/** The walk-throughs of the documents, played from their own text, all in one sandbox. */

const root = join(import.meta.dirname, '..', '..')
const stepsOf = (file: string, section: string) => readWalkThrough(readFileSync(join(root, file), 'utf8'), section)

const walkThroughs = [
  { file: 'README.md', section: 'Win a customer', customer: 'fabrikam.example' },
  { file: 'docs/sandbox.md', section: 'Take over Azure', customer: 'contoso.example' },
  { file: 'docs/sandbox.md', section: 'Hand Azure over', customer: 'woodgrove.example' },
  { file: 'docs/sandbox.md', section: 'The story of three desks', customer: 'coho.example' },
  { file: 'docs/sandbox.md', section: 'Two approvers', customer: 'northwind.example' },
]

let browser: Browser
let sandbox: Sandbox
let player: Player

beforeAll(async () => {
  browser = await launchChromium()
  sandbox = await startSandbox([])
  player = await createPlayer(browser, sandbox)
})

afterAll(async () => {
  await browser?.close()
  await sandbox?.stop()
})

describe('the walk-throughs of the documents', { timeout: 300_000 }, () => {
  it.each(walkThroughs)('$section: can be played after the others', async ({ file, section }) => {
    await player.play(stepsOf(file, section))
  })

  it.each(walkThroughs.toReversed())('$section: can be played again, in another order', async (walkThrough) => {
    await player.play([
      { do: 'turn', to: 'overview' },
      { do: 'row', row: walkThrough.customer },
      { do: 'press', name: 'Start over' },
    ])
    await player.play(stepsOf(walkThrough.file, walkThrough.section))
  })
})

describe('the grammar of the walk-throughs', () => {
  it('refuses what a reader would not know how to do', () => {
    const one = (step: string) => readWalkThrough(`## A\n\n1. ${step}\n\n## B\n`, 'A')
    expect(one('In the **Manager** window, type `new`. Press **A** and **B, c**.')).toEqual([
      { do: 'go', window: 'Manager' },
      { do: 'type', text: 'new' },
      { do: 'press', name: 'A' },
      { do: 'press', name: 'B, c' },
    ])
    expect(() => one('Somehow get **Azure**.')).toThrow(/not understood/)
    expect(() => readWalkThrough('## A\n\nText.\n', 'A')).toThrow(/no numbered steps/)
    expect(() => readWalkThrough('## A\n', 'B')).toThrow(/no section/)
  })
})
