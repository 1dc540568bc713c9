import { fuzzedActivities } from './gate/fuzzed-activities.ts'
import { testPromise } from './test-promise.ts'

testPromise(fuzzedActivities)
