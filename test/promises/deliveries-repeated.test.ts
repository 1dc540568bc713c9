import { deliveriesRepeated } from './delivery/repeated.ts'
import { testPromise } from './test-promise.ts'

testPromise(deliveriesRepeated)
