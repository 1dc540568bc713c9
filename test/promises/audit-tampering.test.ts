import { auditTampering } from './audit-tampering.ts'
import { testPromise } from './test-promise.ts'

testPromise(auditTampering)
