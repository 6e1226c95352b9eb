/**
 * Which seeds are run. A seed that fails prints itself: `SEED=42 npx vitest run test/simulation` runs it alone, at both
 * paces. `SIM_RUNS=1000 npx vitest run test/simulation` runs so many fresh seeds of days too.
 */
import { randomInt } from 'node:crypto';
import { expect } from 'vitest';
import type { Pace } from './scenario.ts';
import { simulate, type Verdict } from './simulate.ts';

/** How long a run may take on a machine that is busy otherwise. */
export const PATIENCE_MS = 180_000;
const SHOWN = 10;

/** Whether one seed alone was asked for. */
export const ONE_SEED = process.env.SEED !== undefined;

/** The seeds 1 to `fixed` and some fresh ones; or the one that was asked for. */
export function seedsToRun(fixed: number, fresh: number): readonly number[] {
  if (ONE_SEED) return [Number(process.env.SEED)];
  return [
    ...Array.from({ length: fixed }, (_, i) => i + 1),
    ...Array.from({ length: fresh }, () => randomInt(2 ** 31)),
  ];
}

/** How many fresh seeds were asked for. */
export function freshSeeds(): number {
  return Number(process.env.SIM_RUNS ?? 0);
}

/** Runs a seed; what is wrong with what it leaves fails the test, with the seed. */
export async function expectNoViolation(seed: number, pace: Pace): Promise<Verdict> {
  const verdict = await simulate(seed, pace);
  const { violations } = verdict;
  const shown = violations.slice(0, SHOWN).join('\n');
  expect(violations.length, `SEED=${seed} (${pace.name}), ${violations.length} violations:\n${shown}`).toBe(0);
  return verdict;
}
