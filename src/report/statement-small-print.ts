import { editionsWithin } from '../domain/contract/editions.ts';
import { type ClassTotals, INSTANT_CLASSES } from '../domain/contract/statement-result.ts';
import type { Instant } from '../domain/time/instant.ts';
import { printable } from './printable.ts';
import { type StatementContext, yearName } from './statement-sections.ts';

const EDITION_LIMIT = 60;

/** What a reader needs to recompute the statement: clock, period, totals in whole milliseconds, rounding, edition. */
export function smallPrint(
  context: StatementContext,
  { issuedAt, revision }: { readonly issuedAt: Instant; readonly revision: number },
): readonly string[] {
  const { statement, contract, formats, messages, month, provider } = context;
  const words = messages.statement.smallPrint;
  const totals = (period: string, ms: ClassTotals): string => {
    const parts = INSTANT_CLASSES.map((name) => `${messages.classes[name]} ${formats.exactMs(ms[name])}`);
    const sum = INSTANT_CLASSES.reduce((total, name) => total + ms[name], 0);
    return words.totals(period, parts.join('; '), formats.exactMs(sum));
  };
  const editions = editionsWithin(contract, statement.month.period);
  return [
    words.clock(formats.clock),
    words.period(formats.span(statement.month.period)),
    totals(month, statement.month.ms),
    totals(yearName(context), statement.year.ms),
    words.availability,
    words.contract(provider, editions.map(({ edition }) => printable(edition.name, EDITION_LIMIT)).join('; ')),
    words.issued(formats.dateTime(issuedAt), formats.count(revision)),
  ];
}
