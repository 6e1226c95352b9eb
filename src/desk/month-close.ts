/**
 * Closing a month: each service's statement is frozen as revision 1, by its digest and the instant of its knowledge, from
 * which anyone can recompute it. Later facts make further revisions, never an edit.
 */
import { createHash } from 'node:crypto';
import type { Statement } from '../domain/contract/statement-result.ts';
import type { StatementIssuedFact } from '../domain/facts/fact.ts';
import type { Ledger } from '../domain/facts/ledger.ts';
import { formatMonth, monthInterval, monthOf, parseMonth, previousMonth } from '../domain/time/contract-calendar.ts';
import type { Instant, Millis } from '../domain/time/instant.ts';
import type { Draft } from '../journal/journal.ts';

/** The month that ended last before an instant. */
export function lastClosedMonth(now: Instant, offsetMinutes: number): string {
  return formatMonth(previousMonth(monthOf(now, offsetMinutes)));
}

/** Months from one to another, both included; only the last when the first is not before it. */
export function monthsBetween(first: string, last: string): readonly string[] {
  const months = [last];
  for (let month = last; month > first; months.unshift(month)) month = formatMonth(previousMonth(parseMonth(month)));
  return months;
}

/** When a month may be closed: some time after its end, so that what happened at its end has been recorded. */
export function closesAt(month: string, offsetMinutes: number, graceMs: Millis): Instant {
  return monthInterval(parseMonth(month), offsetMinutes).end + graceMs;
}

export interface CloseQuestion {
  readonly ledger: Ledger;
  readonly month: string;
  readonly offsetMinutes: number;
  readonly now: Instant;
  readonly issued: (service: string, month: string) => boolean;
  /** May throw: that service is passed over. */
  readonly compute: (service: string) => Statement;
  readonly onFailed: (service: string, error: unknown) => void;
  /** The canonical text of a statement, whose digest is recorded. */
  readonly canonical: (statement: Statement) => string;
}

/**
 * The statements to issue: of every service that the journal knew before the month's end and that was active in the
 * month, where none was issued yet.
 */
export function draftsOfClose(question: CloseQuestion): readonly Draft[] {
  const { ledger, month, offsetMinutes, now } = question;
  const period = monthInterval(parseMonth(month), offsetMinutes);
  return ledger.services().flatMap((service): Draft[] => {
    const known = ledger.service(service)?.definitions.some((definition) => definition.knownAt < period.end);
    if (!known || question.issued(service, month)) return [];
    const statement = attempt(service, question);
    if (!statement) return [];
    if (statement.month.ms.outside === period.end - period.start) return [];
    const fact: StatementIssuedFact = {
      type: 'statement-issued',
      service,
      customer: statement.customer,
      month,
      revision: 1,
      asOf: now,
      digest: digestOf(question.canonical(statement)),
      at: now,
    };
    return [{ fact, key: `statement/${service}/${month}/1` }];
  });
}

function attempt(service: string, { compute, onFailed }: CloseQuestion): Statement | undefined {
  try {
    return compute(service);
  } catch (error) {
    onFailed(service, error);
    return undefined;
  }
}

/** SHA-256 of a statement's canonical text, in hexadecimal. */
function digestOf(canonical: string): string {
  return createHash('sha256').update(canonical).digest('hex');
}
