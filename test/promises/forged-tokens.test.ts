import { forgedTokens } from './gate/forged-tokens.ts'
import { testPromise } from './test-promise.ts'

testPromise(forgedTokens)
