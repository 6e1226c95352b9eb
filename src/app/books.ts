/** The books as any process of Kepil opens them: the journal, and the ledger that it adds up to. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Configuration } from '../config/configuration.ts';
import { IssuedStatements } from '../desk/issued-statements.ts';
import { Contracts } from '../domain/contract/contracts.ts';
import type { Instant } from '../domain/time/instant.ts';
import type { Journal } from '../journal/journal.ts';
import { LedgerFeed } from '../journal/ledger-feed.ts';
import { openSqliteJournal } from '../journal/sqlite/open.ts';
import type { Clock } from '../runtime/clock.ts';

export interface Books {
  readonly journal: Journal;
  readonly feed: LedgerFeed;
  readonly contracts: Contracts;
  readonly issued: IssuedStatements;
  /** The instant to ask as of: now, or when the newest fact was recorded where the clock was set back since. */
  readonly now: () => Instant;
}

/** Opens the journal, creating it where there is none. The caller closes `journal`, and catches the feed up. */
export async function openBooks(configuration: Configuration, clock: Clock): Promise<Books> {
  const { path } = configuration.journal;
  await mkdir(dirname(path), { recursive: true });
  return booksOn(await openSqliteJournal({ path, clock }), configuration, clock, () => turn());
}

/**
 * The books on a journal that is open.
 * @param giveWay see `LedgerFeed`.
 */
export function booksOn(
  journal: Journal,
  { contracts, defaultContract }: Pick<Configuration, 'contracts' | 'defaultContract'>,
  clock: Pick<Clock, 'now'>,
  giveWay?: () => Promise<void>,
): Books {
  const feed = new LedgerFeed(journal, giveWay);
  const issued = new IssuedStatements();
  feed.subscribe((entries) => {
    for (const { fact } of entries) issued.add(fact);
  });
  return {
    journal,
    feed,
    issued,
    contracts: new Contracts(contracts, defaultContract),
    now: () => feed.ledger.asOf(clock.now()),
  };
}
