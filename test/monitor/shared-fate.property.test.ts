/** What a group says of the moment of its members' falls and rises is true, and worth saying. */
import { describe, expect, it } from 'vitest';
import { type Instant, MINUTE, type Millis, SECOND } from '../../src/domain/time/instant.ts';
import type { Failure } from '../../src/probes/outcome.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { type DatedEdge, group, isTrue, type Member, runGroup, START } from './shared-fate-worlds.ts';

const WORDS: readonly Failure[] = ['connect_refused', 'connect_timeout', 'connect_unreachable'];
const SEEDS = Array.from({ length: 150 }, (_, n) => n + 1);
const END = START + 16 * MINUTE;

interface Tally {
  edges: number;
  sharpened: number;
  wrong: number;
}

/** The common outage of a world, the same for all whose instants are not shifted. */
function commonOutage(random: SeededRandom) {
  const start: Instant = START + 5 * MINUTE + random.whole(0, MINUTE);
  return { start, end: start + random.whole(30 * SECOND, 5 * MINUTE), word: random.pick(WORDS) };
}

function tallyOf(
  worlds: (random: SeededRandom) => readonly Member[],
  judged: (edge: DatedEdge) => boolean = () => true,
) {
  const tally: Tally & { readonly bad: string[] } = { edges: 0, sharpened: 0, wrong: 0, bad: [] };
  for (const seed of SEEDS) {
    const random = new SeededRandom(seed);
    const members = worlds(random);
    for (const edge of runGroup(members, END, random).filter(judged)) {
      tally.edges += 1;
      if (!edge.fate) continue;
      tally.sharpened += 1;
      if (isTrue(edge)) continue;
      tally.wrong += 1;
      if (tally.bad.length < 3) tally.bad.push(`seed ${seed}: ${JSON.stringify(edge)}`);
    }
  }
  return tally;
}

/** All of them at one instant, each shifted by up to `spreadMs`. */
function fallTogether(random: SeededRandom, size: number, spreadMs: Millis = 0): readonly Member[] {
  const { start, end, word } = commonOutage(random);
  const shift = (): Millis => random.whole(0, spreadMs);
  return group(size, random, () => ({ downs: [{ start: start + shift(), end: end + shift(), word }] }));
}

const anySize = (random: SeededRandom): number => random.whole(3, 250);
const fewOnly = (random: SeededRandom): number => random.whole(5, 30);

function atOneAddress(members: readonly Member[]): readonly Member[] {
  return members.map((member) => ({ ...member, address: '192.0.2.1' }));
}

describe('the truth lies inside the bounds that a group gives', () => {
  it.each<[string, (random: SeededRandom) => readonly Member[], least: number]>([
    ['when all fall and rise at one instant', (random) => fallTogether(random, anySize(random)), 0.7],
    ['when they do so within two seconds', (random) => fallTogether(random, anySize(random), 2 * SECOND), 0.2],
    [
      'when they do so within two probes of the group',
      (random) => {
        const size = anySize(random);
        return fallTogether(random, size, Math.floor((2 * 20 * SECOND) / size));
      },
      0.2,
    ],
    [
      'when only some of them fall',
      (random) => {
        const outage = commonOutage(random);
        const share = random.next();
        return group(anySize(random), random, () => ({ downs: random.chance(share) ? [outage] : [] }));
      },
      0.2,
    ],
    ['when few do so at one instant', (random) => fallTogether(random, fewOnly(random)), 0.4],
    [
      'when the one listener of few is gone at one instant',
      (random) => atOneAddress(fallTogether(random, fewOnly(random))),
      0.6,
    ],
    [
      'when that of many is gone within two seconds',
      (random) => atOneAddress(fallTogether(random, anySize(random), 2 * SECOND)),
      0.2,
    ],
  ])('%s', (_name, world, least) => {
    const tally = tallyOf(world);
    expect(tally.bad).toEqual([]);
    expect(tally.sharpened / tally.edges).toBeGreaterThan(least);
  });
});

/** What no vantage point can tell is wrong at times; docs/decisions/0011 has these figures. */
describe('where a group is no group, few edges are dated by it, and fewer wrongly', () => {
  it.each([5, 10, 15, 30, 120])('when few do so one by one within %i s', (seconds) => {
    const tally = tallyOf((random) => fallTogether(random, fewOnly(random), seconds * SECOND));
    expect(tally.wrong / tally.edges).toBeLessThan(0.005);
  });

  it.each([
    [5 * SECOND, 0.12, 0.005],
    [10 * SECOND, 0.04, 0.005],
    [30 * SECOND, 0.01, 0.001],
    [2 * MINUTE, 0.01, 0.001],
  ])('when they fall and rise one by one within %i ms', (spreadMs, sharpened, wrong) => {
    const tally = tallyOf((random) => fallTogether(random, anySize(random), spreadMs));
    expect(tally.sharpened / tally.edges).toBeLessThan(sharpened);
    expect(tally.wrong / tally.edges).toBeLessThan(wrong);
  });

  it.each([
    [0.01, 0.003],
    [0.1, 0.003],
    [0.5, 0.001],
  ])('when a share of %f had fallen by itself within the minute before', (share, wrong) => {
    const tally = tallyOf((random) => {
      const outage = commonOutage(random);
      return group(anySize(random), random, () => {
        if (!random.chance(share)) return { downs: [outage] };
        const start = outage.start - random.whole(0, MINUTE);
        return { downs: [{ start, end: outage.end + random.whole(0, MINUTE), word: random.pick(WORDS) }] };
      });
    });
    expect(tally.wrong / tally.edges).toBeLessThan(wrong);
  });
});

describe('two hundred checks of a minute that fall together', () => {
  it.each([9, 15, 60, 300])('for %i s are dated to under a second at the median, at both edges', (seconds) => {
    const errors: Readonly<Record<'down' | 'up', Millis[]>> = { down: [], up: [] };
    for (const seed of SEEDS.slice(0, 30)) {
      const random = new SeededRandom(seed);
      const { start, word } = commonOutage(random);
      const end = start + seconds * SECOND;
      const members = Array.from({ length: 200 }, (_, n) => ({
        downs: [{ start, end, word }],
        intervalMs: MINUTE,
        phaseMs: 300 * n,
        latencyMs: 20,
      }));
      for (const edge of runGroup(members, END, random)) {
        const { to, earliest, latest } = edge.dated;
        expect(isTrue(edge)).toBe(true);
        if (to !== 'unknown') errors[to].push(Math.abs((earliest + latest) / 2 - (to === 'down' ? start : end)));
      }
    }
    for (const one of [errors.down, errors.up]) {
      const median = one.sort((a, b) => a - b)[one.length >> 1];
      expect(median).toBeLessThan(SECOND);
    }
  });
});
