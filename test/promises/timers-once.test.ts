import { testPromise } from './test-promise.ts'
import { timersOnce } from './timers-once.ts'

testPromise(timersOnce)
