import { personErased } from './erased.ts'
import { testPromise } from './test-promise.ts'

testPromise(personErased)
