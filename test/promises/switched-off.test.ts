import { switchedOff } from './switched-off.ts'
import { testPromise } from './test-promise.ts'

testPromise(switchedOff)
