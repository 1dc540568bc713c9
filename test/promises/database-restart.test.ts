import { databaseRestart } from './database-restart.ts'
import { testPromise } from './test-promise.ts'

testPromise(databaseRestart)
