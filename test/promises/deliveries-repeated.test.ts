import { deliveriesRepeated } from './delivery/deliveries-repeated.ts'
import { testPromise } from './test-promise.ts'

testPromise(deliveriesRepeated)
