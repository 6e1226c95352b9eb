/**
 * Whole-system runs: the real prober loop, recorder, journal, ledger, desk and statements in a seeded world in which
 * everything fails at some time, held against what was really so.
 */
import { describe, expect, it } from 'vitest';
import { DENSE } from './scenario.ts';
import { expectNoViolation, freshSeeds, ONE_SEED, PATIENCE_MS, seedsToRun } from './seeds.ts';
import { simulate } from './simulate.ts';

describe('two days watched each minute', () => {
  it.for(seedsToRun(16, freshSeeds()))('keep every promise with seed %i', { timeout: PATIENCE_MS }, async (seed) => {
    const { evidence } = await expectNoViolation(seed, DENSE);
    expect(evidence.probes).toBeGreaterThan(1_000);
  });

  it.skipIf(ONE_SEED)('end the same for the same seed', { timeout: PATIENCE_MS }, async () => {
    const [once, again] = [await simulate(5, DENSE), await simulate(5, DENSE)];
    expect(again.head).toBe(once.head);
  });
});
