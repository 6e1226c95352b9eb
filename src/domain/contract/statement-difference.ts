/** What a further revision of a statement changes (CONTRACT.md, Life of a credit: a month that is already closed). */
import type { Money } from '../money/money.ts';
import type { Millis } from '../time/instant.ts';
import { type ClassTotals, INSTANT_CLASSES, type PromiseStanding, type Statement } from './statement-result.ts';

/** A figure before and after. */
export interface Change<T> {
  readonly before: T;
  readonly after: T;
}

export interface StatementDifference {
  readonly month: Change<ClassTotals>;
  readonly outages: Change<number>;
  readonly yearUnplannedMs: Change<Millis>;
  readonly remainingMs: Change<Millis>;
  readonly promise: Change<PromiseStanding>;
  /** For all unplanned downtime of the month. */
  readonly accrued: Change<Money>;
}

/**
 * The difference that a correction made, or undefined where none did. Claims and requests go on living after the month,
 * in the ledger and on their own clocks: they alone correct nothing.
 */
export function statementDifference(before: Statement, after: Statement): StatementDifference | undefined {
  if (measuredText(before) === measuredText(after)) return undefined;
  return {
    month: { before: before.month.ms, after: after.month.ms },
    outages: { before: before.month.outages, after: after.month.outages },
    yearUnplannedMs: { before: before.year.ms.unplanned, after: after.year.ms.unplanned },
    remainingMs: { before: before.year.remainingMs, after: after.year.remainingMs },
    promise: { before: before.year.promise, after: after.year.promise },
    accrued: { before: before.credit.accrued, after: after.credit.accrued },
  };
}

/** The classes whose totals changed. */
export function changedClasses({ month }: StatementDifference): readonly (typeof INSTANT_CLASSES)[number][] {
  return INSTANT_CLASSES.filter((of) => month.before[of] !== month.after[of]);
}

function measuredText({ month, year, segments, credit }: Statement): string {
  const { accrued, cap } = credit;
  return JSON.stringify({ month, year, segments, accrued, cap }, (_, value) =>
    typeof value === 'bigint' ? String(value) : value,
  );
}
