import { serviceUrls } from './gate/service-urls.ts'
import { testPromise } from './test-promise.ts'

testPromise(serviceUrls)
