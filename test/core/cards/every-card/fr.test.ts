import { describe } from 'vitest'
import { checkAccessibility } from './accessibility.ts'
import { checkButtons, checkSentences, checkStructure } from './structure.ts'

describe('every card in fr', () => {
  checkStructure('fr')
  checkAccessibility('fr')
  checkButtons('fr')
  checkSentences('fr')
})
