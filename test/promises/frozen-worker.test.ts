import { frozenWorker } from './crash/frozen.ts'
import { testPromise } from './test-promise.ts'

testPromise(frozenWorker)
