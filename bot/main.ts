import { enableCompileCache, flushCompileCache } from 'node:module'
import { join } from 'node:path'

// What one start has compiled the next one need not: a third of the time until it listens. In a folder of our own,
// where nobody else can put code; without one that can be written to, nothing is kept.
enableCompileCache(join(import.meta.dirname, '..', 'node_modules', '.cache', 'compiled'))
const { run } = await import('./run.ts')
await run()
flushCompileCache()
