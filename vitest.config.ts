import { defineConfig } from 'vitest/config';
import { ClosingLine } from './test/support/closing-line.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/random-seed.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Real servers and timed probes share two cores: more workers than that only adds noise.
    maxWorkers: 2,
    reporters: ['default', new ClosingLine()],
  },
});
