/** The same as days.test.ts over a year, with its months closed and its statements mailed. */
import { expect, it } from 'vitest';
import { factsOf } from './invariants/evidence.ts';
import { YEAR } from './scenario.ts';
import { expectNoViolation, PATIENCE_MS, seedsToRun } from './seeds.ts';

it.for(seedsToRun(2, 0))('keeps every promise through a year with seed %i', { timeout: PATIENCE_MS }, async (seed) => {
  const { evidence } = await expectNoViolation(seed, YEAR);
  const months = new Set(factsOf(evidence.entries, 'statement-issued').map((fact) => fact.month));
  expect(months.size).toBeGreaterThan(10);
});
