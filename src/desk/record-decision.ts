/** Records one decision of a person on what the books say at that moment. */
import type { Fact } from '../domain/facts/fact.ts';
import type { Ledger } from '../domain/facts/ledger.ts';
import type { Instant } from '../domain/time/instant.ts';
import { JournalKeyConflict } from '../journal/errors.ts';
import type { Journal } from '../journal/journal.ts';
import type { LedgerFeed } from '../journal/ledger-feed.ts';
import type { Clock } from '../runtime/clock.ts';

/** More decisions on one service at the same moment than people make. */
const ATTEMPTS = 8;

export interface Decided<F extends Fact> {
  readonly fact: F;
  /** The journal key that makes it one; absent where the same may be recorded again. */
  readonly key?: string;
  /** It is a fact of the ledger already: nothing is recorded. */
  readonly isRecorded?: boolean;
}

/**
 * Decides on the newest facts and records the result. Where another decision took its key meanwhile, it is decided anew
 * on what that one left.
 * @throws whatever `decide` refuses with.
 * @throws JournalKeyConflict others were faster every time.
 */
export async function recordDecision<F extends Fact>(
  books: { readonly journal: Pick<Journal, 'append'>; readonly feed: LedgerFeed; readonly clock: Clock },
  decide: (ledger: Ledger, now: Instant) => Decided<F>,
): Promise<F> {
  const { journal, feed, clock } = books;
  for (let attempt = 1; ; attempt += 1) {
    await feed.catchUp();
    const { fact, key, isRecorded } = decide(feed.ledger, feed.ledger.asOf(clock.now()));
    if (isRecorded) return fact;
    try {
      await journal.append([{ fact, ...(key === undefined ? {} : { key }) }]);
      await feed.catchUp();
      return fact;
    } catch (error) {
      if (!(error instanceof JournalKeyConflict) || attempt === ATTEMPTS) throw error;
    }
  }
}
