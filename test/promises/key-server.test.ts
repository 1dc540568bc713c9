import { keyServer } from './gate/key-server.ts'
import { testPromise } from './test-promise.ts'

testPromise(keyServer)
