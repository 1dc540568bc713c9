import { poison } from './poison.ts'
import { testPromise } from './test-promise.ts'

testPromise(poison)
