import { defineConfig } from 'vitest/config'

/** Tests that run once on SQLite, in `bot`, and once on PostgreSQL, in `system`. */
const onBothDatabases = [
  'test/state/**/*.test.ts',
  'test/bot/ops/readiness.test.ts',
  'test/bot/workers/poison.test.ts',
  'test/bot/workers/timers.test.ts',
  'test/bot/workers/withdrawn-editions.test.ts',
]
/** Cheap, and broken by any edit of the source that a promise takes a safeguard out of. */
const removals = 'test/promises/gate/removals.test.ts'

export default defineConfig({
  test: {
    // No test waits for a time: these end what hangs, also on a machine that is busy with something else.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Most tests wait for processes and timers, not for a core.
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        test: { name: 'core', include: ['test/core/**/*.test.ts'], pool: 'threads', isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'bot',
          include: ['test/bot/**/*.test.ts', 'test/state/**/*.test.ts', removals],
          exclude: ['test/state/postgres.test.ts'],
          provide: { dialects: ['sqlite'] },
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'system',
          testTimeout: 180_000,
          include: ['test/system/**/*.test.ts', ...onBothDatabases],
          exclude: ['test/state/{sqlite,database-url}.test.ts'],
          provide: { dialects: ['postgres'] },
          globalSetup: ['test/support/global-setup.ts'],
        },
      },
      {
        extends: true,
        test: { name: 'promises', include: ['test/promises/**/*.test.ts'], exclude: [removals] },
      },
    ],
  },
})
