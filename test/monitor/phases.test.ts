import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MINUTE, type Millis } from '../../src/domain/time/instant.ts';
import { assignPhases, type Phased } from '../../src/monitor/phases.ts';

const INTERVAL = MINUTE;

function members(group: string | undefined, count: number, intervalMs = INTERVAL): Phased[] {
  return Array.from({ length: count }, (_, n) => ({
    id: `${group ?? 'alone'}/${String(n).padStart(6, '0')}`,
    intervalMs,
    ...(group === undefined ? {} : { group }),
  }));
}

/** Gaps between neighbours, around the interval. */
function gapsOf(phases: Iterable<Millis>, intervalMs = INTERVAL): Millis[] {
  const sorted = [...phases].toSorted((a, b) => a - b);
  return sorted.map((phase, i) => (sorted[i + 1] ?? sorted[0]! + intervalMs) - phase);
}

const some = fc
  .tuple(fc.integer({ min: 0, max: 300 }), fc.array(fc.integer({ min: 1, max: 250 }), { maxLength: 12 }))
  .map(([alone, groups]) => [...members(undefined, alone), ...groups.flatMap((count, g) => members(`g${g}`, count))]);

describe('assignPhases', () => {
  it('spreads the members of each group evenly over the interval', () => {
    fc.assert(
      fc.property(some, (checks) => {
        const phases = assignPhases(checks);
        expect(phases.size).toBe(checks.length);
        for (const group of Map.groupBy(checks, (check) => check.group ?? '').values()) {
          const own = group.map((check) => phases.get(check.id)!);
          expect(own.every((phase) => Number.isInteger(phase) && phase >= 0 && phase < INTERVAL)).toBe(true);
          const gaps = gapsOf(own);
          expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(2);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('spreads five hundred servers of two hundred sites so that every 20 ms ask for much the same', () => {
    const checks = Array.from({ length: 500 }, (_, g) => members(`server-${g}`, 200)).flat();
    const perTick = Map.groupBy(assignPhases(checks).values(), (phase) => Math.floor(phase / 20));
    const counts = [...perTick.values()].map((all) => all.length);
    expect(perTick.size).toBe(3_000);
    expect(Math.max(...counts)).toBeLessThan(1.3 * (100_000 / 3_000));
  });

  it('gives the same checks the same phases, in whatever order they come', () => {
    fc.assert(
      fc.property(some, fc.nat(), (checks, turn) => {
        const turned = checks.map((_, i) => checks[(i + turn) % checks.length]!);
        expect([...assignPhases(turned)].toSorted()).toEqual([...assignPhases(checks)].toSorted());
      }),
      { numRuns: 30 },
    );
  });

  it('moves the others of a group by less than one part of the interval when a member is added', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), (count, pick) => {
        const checks = [...members('a', 7), ...members('b', count + 1)];
        const without = checks.filter(({ id }) => id !== members('b', count + 1)[pick % (count + 1)]!.id);
        const [before, after] = [assignPhases(without), assignPhases(checks)];
        for (const { id, group } of without) {
          const moved = Math.abs(after.get(id)! - before.get(id)!);
          const around = Math.min(moved, INTERVAL - moved);
          if (group === 'a') expect(moved).toBe(0);
          else expect(around).toBeLessThanOrEqual(INTERVAL / (count + 1) + 1);
        }
      }),
    );
  });

  it('moves nothing that is kept, and puts newcomers into the widest gaps', () => {
    const before = members('a', 10).filter((_, n) => n !== 4 && n !== 5);
    const kept = assignPhases(members('a', 10));
    const phases = assignPhases(
      [...before, { id: 'a/new', intervalMs: INTERVAL, group: 'a' }],
      new Map(before.map(({ id }) => [id, kept.get(id)!])),
    );
    for (const { id } of before) expect(phases.get(id)).toBe(kept.get(id));
    expect(phases.get('a/new')).toBe((kept.get('a/000003')! + kept.get('a/000006')!) / 2);
  });

  it('gives checks of another interval an evenness of their own', () => {
    const checks = [...members('a', 6), ...members('b', 5, 7_000)];
    const phases = assignPhases(checks);
    const own = checks.filter((check) => check.intervalMs === 7_000).map((check) => phases.get(check.id)!);
    expect(gapsOf(own, 7_000)).toEqual([1_400, 1_400, 1_400, 1_400, 1_400]);
  });
});
