import { describe, expect, it } from 'vitest';
import { lastStateOf } from '../../../src/domain/detection/last-state.ts';
import { ServiceStates } from '../../../src/domain/detection/service-states.ts';
import type { Fact } from '../../../src/domain/facts/fact.ts';
import { MINUTE, SECOND } from '../../../src/domain/time/instant.ts';
import { checkFact, coverageFact, edgeFact, liveLedger, serviceFact } from '../../support/ledgers.ts';

const T = 1_000 * MINUTE;
const CHECK = 's1/web/home';
const BASE: readonly Fact[] = [serviceFact('s1', 'c1'), checkFact(CHECK)];

/** What is known at an instant: `up 0 unknown 60`, in seconds from T. */
function told(asOfSecond: number, facts: readonly Fact[], tail: 'covered' | 'assumed' = 'covered'): string {
  const ledger = liveLedger(...BASE, ...facts);
  const states = new ServiceStates({ ledger, asOf: T + asOfSecond * SECOND, tail }, [serviceFact('s1', 'c1')]);
  return states
    .service('observed')
    .map(({ at, state }) => `${state} ${(at - T) / SECOND}`)
    .join(' ');
}

const s = (second: number): number => T + second * SECOND;
const UP = edgeFact(CHECK, 'up', s(0));

describe('the newest state of a live ledger', () => {
  it('is unknown after the newest coverage, however long ago that is asked', () => {
    const facts = [UP, coverageFact(s(60), s(61))];
    expect(told(62, facts)).toBe('up 0 unknown 60');
    expect(told(99_999, facts)).toBe('up 0 unknown 60');
  });

  it('reaches at least to the newest edge, coverage or none', () => {
    expect(told(300, [UP, edgeFact(CHECK, 'down', s(60), s(120), s(130))])).toBe('up 0 unknown 120');
    expect(told(300, [UP, edgeFact(CHECK, 'down', s(60), s(120), s(130)), coverageFact(s(140), s(141))])).toBe(
      'up 0 down 120 unknown 140',
    );
  });

  it('never reaches beyond the instant that is asked about', () => {
    expect(told(30, [UP, coverageFact(s(60), s(20))])).toBe('up 0 unknown 30');
  });

  it('knows of the past only the coverage that was known then', () => {
    const facts = [UP, coverageFact(s(60), s(61)), coverageFact(s(120), s(121))];
    expect(told(120, facts)).toBe('up 0 unknown 60');
    expect(told(121, facts)).toBe('up 0 unknown 120');
  });

  it('is not carried on by the coverage of its group when its last edge is into unknown', () => {
    const facts = [UP, edgeFact(CHECK, 'unknown', s(60)), coverageFact(s(600), s(601))];
    expect(told(700, facts)).toBe('up 0 unknown 60');
    expect(lastStateOf(liveLedger(...BASE, ...facts), CHECK, 'local', s(700))).toMatchObject({ state: 'unknown' });
  });

  it.each([
    ['another interval', { intervalMs: 30 * SECOND }],
    ['another vantage point', { vantage: 'far' }],
  ])('is not carried on by coverage of %s', (_name, parts) => {
    expect(told(700, [UP, coverageFact(s(600), s(601), parts)])).toBe('');
  });

  it('is the one recorded last where several edges meet in one instant', () => {
    const facts = [UP, edgeFact(CHECK, 'unknown', s(0)), edgeFact(CHECK, 'up', s(0))];
    expect(lastStateOf(liveLedger(...BASE, ...facts), CHECK, 'local', s(1))?.state).toBe('up');
  });

  it('is the same for detection to go on from as for the timeline', () => {
    const facts = [UP, edgeFact(CHECK, 'down', s(60), s(120), s(130)), coverageFact(s(140), s(141))];
    expect(lastStateOf(liveLedger(...BASE, ...facts), CHECK, 'local', s(200))).toEqual({
      state: 'down',
      since: s(120),
      through: s(140),
      observedAt: s(140),
    });
    expect(lastStateOf(liveLedger(...BASE), CHECK, 'local', s(200))).toBeUndefined();
  });
});

describe('where detection goes on from', () => {
  it.each([
    ['the sending of the probe that first showed it', 'down', { sentAt: s(110) }, 110],
    ['the edge, where its evidence names no probe', 'down', {}, 120],
    ['the edge, where the neighbours’ probes date it before its own', 'down', { sentAt: s(125) }, 120],
  ] as const)('is %s', (_, to, evidence, at) => {
    const edge = { ...edgeFact(CHECK, to, s(60), s(120), s(130)), evidence };
    expect(lastStateOf(liveLedger(...BASE, UP, edge), CHECK, 'local', s(200))).toMatchObject({
      through: s(120),
      observedAt: s(at),
    });
  });
});

describe('the state now', () => {
  it('is taken to last while the newest observation is not overdue, and no longer', () => {
    const facts = [UP, coverageFact(s(60), s(61))];
    expect(told(62, facts, 'assumed')).toBe('up 0 unknown 62');
    expect(told(240, facts, 'assumed')).toBe('up 0 unknown 240');
    expect(told(60 + 180 + 63, facts, 'assumed')).toBe('up 0 unknown 60');
  });

  it('is not lost between two recordings of coverage at a short interval', () => {
    const short = checkFact(CHECK, { intervalMs: SECOND, maxGapMs: 3 * SECOND });
    const facts = [short, UP, coverageFact(s(60), s(61), { intervalMs: SECOND })];
    // The next coverage is recorded five seconds later: until then the newest known one grows older than the gap.
    expect(told(66, facts, 'assumed')).toBe('up 0 unknown 66');
    expect(told(66, facts, 'covered')).toBe('up 0 unknown 60');
  });
});
