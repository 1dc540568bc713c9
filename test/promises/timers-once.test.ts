import { testPromise } from './test-promise.ts'
import { timersOnce } from './timers.ts'

testPromise(timersOnce)
