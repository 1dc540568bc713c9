import { killed } from './crash/killed.ts'
import { testPromise } from './test-promise.ts'

testPromise(killed('PostgreSQL'))
