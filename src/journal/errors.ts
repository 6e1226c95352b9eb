/** What can go wrong with a journal: one class a situation, with a stable `code` to map to a status or an exit code. */
import type { Fact } from '../domain/facts/fact.ts';
import type { JournalEntry } from './journal.ts';

export abstract class JournalError extends Error {
  abstract readonly code: string;
}

/** A fact or key that must not be recorded: a field is missing, malformed or unknown. Nothing was written. */
export class JournalFactInvalid extends JournalError {
  readonly code = 'journal.fact_invalid';
  override readonly name = 'JournalFactInvalid';
  readonly field: string;
  readonly found: string;
  readonly expected: string;

  constructor(problem: { field: string; found: string; expected: string }) {
    super(`journal: ${problem.field}: found ${problem.found}, expected ${problem.expected}`);
    this.field = problem.field;
    this.found = problem.found;
    this.expected = problem.expected;
  }
}

/** The key already names another fact. Nothing of the append was written. */
export class JournalKeyConflict extends JournalError {
  readonly code = 'journal.key_conflict';
  override readonly name = 'JournalKeyConflict';
  readonly key: string;
  /** What the key has named so far. */
  readonly existing: JournalEntry;
  readonly refused: Fact;

  constructor(key: string, existing: JournalEntry, refused: Fact) {
    super(
      `journal: key ${JSON.stringify(key)}: found another fact of type ${refused.type}, expected the ${existing.fact.type} of entry ${existing.seq}`,
    );
    this.key = key;
    this.existing = existing;
    this.refused = refused;
  }
}

/** The store cannot be opened, read or written: rights, a read-only disk, an I/O error. */
export class JournalUnwritable extends JournalError {
  readonly code = 'journal.unwritable';
  override readonly name = 'JournalUnwritable';
}

/** No room for another entry. Nothing of the append was written. */
export class JournalFull extends JournalError {
  readonly code = 'journal.full';
  override readonly name = 'JournalFull';
}

/** Another process held the journal longer than the time allowed. Nothing was written; try again. */
export class JournalBusy extends JournalError {
  readonly code = 'journal.busy';
  override readonly name = 'JournalBusy';
}

/** What is stored is not a journal as Kepil writes it. `seq` is the entry concerned, where one is. */
export class JournalCorrupt extends JournalError {
  readonly code = 'journal.corrupt';
  override readonly name = 'JournalCorrupt';
  readonly seq: number | null;

  constructor(message: string, options: { seq?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.seq = options.seq ?? null;
  }
}

/** Written by a newer Kepil: this one would misread it, so it stops. */
export class JournalSchemaNewer extends JournalError {
  readonly code = 'journal.schema_newer';
  override readonly name = 'JournalSchemaNewer';
  readonly found: number;
  readonly newestKnown: number;

  constructor(path: string, found: number, newestKnown: number) {
    super(`journal ${path}: found schema ${found}, expected at most ${newestKnown}: it was written by a newer Kepil`);
    this.found = found;
    this.newestKnown = newestKnown;
  }
}

/** Used after `close`. */
export class JournalClosed extends JournalError {
  readonly code = 'journal.closed';
  override readonly name = 'JournalClosed';
}
