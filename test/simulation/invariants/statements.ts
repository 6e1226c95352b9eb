/** Statements: their totals, their reproduction from an exported file, and that the past stays as it was stated. */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { exclusionReasonsOf } from '../../../src/domain/contract/editions.ts';
import { KnownService } from '../../../src/domain/contract/service-time.ts';
import { computeStatement } from '../../../src/domain/contract/statement.ts';
import { type ClassTotals, INSTANT_CLASSES, type Statement } from '../../../src/domain/contract/statement-result.ts';
import { ledgerOf } from '../../../src/domain/facts/ledger.ts';
import { formatMonth, monthOf } from '../../../src/domain/time/contract-calendar.ts';
import type { Instant } from '../../../src/domain/time/instant.ts';
import { exportFacts } from '../../../src/journal/replay/export.ts';
import { formatReplayLine } from '../../../src/journal/replay/format.ts';
import { parseReplayFile } from '../../../src/journal/replay/parse.ts';
import { canonicalStatement } from '../../../src/report/statement-json.ts';
import { AGREEMENT } from '../../support/contracts.ts';
import { stateAt } from './claims.ts';
import { type Evidence, factsOf, type Violation } from './evidence.ts';

/** All that must hold of the statements as of an instant. */
export function checkStatementsAsOf(evidence: Evidence, asOf: Instant): readonly Violation[] {
  const { ledger } = evidence.books.feed;
  const month = formatMonth(monthOf(asOf, AGREEMENT.offsetMinutes));
  return ledger.services().flatMap((service) => {
    const known = ledger.service(service)?.definitions.some(({ knownAt }) => knownAt <= asOf);
    if (!known) return [];
    const statement = computeStatement({ ledger, contract: AGREEMENT, service, month, asOf });
    return [
      ...problemsOf(statement),
      ...segmentProblems(evidence, statement, asOf),
      ...replayed(evidence, statement, asOf, month),
    ].map((problem) => `statement of ${service} for ${month} as of ${asOf}: ${problem}`);
  });
}

function problemsOf({ month, year, credit, segments }: Statement): Violation[] {
  const problems: Violation[] = [];
  for (const [name, { ms, period }] of [
    ['month', month],
    ['year', year],
  ] as const) {
    const sum = totalOf(ms);
    if (sum !== period.end - period.start)
      problems.push(`${name}: its classes add up to ${sum} of ${period.end - period.start} ms`);
    for (const each of INSTANT_CLASSES) if (ms[each] < 0) problems.push(`${name}: ${each} is ${ms[each]} ms`);
  }
  for (const name of ['planned', 'excluded', 'unplanned'] as const) {
    const sum = segments.reduce(
      (total, segment) => total + (segment.class === name ? segment.end - segment.start : 0),
      0,
    );
    if (sum !== month.ms[name]) problems.push(`its ${name} segments add up to ${sum} of ${month.ms[name]} ms`);
  }
  if (month.unplannedMinMs > month.ms.unplanned || month.ms.unplanned > month.unplannedMaxMs) {
    problems.push(
      `unplanned ${month.ms.unplanned} is not within ${month.unplannedMinMs} to ${month.unplannedMaxMs} ms`,
    );
  }
  const { accrued, claimed, cap } = credit;
  if (accrued.minor > cap.minor || claimed.minor > accrued.minor || claimed.minor < 0n) {
    problems.push(`credit: claimed ${claimed.minor}, accrued ${accrued.minor}, cap ${cap.minor}`);
  }
  return problems;
}

function totalOf(ms: ClassTotals): number {
  return INSTANT_CLASSES.reduce((total, each) => total + ms[each], 0);
}

/** Each segment lies where the service is down. */
function segmentProblems({ books }: Evidence, { service, segments }: Statement, asOf: Instant): Violation[] {
  const timeline = new KnownService({ ledger: books.feed.ledger, contract: AGREEMENT, service, asOf }).timeline(
    'as-defined',
  );
  return segments.flatMap(({ start, end }) =>
    stateAt(timeline, start) === 'down' && stateAt(timeline, end - 1) === 'down'
      ? []
      : [`its segment from ${start} is not down`],
  );
}

/** An exported file, written and read again, gives the ledger's own statement. */
function replayed({ books }: Evidence, statement: Statement, asOf: Instant, month: string): Violation[] {
  const facts = exportFacts(books.feed.ledger, statement.service, asOf);
  const text = facts.map((fact) => formatReplayLine(fact, AGREEMENT.offsetMinutes)).join('\n');
  const file = parseReplayFile(text, { exclusionReasons: exclusionReasonsOf(AGREEMENT) });
  if (!file.ok) return [`its export cannot be read: ${file.problems.map((each) => JSON.stringify(each)).join('; ')}`];
  const again = computeStatement({
    ledger: ledgerOf(file.facts),
    contract: AGREEMENT,
    service: statement.service,
    month,
    asOf,
  });
  if (isDeepStrictEqual(again, statement)) return [];
  return [`its replay says ${canonicalStatement(again, 300)}, the ledger ${canonicalStatement(statement, 300)}`];
}

/** What was stated during the run, and what was issued, is what is computed of the same knowledge at its end. */
export function checkPast({ books, entries, snapshots }: Evidence): readonly Violation[] {
  const { ledger } = books.feed;
  const textOf = (service: string, month: string, asOf: Instant): string =>
    canonicalStatement(
      computeStatement({ ledger, contract: AGREEMENT, service, month, asOf }),
      AGREEMENT.offsetMinutes,
    );
  return [
    ...snapshots.flatMap(({ service, month, asOf, text }) => {
      const now = textOf(service, month, asOf);
      return now === text ? [] : [`statement of ${service} for ${month} as of ${asOf}: was ${text}, is ${now}`];
    }),
    ...factsOf(entries, 'statement-issued').flatMap(({ service, month, asOf, digest }) => {
      const now = createHash('sha256')
        .update(textOf(service, month, asOf))
        .digest('hex');
      return now === digest ? [] : [`statement of ${service} for ${month}, issued as of ${asOf}: cannot be recomputed`];
    }),
  ];
}
