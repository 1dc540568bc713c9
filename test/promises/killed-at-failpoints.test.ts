import { killedAtFailpoints } from './crash/killed-at-failpoints.ts'
import { testPromise } from './test-promise.ts'

testPromise(killedAtFailpoints)
