/** The digest that stands for an issued statement: whoever recomputes the statement gets the same one, or it was changed. */
import { createHash } from 'node:crypto';
import type { Contracts } from '../domain/contract/contracts.ts';
import { computeStatement } from '../domain/contract/statement.ts';
import type { Statement } from '../domain/contract/statement-result.ts';
import type { Ledger } from '../domain/facts/ledger.ts';
import type { Instant } from '../domain/time/instant.ts';
import { canonicalStatement } from '../report/statement-json.ts';

/** SHA-256 of a statement's canonical text, in hexadecimal. */
export function statementDigest(statement: Statement, contracts: Contracts): string {
  return createHash('sha256').update(canonicalStatement(statement, contracts.default.offsetMinutes)).digest('hex');
}

/**
 * The statement of a service's month as known at an instant, under the contract that bound it then.
 * @throws RangeError when the service was not defined then.
 */
export function statementAsOf(
  { ledger, contracts }: { readonly ledger: Ledger; readonly contracts: Contracts },
  { service, month, asOf }: { readonly service: string; readonly month: string; readonly asOf: Instant },
): Statement {
  const contract = contracts.ofService(ledger, service, asOf) ?? contracts.default;
  return computeStatement({ ledger, contract, service, month, asOf });
}
