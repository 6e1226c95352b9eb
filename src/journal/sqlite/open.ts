/**
 * Opens a journal in a SQLite file. WAL with `synchronous = FULL`: a commit is on disk before it returns, readers do not
 * wait for writers, and a process killed at any instant leaves the file as of its last commit.
 */
import { closeSync, existsSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Millis } from '../../domain/time/instant.ts';
import type { Clock } from '../../runtime/clock.ts';
import { JournalUnwritable } from '../errors.ts';
import type { Journal } from '../journal.ts';
import { journalFailure, saysBusy } from './failure.ts';
import { migrate } from './schema.ts';
import { SqliteJournal } from './sqlite-journal.ts';

export interface SqliteJournalOptions {
  /** The file; made when it does not exist. Its directory must exist. */
  readonly path: string;
  readonly clock: Clock;
  /** How long an append waits for another process's, blocking this thread; then JournalBusy. Default 5 000. */
  readonly busyTimeoutMs?: Millis;
}

const BUSY_TIMEOUT_MS: Millis = 5_000;
const SWITCH_RETRY_MS: Millis = 20;

/**
 * Opens, and where needed makes or migrates, the journal in a file. The caller closes it.
 * @throws JournalUnwritable | JournalFull | JournalBusy | JournalCorrupt | JournalSchemaNewer
 */
export async function openSqliteJournal(options: SqliteJournalOptions): Promise<Journal> {
  const { path, clock } = options;
  const busyTimeoutMs = options.busyTimeoutMs ?? BUSY_TIMEOUT_MS;
  let db: DatabaseSync | undefined;
  try {
    const isNew = !existsSync(path);
    db = new DatabaseSync(path, { timeout: busyTimeoutMs, defensive: true });
    await useWal(db, options, busyTimeoutMs);
    db.exec('PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF');
    migrate(db, path);
    if (isNew) syncDirectory(dirname(path));
    return new SqliteJournal({ db, path, clock });
  } catch (error) {
    db?.close();
    throw journalFailure(error, path) ?? error;
  }
}

/**
 * WAL is a property of the file: only its first opener switches. SQLite does not wait there for others that are opening
 * at that moment (each could be waiting for the other), so this does.
 */
async function useWal(db: DatabaseSync, { path, clock }: SqliteJournalOptions, busyTimeoutMs: Millis): Promise<void> {
  const deadline = clock.monotonicMs() + busyTimeoutMs;
  while (true) {
    try {
      const mode = db.prepare('PRAGMA journal_mode = WAL').get()?.journal_mode;
      if (mode === 'wal') return;
      // No shared memory there (some network file systems), or no file at all: the promises above would not hold.
      throw new JournalUnwritable(
        `journal ${path}: found journal mode ${String(mode)}, expected a file that can have wal`,
      );
    } catch (error) {
      if (!saysBusy(error) || clock.monotonicMs() >= deadline) throw error;
    }
    await clock.sleep(SWITCH_RETRY_MS);
  }
}

/** Makes the new file's name as durable as its contents: SQLite syncs the file and its log, not the main file's name. */
function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
