/** Writing is the inverse of reading. */
import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReplayFact } from '../../../src/domain/facts/fact.ts';
import { formatInstant } from '../../../src/domain/time/contract-calendar.ts';
import { parseInstant } from '../../../src/domain/time/text.ts';
import { formatReplayLine } from '../../../src/journal/replay/format.ts';
import { readInstantText } from '../../../src/journal/replay/instant-text.ts';
import { readJsonLine } from '../../../src/journal/replay/json-line.ts';
import { lineReader } from '../../../src/journal/replay/line.ts';
import { instant, replayFact } from '../../support/facts.ts';

const readLine = lineReader({ exclusionReasons: ['force-majeure', 'customer', 'network'] });

/** A line by itself: arbitrary facts refer to nothing. */
function read(text: string): ReplayFact | undefined {
  const complain = (...problem: string[]): never => {
    throw new Error(`${problem.join(' | ')}: ${text}`);
  };
  const object = readJsonLine(text, complain);
  return object && readLine(object, complain);
}

const offset = fc.constantFrom(0, 300, -210, 345);

describe('a formatted line', () => {
  it('reads as the fact it was made of, at any offset', () => {
    fc.assert(
      fc.property(replayFact, offset, (fact, offsetMinutes) => {
        const line = formatReplayLine(fact, offsetMinutes);
        expect(line).not.toMatch(/[\n\r]/);
        deepStrictEqual(read(line), fact);
      }),
      { numRuns: 2000 },
    );
  });

  it.each<[string, ReplayFact, string]>([
    [
      'a check',
      {
        type: 'check',
        id: 'k1',
        vantages: ['local'],
        intervalMs: 90_000,
        maxGapMs: 172_800_000,
        failures: 3,
        successes: 2,
        quorum: 'majority',
        boundary: 'midpoint',
      },
      '{"type":"check","id":"k1","vantages":["local"],"failures":3,"successes":2,"quorum":"majority","boundary":"midpoint","interval":"90s","maxGap":"2d"}',
    ],
    [
      'a fee',
      { type: 'fee', service: 's1', from: 1_767_207_600_000, monthly: { minor: 1_200_005n, currency: 'KZT' } },
      '{"type":"fee","service":"s1","from":"2026-01-01T00:00:00.000+05:00","monthly":{"amount":"12000.05","currency":"KZT"}}',
    ],
    [
      'a claim of odd length',
      { type: 'claim', id: 't1', service: 's1', date: '2026-03-10', durationMs: 61_007, at: 1_767_207_600_001 },
      '{"type":"claim","id":"t1","service":"s1","date":"2026-03-10","at":"2026-01-01T00:00:00.001+05:00","duration":"PT61.007S"}',
    ],
    [
      'planned work, without what only the live journal has',
      {
        type: 'work',
        id: 'w1',
        revision: 1,
        start: 1_767_207_600_000,
        end: 1_767_207_660_000,
        services: '*',
        at: 1_767_207_600_000,
        subject: 'New disks',
        by: 'duty',
      },
      '{"type":"work","id":"w1","revision":1,"start":"2026-01-01T00:00:00.000+05:00","end":"2026-01-01T00:01:00.000+05:00","services":"*","at":"2026-01-01T00:00:00.000+05:00"}',
    ],
  ])('of %s', (_name, fact, line) => {
    expect(formatReplayLine(fact, 300)).toBe(line);
  });
});

describe('the quick reading of instants', () => {
  it('agrees with the general one', () => {
    const seconds = instant.map((at) => Math.trunc(at / 1000) * 1000);
    fc.assert(
      fc.property(seconds, offset, (at, offsetMinutes) => {
        const text = formatInstant(at, offsetMinutes).replace('.000', '');
        expect(readInstantText(text)).toBe(at);
        expect(readInstantText(text)).toBe(parseInstant(text));
      }),
    );
  });

  const attempt = (readText: (text: string) => number, text: string): unknown => {
    try {
      return readText(text);
    } catch (error) {
      return String(error);
    }
  };

  it('agrees on texts with a character changed', () => {
    const base = fc.constantFrom('2026-03-10T00:30:00+05:00', '2024-02-29T23:59:59-09:30', '2026-12-31T23:59:59Z');
    const character = fc.constantFrom(...'0123456789+-:.TZ aж');
    fc.assert(
      fc.property(base, fc.nat(24), character, (text, index, put) => {
        const changed = `${text.slice(0, index)}${put}${text.slice(index + 1)}`;
        expect(attempt(readInstantText, changed)).toEqual(attempt(parseInstant, changed));
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    '2026-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2000-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-13-10T00:00:00Z',
    '2026-03-00T00:00:00Z',
    '2026-03-10T24:00:00Z',
    '2026-03-10T23:60:00Z',
    '2026-03-10T23:59:60Z',
    '2026-03-10T00:00:00+24:00',
    '2026-03-10T00:00:00+05:60',
    '2026-03-10T00:00:00*05:00',
    '0099-03-10T00:00:00+05:00',
  ])('agrees on %s', (text) => {
    expect(attempt(readInstantText, text)).toEqual(attempt(parseInstant, text));
  });
});
