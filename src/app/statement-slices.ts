/** Statements for one request, computed in slices: of a large fleet, all of them are seconds of work. */
import { setImmediate as turn } from 'node:timers/promises';
import { computeStatements, monthBefore } from '../domain/contract/statement.ts';
import type { Statement, StatementSet } from '../domain/contract/statement-result.ts';
import type { Books } from './books.ts';

/** Statements computed between two turns of the event loop: some milliseconds. */
const AT_ONCE = 50;

/**
 * Statements as of now.
 * @param month contract-clock month; default: the one before.
 * @param service of it alone; default: of all.
 */
export async function statementsInSlices(
  { contracts, feed, now }: Books,
  month: string | undefined,
  service: string | undefined,
): Promise<StatementSet> {
  const asOf = now();
  const { offsetMinutes } = contracts.default;
  const question = {
    ledger: feed.ledger,
    contractOf: (name: string | undefined) => contracts.named(name),
    month: month ?? monthBefore(asOf, offsetMinutes),
    asOf,
    offsetMinutes,
  };
  const services = service === undefined ? feed.ledger.services() : [service];
  const statements: Statement[] = [];
  for (let from = 0; from < services.length; from += AT_ONCE) {
    const slice = services.slice(from, from + AT_ONCE);
    statements.push(...computeStatements({ ...question, services: slice }).statements);
    await turn();
  }
  return { asOf, month: question.month, offsetMinutes, statements };
}
