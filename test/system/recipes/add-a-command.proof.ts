import { expect, it } from 'vitest'
import { readCommand } from '../../../cards/text/commands.ts'

it('reads the new command in every language', () => {
  for (const word of ['about', 'Infos', 'info']) expect(readCommand(word)).toEqual({ command: 'about', rest: '' })
})
