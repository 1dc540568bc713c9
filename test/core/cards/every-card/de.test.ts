import { describe } from 'vitest'
import { checkAccessibility } from './accessibility.ts'
import { checkButtons, checkSentences, checkStructure } from './structure.ts'

describe('every card in de', () => {
  checkStructure('de')
  checkAccessibility('de')
  checkButtons('de')
  checkSentences('de')
})
