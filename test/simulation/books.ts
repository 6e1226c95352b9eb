/** The books as a process of the simulation opens them: src/app/books.ts less the making of a directory in real time. */
import { type Books, booksOn } from '../../src/app/books.ts';
import type { Configuration } from '../../src/config/configuration.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { openSqliteJournal } from '../../src/journal/sqlite/open.ts';
import type { Clock } from '../../src/runtime/clock.ts';

/** Opens the journal, whose directory must exist, as `onDisk` reaches it. The caller closes it, and catches the feed up. */
export async function openSimulatedBooks(
  configuration: Configuration,
  clock: Clock,
  onDisk: (journal: Journal) => Journal = (journal) => journal,
): Promise<Books> {
  return booksOn(onDisk(await openSqliteJournal({ path: configuration.journal.path, clock })), configuration, clock);
}
