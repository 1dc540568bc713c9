import { frozenWorker } from './crash/frozen-worker.ts'
import { testPromise } from './test-promise.ts'

testPromise(frozenWorker)
