import { bodies } from './gate/bodies.ts'
import { testPromise } from './test-promise.ts'

testPromise(bodies)
