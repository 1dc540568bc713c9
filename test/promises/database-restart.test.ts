import { databaseRestart } from './database-restarts.ts'
import { testPromise } from './test-promise.ts'

testPromise(databaseRestart)
