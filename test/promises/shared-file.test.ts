import { sharedFile } from './restarts.ts'
import { testPromise } from './test-promise.ts'

testPromise(sharedFile)
