/** A statement's figures as short texts, so that a table of worked cases can be read and checked with a pencil. */
import { describe, expect, it } from 'vitest';
import type { Segment, Statement } from '../../src/domain/contract/statement-result.ts';
import type { ReplayFact } from '../../src/domain/facts/fact.ts';
import { formatAmount } from '../../src/domain/money/money.ts';
import { AGREEMENT } from './contracts.ts';
import { type Ask, given, spelled } from './world.ts';

function instantText(instant: number, offsetMinutes: number): string {
  const text = new Date(instant + offsetMinutes * 60_000).toISOString();
  const seconds = text.slice(16, 23);
  return `${text.slice(5, 10)} ${text.slice(11, 16)}${seconds === ':00.000' ? '' : seconds.replace('.000', '')}`;
}

function segmentText(segment: Segment, offsetMinutes: number): string {
  const [start, end] = [segment.start, segment.end].map((instant) => instantText(instant, offsetMinutes));
  return `${start} – ${end} ${segment.class}${segment.reason === null ? '' : ` ${segment.reason}`}`;
}

/** All figures of a statement: lengths as `1h 30m`, segments as `03-10 00:30 – 03-10 01:00 unplanned`. */
export function figuresOf(statement: Statement, offsetMinutes: number) {
  const { month, year, credit } = statement;
  return {
    up: spelled(month.ms.up),
    planned: spelled(month.ms.planned),
    excluded: spelled(month.ms.excluded),
    unplanned: spelled(month.ms.unplanned),
    unknown: spelled(month.ms.unknown),
    outside: spelled(month.ms.outside),
    atLeast: spelled(month.unplannedMinMs),
    atMost: spelled(month.unplannedMaxMs),
    outages: month.outages,
    month: `${instantText(month.period.start, offsetMinutes)} – ${instantText(month.period.end, offsetMinutes)}`,
    year: `${instantText(year.period.start, offsetMinutes)} – ${instantText(year.period.end, offsetMinutes)}`,
    yearUp: spelled(year.ms.up),
    yearUnplanned: spelled(year.ms.unplanned),
    yearUnknown: spelled(year.ms.unknown),
    yearOutside: spelled(year.ms.outside),
    allowance: spelled(year.allowanceMs),
    remaining: spelled(year.remainingMs),
    promise: year.promise,
    segments: statement.segments.map((segment) => segmentText(segment, offsetMinutes)),
    accrued: formatAmount(credit.accrued),
    claimed: formatAmount(credit.claimed),
    cap: formatAmount(credit.cap),
    currency: credit.currency,
    tickets: statement.tickets.map((ticket) => {
      const part = (elapsed: number | null, kept: boolean | null): string =>
        `${elapsed === null ? 'not yet' : spelled(elapsed)} ${kept === null ? 'running' : kept ? 'kept' : 'missed'}`;
      const response = part(ticket.responseMs, ticket.responseKept);
      return `${ticket.id} ${ticket.priority}: ${response}, ${part(ticket.resolutionMs, ticket.resolutionKept)}`;
    }),
  };
}

export type Figures = ReturnType<typeof figuresOf>;

/** One worked case: what happened, what is asked (default: March 2026), and the figures worked out by hand. */
export interface WorkedCase {
  readonly promise: string;
  readonly facts: readonly (ReplayFact | readonly ReplayFact[])[];
  readonly ask?: Ask;
  readonly holds: Partial<Figures>;
}

/** A table of worked cases of one clause, each a test that holds the engine to its figures and to the sum of its period. */
export function worked(clause: string, cases: readonly WorkedCase[]): void {
  describe(clause, () => {
    it.each(cases.map((row) => [row.promise, row] as const))('%s', (_promise, row) => {
      const statement = given(...row.facts).statement(row.ask);
      const offsetMinutes = (row.ask?.contract ?? AGREEMENT).offsetMinutes;
      const found: Readonly<Record<string, unknown>> = figuresOf(statement, offsetMinutes);
      expect(Object.fromEntries(Object.keys(row.holds).map((key) => [key, found[key]]))).toEqual(row.holds);
      for (const { period, ms } of [statement.month, statement.year]) {
        const sum = Object.values(ms).reduce((total, part) => total + part, 0);
        expect(sum).toBe(period.end - period.start);
      }
    });
  });
}
