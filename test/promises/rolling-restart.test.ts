import { rollingRestart } from './rolling.ts'
import { testPromise } from './test-promise.ts'

testPromise(rollingRestart)
