import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/time/instant.ts';
import { IntervalRing } from '../../src/monitor/interval-ring.ts';
import { runningCheck } from '../../src/monitor/running-check.ts';
import { Wander } from '../../src/monitor/wander.ts';
import { watched } from './scripted-probes.ts';

const START = 20_513 * DAY;
const instant = fc.integer({ min: 1_600_000_000_000, max: 2_500_000_000_000 });
const interval = fc.oneof(fc.constantFrom(SECOND, MINUTE, DAY), fc.integer({ min: SECOND, max: DAY }));
const part = fc.double({ min: 0, max: 1, noNaN: true });
const seed = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe('Wander', () => {
  it('moves a slot by its reach at most, never back, and two slots of a check apart by little', () => {
    fc.assert(
      fc.property(instant, interval, part, seed, (grid, intervalMs, share, drawnFrom) => {
        const reach = Math.floor(share * intervalMs);
        const wander = new Wander(intervalMs, reach, drawnFrom);
        const [slot, next] = [wander.slot(grid), wander.slot(grid + intervalMs)];
        expect(slot).toBeGreaterThanOrEqual(grid);
        expect(slot).toBeLessThanOrEqual(grid + reach);
        expect(Math.abs(next - slot - intervalMs)).toBeLessThanOrEqual(reach / 64 + 1);
      }),
    );
  });

  it('keeps the order of slots', () => {
    fc.assert(
      fc.property(instant, fc.nat(DAY), interval, seed, (grid, later, intervalMs, drawnFrom) => {
        const wander = new Wander(intervalMs, intervalMs, drawnFrom);
        expect(wander.slot(grid + later)).toBeGreaterThanOrEqual(wander.slot(grid));
      }),
    );
  });

  it('is the same for the same seed, and another for another', () => {
    const places = (drawnFrom: number) => {
      const wander = new Wander(MINUTE, 6_000, drawnFrom);
      return Array.from({ length: 500 }, (_, n) => wander.slot(START + n * 10 * MINUTE) - START);
    };
    expect(places(1)).toEqual(places(1));
    expect(places(1)).not.toEqual(places(2));
  });

  it('meets each second of its reach within days', () => {
    const wander = new Wander(MINUTE, 6_000, 1);
    const seconds = new Set<number>();
    for (let n = 0; n < (5 * DAY) / MINUTE; n += 1)
      seconds.add(Math.floor(((wander.slot(START + n * MINUTE) - START) % MINUTE) / SECOND));
    expect([...seconds].toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe('a ring of slots that wander', () => {
  it('has each slot once, from any instant on, and none before its time', () => {
    fc.assert(
      fc.property(fc.nat(HOUR), fc.integer({ min: 1, max: 40 }), part, (after, size, share) => {
        const wander = new Wander(MINUTE, Math.floor(share * MINUTE), 7);
        const ring = new IntervalRing(MINUTE, wander);
        const members = Array.from({ length: size }, (_, n) =>
          runningCheck(
            watched(`c${n}`, { phaseMs: Math.floor((n * MINUTE) / size) }),
            { inFlight: 0, need: 0, line: undefined },
            undefined,
          ),
        );
        ring.fill(members, START + after);
        const taken: number[] = [];
        for (let at = START + after; at <= START + after + 3 * MINUTE; at += 500) {
          ring.take(at, (_running, slot) => {
            expect(slot).toBeLessThanOrEqual(at);
            expect(slot).toBeGreaterThan(START + after);
            taken.push(slot);
          });
        }
        const expected = members.flatMap(({ check }) =>
          Array.from({ length: 70 }, (_, turn) => wander.slot(START + check.phaseMs + (turn - 2) * MINUTE)).filter(
            (slot) => slot > START + after && slot <= taken.at(-1)!,
          ),
        );
        expect(taken).toEqual(expected.toSorted((a, b) => a - b));
      }),
      { numRuns: 40 },
    );
  });
});
