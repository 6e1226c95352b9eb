/** Statements as `kepil replay --json` prints them: the shape, the names and the order of REPLAY.md, What `--json` prints. */
import { formatAvailability } from '../domain/contract/availability-text.ts';
import {
  type ClassTotals,
  INSTANT_CLASSES,
  type Statement,
  type StatementSet,
} from '../domain/contract/statement-result.ts';
import { formatAmount } from '../domain/money/money.ts';
import { formatInstant } from '../domain/time/contract-calendar.ts';

/**
 * A plain value for JSON.stringify. Durations are whole milliseconds, instants ISO 8601 on the contract clock, money
 * decimal strings, availability percent rounded down. The key order is fixed, so equal statements print equal bytes.
 */
export function statementSetToJson(set: StatementSet): unknown {
  return {
    asOf: formatInstant(set.asOf, set.offsetMinutes).replace('.000', ''),
    month: set.month,
    services: set.statements.map((statement) => statementToJson(statement, set.offsetMinutes)),
  };
}

/** The text of one statement that its recorded digest is taken of: its JSON, without white space. */
export function canonicalStatement(statement: Statement, offsetMinutes: number): string {
  return JSON.stringify(statementToJson(statement, offsetMinutes));
}

function statementToJson(statement: Statement, offsetMinutes: number): unknown {
  const { month, year, credit } = statement;
  return {
    service: statement.service,
    customer: statement.customer,
    month: {
      ms: totals(month.ms),
      unplannedMinMs: month.unplannedMinMs,
      unplannedMaxMs: month.unplannedMaxMs,
      outages: month.outages,
      availability: formatAvailability(month.ms.up, month.ms.unplanned),
    },
    year: {
      ms: totals(year.ms),
      availability: formatAvailability(year.ms.up, year.ms.unplanned),
      allowanceMs: year.allowanceMs,
      remainingMs: year.remainingMs,
      promise: year.promise,
    },
    segments: statement.segments.map((segment) => ({
      start: formatInstant(segment.start, offsetMinutes),
      end: formatInstant(segment.end, offsetMinutes),
      class: segment.class,
      reason: segment.reason,
    })),
    credit: {
      currency: credit.currency,
      accrued: formatAmount(credit.accrued),
      claimed: formatAmount(credit.claimed),
      cap: formatAmount(credit.cap),
    },
    tickets: statement.tickets.map((ticket) => ({
      id: ticket.id,
      priority: ticket.priority,
      responseMs: ticket.responseMs,
      resolutionMs: ticket.resolutionMs,
      responseKept: ticket.responseKept,
      resolutionKept: ticket.resolutionKept,
    })),
  };
}

function totals(ms: ClassTotals): unknown {
  return Object.fromEntries(INSTANT_CLASSES.map((name) => [name, ms[name]]));
}
