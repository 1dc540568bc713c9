import { killedAtFailpoints } from './crash/failpoints.ts'
import { testPromise } from './test-promise.ts'

testPromise(killedAtFailpoints)
