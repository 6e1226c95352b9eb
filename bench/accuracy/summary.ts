/** Figures of an accuracy run, in one short table a run. */
import { MINUTE, type Millis, SECOND } from '../../src/domain/time/instant.ts';
import type { Measured, Verdict } from './verdict.ts';

export interface Summary {
  readonly outages: number;
  readonly found: number;
  /** Edges whose bounds hold no true edge. */
  readonly wrong: number;
  readonly startErrorMs: Spread;
  readonly endErrorMs: Spread;
  readonly lengthErrorMs: Spread;
  readonly lines: readonly string[];
}

/** Of signed errors: their mean; of their sizes: median, 95th hundredth and most. */
export interface Spread {
  readonly mean: Millis;
  readonly median: Millis;
  readonly p95: Millis;
  readonly most: Millis;
}

const BUCKETS: readonly Millis[] = [
  7 * SECOND,
  15 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE + 1,
];

/** Sums a run up. */
export function summarise({ outages, wrong }: Verdict): Summary {
  const found = outages.filter((each) => each.startErrorMs !== undefined && each.endErrorMs !== undefined);
  const startErrorMs = spreadOf(found.map((each) => each.startErrorMs ?? 0));
  const endErrorMs = spreadOf(found.map((each) => each.endErrorMs ?? 0));
  const lengthErrorMs = spreadOf(found.map((each) => (each.endErrorMs ?? 0) - (each.startErrorMs ?? 0)));
  return {
    outages: outages.length,
    found: found.length,
    wrong: wrong.length,
    startErrorMs,
    endErrorMs,
    lengthErrorMs,
    lines: [
      `${found.length} of ${outages.length} found; ${wrong.length} edges whose bounds do not hold the truth`,
      `found, by true length: ${shareByLength(outages)}`,
      ...(found.length === 0
        ? []
        : [
            '                mean    median       p95      most   (ms)',
            lineOf('start error', startErrorMs),
            lineOf('end error', endErrorMs),
            lineOf('length error', lengthErrorMs),
            lineOf('start bounds', spreadOf(found.map((each) => each.startWidthMs ?? 0))),
            lineOf('end bounds', spreadOf(found.map((each) => each.endWidthMs ?? 0))),
            lineOf('found after', spreadOf(found.map((each) => each.foundAfterMs ?? 0))),
            ...ASPECTS.flatMap(([name, holds]) => aspectOf(name, found.filter(holds))),
          ]),
    ],
  };
}

/** Found whatever the phase: an interval and three deadlines. */
const LONG: Millis = 90 * SECOND;

/**
 * Short outages are found only when they happen to begin just before a probe, so the midpoint of those found is early: the
 * method's own bias shows in the long ones. A server that hangs answers what it was asked as soon as it wakes up, and what
 * was in vain before was asked a deadline ago.
 */
const ASPECTS: readonly (readonly [string, (one: Measured) => boolean])[] = [
  ['longer than 90 s, not hung', ({ lengthMs, mode }) => lengthMs > LONG && mode !== 'hangs'],
  ['longer than 90 s, hung', ({ lengthMs, mode }) => lengthMs > LONG && mode === 'hangs'],
];

function aspectOf(name: string, outages: readonly Measured[]): readonly string[] {
  if (outages.length === 0) return [];
  return [
    `${name}: ${outages.length}`,
    lineOf('  start', spreadOf(outages.map((each) => each.startErrorMs ?? 0))),
    lineOf('  end', spreadOf(outages.map((each) => each.endErrorMs ?? 0))),
  ];
}

function spreadOf(errors: readonly Millis[]): Spread {
  const sizes = errors.map(Math.abs).sort((a, b) => a - b);
  const at = (share: number): Millis => sizes[Math.min(sizes.length - 1, Math.floor(share * sizes.length))] ?? 0;
  const mean = errors.reduce((sum, error) => sum + error, 0) / Math.max(1, errors.length);
  return { mean: Math.round(mean), median: at(0.5), p95: at(0.95), most: sizes.at(-1) ?? 0 };
}

function shareByLength(outages: readonly Measured[]): string {
  return BUCKETS.slice(1)
    .flatMap((to, i) => {
      const from = BUCKETS[i] ?? 0;
      const inside = outages.filter(({ lengthMs }) => lengthMs >= from && lengthMs < to);
      if (inside.length === 0) return [];
      const found = inside.filter(({ startErrorMs }) => startErrorMs !== undefined).length;
      return [`${from / SECOND}–${Math.round(to / SECOND)} s ${Math.round((100 * found) / inside.length)} %`];
    })
    .join(', ');
}

function lineOf(name: string, { mean, median, p95, most }: Spread): string {
  const cells = [mean, median, p95, most].map((value) => String(value).padStart(10)).join('');
  return `${name.padEnd(12)}${cells}`;
}
