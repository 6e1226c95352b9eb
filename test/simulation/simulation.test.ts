/**
 * Whole-system runs: the real prober loop, recorder, journal, ledger, desk and statements in a seeded world in which
 * everything fails at some time, held against what was really so.
 *
 * A seed that fails prints itself: `SEED=42 npx vitest run test/simulation` runs it alone, at both paces.
 * `SIM_RUNS=1000 npx vitest run test/simulation` runs so many fresh seeds more.
 */
import { randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DENSE, type Pace, YEAR } from './scenario.ts';
import { simulate } from './simulate.ts';

const PATIENCE_MS = 120_000;
const SHOWN = 10;

const given = process.env.SEED === undefined ? undefined : Number(process.env.SEED);
const fresh = Array.from({ length: Number(process.env.SIM_RUNS ?? 1) }, () => randomInt(2 ** 31));
const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i + 1);

async function expectNoViolation(seed: number, pace: Pace): Promise<void> {
  const { violations, evidence } = await simulate(seed, pace);
  const shown = violations.slice(0, SHOWN).join('\n');
  expect(violations.length, `SEED=${seed} (${pace.name}), ${violations.length} violations:\n${shown}`).toBe(0);
  expect(evidence.probes).toBeGreaterThan(0);
}

describe('two days watched each minute', () => {
  it.for(given === undefined ? [...upTo(18), ...fresh] : [given])(
    'keeps every promise with seed %i',
    { timeout: PATIENCE_MS },
    (seed) => expectNoViolation(seed, DENSE),
  );
});

describe('a year and more', () => {
  it.for(given === undefined ? upTo(2) : [given])(
    'keeps every promise with seed %i',
    { timeout: PATIENCE_MS },
    (seed) => expectNoViolation(seed, YEAR),
  );
});

it.skipIf(given !== undefined)('ends the same for the same seed', { timeout: PATIENCE_MS }, async () => {
  const [once, again, other] = [await simulate(1, DENSE), await simulate(1, DENSE), await simulate(2, DENSE)];
  expect(again.head).toBe(once.head);
  expect(other.head).not.toBe(once.head);
});
