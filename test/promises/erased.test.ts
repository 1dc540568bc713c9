import { erased } from './erased.ts'
import { testPromise } from './test-promise.ts'

testPromise(erased)
