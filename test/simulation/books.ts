/** The books as a process of the simulation opens them: src/app/books.ts less the making of a directory in real time. */
import type { Books } from '../../src/app/books.ts';
import type { Configuration } from '../../src/config/configuration.ts';
import { IssuedStatements } from '../../src/desk/issued-statements.ts';
import { Contracts } from '../../src/domain/contract/contracts.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { LedgerFeed } from '../../src/journal/ledger-feed.ts';
import { openSqliteJournal } from '../../src/journal/sqlite/open.ts';
import type { Clock } from '../../src/runtime/clock.ts';

/** Opens the journal, whose directory must exist, as `onDisk` reaches it. The caller closes it, and catches the feed up. */
export async function openSimulatedBooks(
  configuration: Configuration,
  clock: Clock,
  onDisk: (journal: Journal) => Journal = (journal) => journal,
): Promise<Books> {
  const journal = onDisk(await openSqliteJournal({ path: configuration.journal.path, clock }));
  const feed = new LedgerFeed(journal);
  const issued = new IssuedStatements();
  feed.subscribe((entries) => {
    for (const { fact } of entries) issued.add(fact);
  });
  return { journal, feed, issued, contracts: new Contracts(configuration.contracts, configuration.defaultContract) };
}
