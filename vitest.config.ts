import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'web/**/*.test.ts'],
    globalSetup: ['./test/postgres.ts', './test/build-pages.ts'],
    // Own processes: tests start servers, send signals and open SQLite files.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Named, so that the closing summary is printed wherever the suite runs.
    reporters: ['default'],
  },
});
