import { rollingRestart } from './rolling-restart.ts'
import { testPromise } from './test-promise.ts'

testPromise(rollingRestart)
