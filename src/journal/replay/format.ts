/**
 * A fact as a line of a replay file: the inverse of reading it, so that what is exported is computed from again exactly.
 * Defaults are written out, so that a line means the same whatever the defaults become. Fields that only a live journal
 * has and that no figure depends on (`subject`, `by` of planned work and claims) are left out.
 */
import type { ReplayFact } from '../../domain/facts/fact.ts';
import { formatAmount } from '../../domain/money/money.ts';
import { formatInstant } from '../../domain/time/contract-calendar.ts';
import { DAY, HOUR, type Instant, MINUTE, type Millis, SECOND } from '../../domain/time/instant.ts';

/**
 * The line, without a line feed. Instants are written with the offset given, in minutes (default UTC): the contract
 * clock's is the one that people compare with a statement.
 */
export function formatReplayLine(fact: ReplayFact, offsetMinutes = 0): string {
  // The type comes first: it is what a reader looks for in a line.
  return JSON.stringify({ type: fact.type, ...lineOf(fact, (at) => formatInstant(at, offsetMinutes)) });
}

type Show = (at: Instant) => string;

function lineOf(fact: ReplayFact, show: Show): object {
  const at = fact.at === undefined ? {} : { at: show(fact.at) };
  switch (fact.type) {
    case 'customer':
    case 'observation':
    case 'notice':
    case 'exclusion-withdrawn':
    case 'ticket':
      return { ...fact, ...at };
    case 'service': {
      // A plan is for sums over services alone: no figure of a statement depends on it.
      const { plan: _plan, ...rest } = fact;
      return { ...rest, ...inForce(fact.from, show), ...at };
    }
    case 'check': {
      const { intervalMs, maxGapMs, ...rest } = fact;
      const lengths = { interval: formatDuration(intervalMs), maxGap: formatDuration(maxGapMs) };
      return { ...rest, ...lengths, ...inForce(fact.from, show), ...at };
    }
    case 'fee': {
      const monthly = { amount: formatAmount(fact.monthly), currency: fact.monthly.currency };
      return { ...fact, from: show(fact.from), monthly, ...at };
    }
    case 'lifecycle':
      return { ...fact, from: show(fact.from), ...at };
    case 'edge':
      return { ...fact, earliest: show(fact.earliest), latest: show(fact.latest), ...at };
    case 'work': {
      const { subject: _subject, by: _by, ...rest } = fact;
      return { ...rest, start: show(fact.start), end: show(fact.end), ...at };
    }
    case 'work-cancelled': {
      const { by: _by, ...rest } = fact;
      return { ...rest, ...at };
    }
    case 'exclusion':
      return { ...fact, start: show(fact.start), end: show(fact.end), ...at };
    case 'claim': {
      const { durationMs, by: _by, ...rest } = fact;
      return { ...rest, duration: formatDuration(durationMs), ...at };
    }
  }
}

function inForce(from: Instant | undefined, show: Show): { readonly from?: string } {
  return from === undefined ? {} : { from: show(from) };
}

/** In the largest unit that leaves no rest, `90s` or `2d`; ISO 8601 where there are milliseconds. */
function formatDuration(ms: Millis): string {
  if (ms % SECOND !== 0) {
    return `PT${Math.trunc(ms / SECOND)}.${String(ms % SECOND).padStart(3, '0')}S`;
  }
  if (ms === 0) return '0s';
  if (ms % DAY === 0) return `${ms / DAY}d`;
  if (ms % HOUR === 0) return `${ms / HOUR}h`;
  if (ms % MINUTE === 0) return `${ms / MINUTE}m`;
  return `${ms / SECOND}s`;
}
