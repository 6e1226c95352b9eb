/** What SQLite's result codes mean for a journal. */
import { JournalBusy, JournalCorrupt, type JournalError, JournalFull, JournalUnwritable } from '../errors.ts';

const PERM = 3;
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

/** SQLite's primary result code, or undefined for an error that is not SQLite's. */
function sqliteCode(error: unknown): number | undefined {
  const code = (error as { readonly errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' ? code & 0xff : undefined;
}

/** Whether another process holds the database. */
export function saysBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === BUSY || code === LOCKED;
}

/** The journal's error for one of SQLite's, or undefined when it is none of the situations a journal knows. */
export function journalFailure(error: unknown, path: string): JournalError | undefined {
  const said = error instanceof Error ? error.message : String(error);
  // A stored integer past 2^53: no Kepil wrote it.
  if ((error as { readonly code?: unknown } | null)?.code === 'ERR_OUT_OF_RANGE') {
    return new JournalCorrupt(`journal ${path}: not a whole journal: ${said}`, { cause: error });
  }
  switch (sqliteCode(error)) {
    case FULL:
      return new JournalFull(`journal ${path}: no room for another entry: ${said}`, { cause: error });
    case CORRUPT:
    case NOTADB:
      return new JournalCorrupt(`journal ${path}: not a whole journal: ${said}`, { cause: error });
    case BUSY:
    case LOCKED:
      return new JournalBusy(`journal ${path}: another process holds it: ${said}`, { cause: error });
    case PERM:
    case READONLY:
    case IOERR:
    case CANTOPEN:
      return new JournalUnwritable(`journal ${path}: cannot be read and written: ${said}`, { cause: error });
    default:
      return undefined;
  }
}
