/**
 * Property tests try the same inputs in every run, so that whether a change lands does not hang on luck. To look for new
 * counterexamples: `FRESH_SEEDS=1 npx vitest run test/domain`, which prints the seed of a failure.
 */
import fc from 'fast-check';

if (process.env.FRESH_SEEDS !== '1') fc.configureGlobal({ seed: 20260217 });
