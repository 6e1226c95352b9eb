import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../src/domain/time/instant.ts';
import { assignShards, threadsFor } from '../../src/monitor/shards.ts';

interface Check {
  readonly id: string;
  readonly intervalMs: number;
  readonly group?: string;
}

const fleet = fc
  .array(
    fc.record({
      size: fc.integer({ min: 1, max: 40 }),
      intervalMs: fc.constantFrom(5 * SECOND, MINUTE),
      alone: fc.boolean(),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((groups) =>
    groups.flatMap(({ size, intervalMs, alone }, g) =>
      Array.from(
        { length: size },
        (_, n): Check => ({
          id: `g${g}/${n}`,
          intervalMs,
          ...(alone ? {} : { group: `g${g}` }),
        }),
      ),
    ),
  );
const threads = fc.integer({ min: 1, max: 8 });

function homesOf(checks: readonly Check[], shards: ReadonlyMap<string, number>): Map<string, Set<number>> {
  const homes = new Map<string, Set<number>>();
  for (const { id, group } of checks) {
    if (group !== undefined) homes.set(group, (homes.get(group) ?? new Set()).add(shards.get(id)!));
  }
  return homes;
}

describe('threadsFor', () => {
  it.each([
    [0, 8, 1],
    [11_900, 8, 1],
    [12_100, 8, 2],
    [100_000, 8, 8],
    [100_000, 2, 2],
  ])('finds %d checks a minute, on at most %d threads, worth %d', (count, most, threads) => {
    const checks = Array.from({ length: count }, (_, i) => ({ id: String(i), intervalMs: MINUTE }));
    expect(threadsFor(checks, most)).toBe(threads);
  });
});

describe('assignShards', () => {
  it('keeps each group on one thread', () => {
    fc.assert(
      fc.property(fleet, threads, (checks, count) => {
        const shards = assignShards(checks, count);
        expect(shards.size).toBe(checks.length);
        expect([...homesOf(checks, shards).values()].every((homes) => homes.size === 1)).toBe(true);
        expect([...shards.values()].every((shard) => shard >= 0 && shard < count)).toBe(true);
      }),
    );
  });

  it('spreads the work so that no thread has more than the mean and the largest group', () => {
    fc.assert(
      fc.property(fleet, threads, (checks, count) => {
        const shards = assignShards(checks, count);
        const load = (some: readonly Check[]): number =>
          some.reduce((sum, check) => sum + SECOND / check.intervalMs, 0);
        const groups = Map.groupBy(checks, (check) => check.group ?? check.id);
        const largest = Math.max(...[...groups.values()].map(load));
        for (let shard = 0; shard < count; shard += 1) {
          const mine = checks.filter((check) => shards.get(check.id) === shard);
          expect(load(mine)).toBeLessThanOrEqual(load(checks) / count + largest + 1e-9);
        }
      }),
    );
  });

  it('gives the same checks the same threads, in whatever order they come', () => {
    fc.assert(
      fc.property(fleet, threads, (checks, count) => {
        const shards = assignShards(checks.toReversed(), count);
        expect([...shards].toSorted()).toEqual([...assignShards(checks, count)].toSorted());
      }),
      { numRuns: 30 },
    );
  });

  it('moves none that is kept, and puts newcomers beside the rest of their group', () => {
    fc.assert(
      fc.property(fleet, threads, fc.nat(), (checks, count, pick) => {
        const kept = assignShards(
          checks.filter((_, n) => (n + pick) % 3 !== 0),
          count,
        );
        const shards = assignShards(checks, count, kept);
        for (const [id, shard] of kept) expect(shards.get(id)).toBe(shard);
        expect([...homesOf(checks, shards).values()].every((homes) => homes.size === 1)).toBe(true);
      }),
    );
  });
});
