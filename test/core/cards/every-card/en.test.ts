import { describe } from 'vitest'
import { checkAccessibility } from './accessibility.ts'
import { checkButtons, checkPresses, checkSentences, checkStructure } from './structure.ts'

describe('every card in en', () => {
  checkStructure('en')
  checkAccessibility('en')
  checkButtons('en')
  checkSentences('en')
  checkPresses()
})
