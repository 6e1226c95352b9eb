import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { formatStatements } from '../../src/cli/statement-view.ts';
import type { ClassTotals, Statement, StatementSet } from '../../src/domain/contract/statement-result.ts';
import { DAY, HOUR, MINUTE } from '../../src/domain/time/instant.ts';
import { expectGolden } from './golden-text.ts';
import { HOSTILE_NAMES, obeyedCharacters } from './hostile.ts';

const OFFSET = 300;
const MARCH = { start: Date.parse('2026-03-01T00:00:00+05:00'), end: Date.parse('2026-04-01T00:00:00+05:00') };
const YEAR = { start: Date.parse('2026-01-01T00:00:00+05:00'), end: MARCH.end };
const NIGHT = Date.parse('2026-03-10T00:30:00+05:00');
const kzt = (minor: bigint) => ({ minor, currency: 'KZT' });
const NONE: ClassTotals = { up: 0, planned: 0, excluded: 0, unplanned: 0, unknown: 0, outside: 0 };

/** Stands in for the domain's own: percent of whole milliseconds, rounded down. */
function availability(ms: ClassTotals): string | null {
  const measured = BigInt(ms.up + ms.unplanned);
  if (measured === 0n) return null;
  const digits = ((BigInt(ms.up) * 1_000_000n) / measured).toString().padStart(5, '0');
  return `${digits.slice(0, -4)}.${digits.slice(-4)}`;
}

const TROUBLED: Statement = {
  service: 'гүлдер-дүкені.қаз',
  customer: 'Әсел Нұрланқызы',
  month: {
    period: MARCH,
    ms: {
      up: 31 * DAY - 5 * HOUR - 34 * MINUTE - 56_789,
      planned: 3 * HOUR,
      excluded: HOUR,
      unplanned: 34 * MINUTE + 56_789,
      unknown: HOUR,
      outside: 0,
    },
    unplannedMinMs: 34 * MINUTE + 26_789,
    unplannedMaxMs: 35 * MINUTE + 26_789,
    outages: 3,
  },
  year: {
    period: YEAR,
    ms: {
      ...NONE,
      up: 90 * DAY - 24 * HOUR,
      unplanned: 19 * HOUR,
      planned: 4 * HOUR,
      excluded: HOUR - 1,
      unknown: 1,
    },
    allowanceMs: 63_072_000,
    remainingMs: -(HOUR + 28 * MINUTE + 48_000),
    promise: 'broken',
  },
  segments: [
    { start: NIGHT, end: NIGHT + 30 * MINUTE, class: 'unplanned', reason: null },
    { start: NIGHT + 30 * MINUTE, end: NIGHT + 210 * MINUTE, class: 'planned', reason: null },
    { start: NIGHT + DAY, end: NIGHT + DAY + HOUR, class: 'excluded', reason: 'third-party-software' },
    { start: MARCH.end - 4 * MINUTE - 56_789, end: MARCH.end, class: 'unplanned', reason: null },
  ],
  credit: { currency: 'KZT', accrued: kzt(31_245n), claimed: kzt(0n), cap: kzt(450_000n) },
  tickets: [
    {
      id: 't-1',
      priority: 'high',
      responseMs: 59 * MINUTE,
      resolutionMs: 8 * HOUR + 1,
      responseKept: true,
      resolutionKept: false,
    },
    { id: 't-2', priority: 'low', responseMs: null, resolutionMs: null, responseKept: null, resolutionKept: null },
  ],
};

const QUIET: Statement = {
  service: 's2',
  customer: 'c2',
  month: {
    period: MARCH,
    ms: { ...NONE, outside: 31 * DAY },
    unplannedMinMs: 0,
    unplannedMaxMs: 0,
    outages: 0,
  },
  year: { period: YEAR, ms: { ...NONE, outside: 90 * DAY }, allowanceMs: 0, remainingMs: 0, promise: 'kept' },
  segments: [],
  credit: { currency: 'KZT', accrued: kzt(0n), claimed: kzt(0n), cap: kzt(0n) },
  tickets: [],
};

function setOf(...statements: Statement[]): StatementSet {
  return { asOf: MARCH.end, month: '2026-03', offsetMinutes: OFFSET, statements };
}

describe('formatStatements', () => {
  it('shows every figure of a troubled and of a quiet service to the millisecond and the tiyn', () => {
    expectGolden('statements', formatStatements(setOf(TROUBLED, QUIET), { color: false, availability }));
  });

  it('leaves nothing out on a terminal of 80 columns', () => {
    expect(formatStatements(setOf(TROUBLED), { color: false, width: 80, availability })).toBe(
      formatStatements(setOf(TROUBLED), { color: false, availability }),
    );
  });

  it('says so when the month has no services', () => {
    expect(formatStatements(setOf(), { color: false, availability })).toContain('No services in this month.');
  });

  it('shows the same with colour as without, but for the colour', () => {
    const colored = formatStatements(setOf(TROUBLED), { color: true, availability });
    expect(colored).toContain('\x1b[31mbroken\x1b[39m');
    expect(stripVTControlCharacters(colored)).toBe(formatStatements(setOf(TROUBLED), { color: false, availability }));
  });

  it('lets no terminal escape of a name, a reason or a ticket through', () => {
    const hostile = HOSTILE_NAMES.map(
      (name): Statement => ({
        ...TROUBLED,
        service: name,
        customer: name,
        segments: TROUBLED.segments.map((segment) => ({ ...segment, class: 'excluded', reason: name })),
        tickets: TROUBLED.tickets.map((ticket) => ({ ...ticket, id: name })),
      }),
    );
    const text = formatStatements(setOf(...hostile), { color: false, availability });
    expect(obeyedCharacters(text)).toEqual([]);
    const tame = formatStatements(setOf(...hostile.map(() => TROUBLED)), { color: false, availability });
    expect(text.split('\n')).toHaveLength(tame.split('\n').length);
  });
});
