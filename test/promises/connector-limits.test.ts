import { connectorLimits } from './delivery/limits.ts'
import { testPromise } from './test-promise.ts'

testPromise(connectorLimits)
