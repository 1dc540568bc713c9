import { anyOrder } from './delivery/any-order.ts'
import { testPromise } from './test-promise.ts'

testPromise(anyOrder)
