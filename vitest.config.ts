import { defineConfig } from 'vitest/config';

const results = process.env['SYNWHERE_TEST_RESULTS'];
const reporters = ['default', './test/support/retried-reporter.ts'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Lab and cloud suites own whole namespaces and servers; two cores carry two files at a time.
    maxWorkers: 2,
    // For machines that do other things besides: a test that hangs fails all the same.
    testTimeout: 60_000,
    // Real kernels, real clocks, two shared cores: where only CI runs, what fails is asked again before it is called broken.
    retry: process.env['CI'] ? 2 : 0,
    hookTimeout: 60_000,
    reporters: results === undefined ? reporters : [...reporters, ['json', { outputFile: results }]],
  },
});
