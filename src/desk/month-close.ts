/**
 * Closing a month: each service's statement is frozen as revision 1, by its digest and the instant of its knowledge, from
 * which anyone can recompute it. What becomes known later makes a further revision, with what it changes in the ledger of
 * credits, never an edit.
 */
import type { Contracts } from '../domain/contract/contracts.ts';
import { correctionsOf } from '../domain/contract/credit-corrections.ts';
import { creditKey } from '../domain/contract/credit-decisions.ts';
import { type StatementDifference, statementDifference } from '../domain/contract/statement-difference.ts';
import type { Statement } from '../domain/contract/statement-result.ts';
import type { CreditFact, StatementIssuedFact } from '../domain/facts/fact.ts';
import type { Ledger } from '../domain/facts/ledger.ts';
import { formatMonth, monthInterval, monthOf, parseMonth, previousMonth } from '../domain/time/contract-calendar.ts';
import { type Instant, MINUTE, type Millis } from '../domain/time/instant.ts';
import type { Draft } from '../journal/journal.ts';
import type { IssuedStatements } from './issued-statements.ts';
import { statementAsOf, statementDigest } from './statement-digest.ts';

/** Who decides what follows from a revision without being asked. */
const AUTHOR = 'kepil';

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

/** What was seen in a month's last minutes is confirmed, recorded and covered within this. */
const SETTLING: Millis = 15 * MINUTE;

/** From when on a month may be closed: before, its last minutes would be frozen as unknown. */
export function closableFrom(month: string, contracts: Contracts): Instant {
  return contracts.monthEnd(month) + SETTLING;
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
 * The first statement of a service's month, where none was issued: for a service that was active in it, and that the journal
 * knew before the month's end or, imported later, has observations of it.
 * @throws RangeError when it cannot be computed.
 */
export function firstIssue(question: CloseQuestion, service: string): Issue | undefined {
  const { ledger, contracts, issued, month } = question;
  const period = monthInterval(parseMonth(month), contracts.default.offsetMinutes);
  const known = ledger.service(service)?.definitions.some((definition) => definition.knownAt < period.end);
  if (issued.revisionsOf(service, month).length > 0) return undefined;
  const asOf = knowledgeOf(question);
  const statement = statementAsOf(question, { service, month, asOf });
  const { unknown, outside } = statement.month.ms;
  const length = period.end - period.start;
  if (outside === length || (!known && unknown + outside === length)) return undefined;
  return issue(question, { service, revision: 1, asOf, statement });
}

/**
 * A further revision of a service's month, where one was issued and what became known since changes what was measured.
 * @throws RangeError when it cannot be computed.
 */
export function furtherIssue(question: CloseQuestion, service: string): Issue | undefined {
  const { contracts, issued, month } = question;
  const latest = issued.revisionsOf(service, month).at(-1);
  if (!latest) return undefined;
  const asOf = knowledgeOf(question);
  const statement = statementAsOf(question, { service, month, asOf });
  if (statementDigest(statement, contracts) === latest.digest) return undefined;
  const difference = statementDifference(statementAsOf(question, latest), statement);
  if (!difference) return undefined;
  const revised = { difference, asOf: latest.asOf };
  return issue(question, { service, revision: latest.revision + 1, asOf, statement, revised });
}

/** What is recorded in this very millisecond may come after the statement: it must not count as known to it. */
function knowledgeOf({ contracts, month, now }: CloseQuestion): Instant {
  return Math.max(now - 1, monthInterval(parseMonth(month), contracts.default.offsetMinutes).end);
}

interface Computed {
  readonly service: string;
  readonly revision: number;
  readonly asOf: Instant;
  readonly statement: Statement;
  /** What it revises. */
  readonly revised?: { readonly difference: StatementDifference; readonly asOf: Instant };
}

function issue({ ledger, contracts, month, now }: CloseQuestion, computed: Computed): Issue {
  const { service, revision, asOf, statement, revised } = computed;
  const digest = statementDigest(statement, contracts);
  const { customer } = statement;
  const contract = contracts.ofService(ledger, service, asOf) ?? contracts.default;
  const desk = { ledger, contract, service, asOf: Math.max(now, ledger.latest ?? now), by: AUTHOR };
  const reason = `statement ${month} revision ${revision}`;
  return {
    statement: { type: 'statement-issued', service, customer, month, revision, asOf, digest, at: now },
    ...(revised ? { difference: revised.difference } : {}),
    entries: correctionsOf(desk, { month, reason, ...(revised ? { revisedAsOf: revised.asOf } : {}) }),
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
