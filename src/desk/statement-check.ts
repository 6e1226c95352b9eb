/** Whether every issued statement is still what its facts give: each is recomputed as known then, and its digest compared. */
import type { Contracts } from '../domain/contract/contracts.ts';
import type { Ledger } from '../domain/facts/ledger.ts';
import type { IssuedStatements } from './issued-statements.ts';
import { statementAsOf, statementDigest } from './statement-digest.ts';

export type StatementCheck =
  | { readonly ok: true; readonly statements: number }
  | {
      readonly ok: false;
      readonly service: string;
      readonly month: string;
      readonly revision: number;
      /** The digest of the recomputed statement, or why it cannot be recomputed. */
      readonly found: string;
      /** The digest as recorded. */
      readonly expected: string;
    };

/** Recomputes them in the order in which they were issued; the first that differs ends it. */
export function checkStatements(
  books: { readonly ledger: Ledger; readonly contracts: Contracts; readonly issued: IssuedStatements },
  onProgress: (done: number) => void,
): StatementCheck {
  let done = 0;
  for (const fact of books.issued.all()) {
    const found = digestFound(books, fact);
    const { service, month, revision, digest: expected } = fact;
    if (found !== expected) return { ok: false, service, month, revision, found, expected };
    done += 1;
    onProgress(done);
  }
  return { ok: true, statements: done };
}

function digestFound(
  books: { readonly ledger: Ledger; readonly contracts: Contracts },
  fact: Parameters<typeof statementAsOf>[1],
): string {
  try {
    return statementDigest(statementAsOf(books, fact), books.contracts);
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}
