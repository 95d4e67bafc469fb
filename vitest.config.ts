import { defineConfig } from 'vitest/config';

/** Every package's tests are run from its own folder with this one file (`vitest run --config ../../vitest.config.ts`). */
export default defineConfig({
  root: process.cwd(),
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // A machine of two cores runs several packages at once; more workers only compete.
    maxWorkers: 2,
    reporters: ['default', 'json'],
    outputFile: { json: 'reports/vitest.json' },
  },
});
