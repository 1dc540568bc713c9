import { replicas } from './restarts.ts'
import { testPromise } from './test-promise.ts'

testPromise(replicas)
