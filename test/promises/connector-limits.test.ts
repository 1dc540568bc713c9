import { connectorLimits } from './delivery/connector-limits.ts'
import { testPromise } from './test-promise.ts'

testPromise(connectorLimits)
