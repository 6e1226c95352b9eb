/**
 * Closing a month: each service's statement is frozen as revision 1, by its digest and the instant of its knowledge, from
 * which anyone can recompute it. What becomes known later makes a further revision, with what it changes in the ledger of
 * credits, never an edit.
 */
import type { Contracts } from '../domain/contract/contracts.ts';
import { correctionsOf } from '../domain/contract/credit-corrections.ts';
import { creditKey } from '../domain/contract/credit-decisions.ts';
import { type StatementDifference, statementDifference } from '../domain/contract/statement-difference.ts';
import type { CreditFact, StatementIssuedFact } from '../domain/facts/fact.ts';
import type { Ledger } from '../domain/facts/ledger.ts';
import { formatMonth, monthInterval, monthOf, parseMonth, previousMonth } from '../domain/time/contract-calendar.ts';
import type { Instant, Millis } from '../domain/time/instant.ts';
import type { Draft } from '../journal/journal.ts';
import type { IssuedStatements } from './issued-statements.ts';
import { statementAsOf, statementDigest } from './statement-digest.ts';

/** Who decides what follows from a revision without being asked. */
const AUTHOR = 'kepil';

/** The month that ended last before an instant. */
export function lastClosedMonth(now: Instant, offsetMinutes: number): string {
  return formatMonth(previousMonth(monthOf(now, offsetMinutes)));
}

/** When a month may be closed: some time after its end, so that what happened at its end has been recorded. */
export function closesAt(month: string, offsetMinutes: number, graceMs: Millis): Instant {
  return monthInterval(parseMonth(month), offsetMinutes).end + graceMs;
}

export interface CloseQuestion {
  readonly ledger: Ledger;
  readonly contracts: Contracts;
  readonly issued: IssuedStatements;
  readonly month: string;
  readonly now: Instant;
}

/** A statement to issue, and what it does to the ledger of credits. */
export interface Issue {
  readonly statement: StatementIssuedFact;
  /** Absent for a first revision. */
  readonly difference?: StatementDifference;
  readonly entries: readonly CreditFact[];
}

/**
 * The statement that a service's month is owed: a first one where none was issued, for a service that the journal knew
 * before the month's end and that was active in it; a further one where what became known since changes what was measured.
 */
export function issueOf(question: CloseQuestion, service: string): Issue | undefined {
  const { ledger, contracts, issued, month, now } = question;
  const period = monthInterval(parseMonth(month), contracts.default.offsetMinutes);
  const latest = issued.revisionsOf(service, month).at(-1);
  const known = ledger.service(service)?.definitions.some((definition) => definition.knownAt < period.end);
  if (!latest && !known) return undefined;

  // What is recorded in this very millisecond may come after the statement: it must not count as known to it.
  const asOf = Math.max(now - 1, period.end);
  const statement = statementAsOf(question, { service, month, asOf });
  const digest = statementDigest(statement, contracts);
  if (latest?.digest === digest) return undefined;
  const difference = latest && statementDifference(statementAsOf(question, latest), statement);
  if (latest ? !difference : statement.month.ms.outside === period.end - period.start) return undefined;

  const revision = (latest?.revision ?? 0) + 1;
  const { customer } = statement;
  return {
    statement: { type: 'statement-issued', service, customer, month, revision, asOf, digest, at: now },
    ...(difference ? { difference } : {}),
    entries: correctionsOf(
      {
        ledger,
        contract: contracts.ofService(ledger, service, asOf) ?? contracts.default,
        service,
        asOf: Math.max(now, ledger.latest ?? now),
        by: AUTHOR,
      },
      {
        month,
        reason: `statement ${month} revision ${revision}`,
        ...(latest ? { revisedAsOf: latest.asOf } : {}),
      },
    ),
  };
}

/** What to record of an issue: all of it or nothing. */
export function draftsOf({ statement, entries }: Issue): readonly Draft[] {
  const { service, month, revision } = statement;
  return [
    { fact: statement, key: `statement/${service}/${month}/${revision}` },
    ...entries.map((fact) => ({ fact, key: creditKey(fact) })),
  ];
}
