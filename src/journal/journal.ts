/**
 * The journal: the append-only, hash-chained store of facts from which every figure is computed. This is its port; stores
 * live in directories of their own (`sqlite/`) and keep these promises:
 *
 * 1. Entries are numbered 1, 2, 3… without a gap, and are never changed or deleted.
 * 2. Each entry's hash covers its contents and the hash before it (docs/journal.md gives the bytes).
 * 3. `recordedAt` never goes back, whatever the clock does.
 * 4. An append is all or nothing, and on disk before it resolves.
 * 5. A key names one fact for ever, so that a write that is tried again is recorded once.
 *
 * Left to others: what the facts mean together (src/domain), and what is kept of the head's hash outside the journal,
 * without which a cut-off tail cannot be told from a short journal.
 */
import type { Fact } from '../domain/facts/fact.ts';
import type { Instant } from '../domain/time/instant.ts';

export interface JournalEntry {
  readonly seq: number;
  readonly recordedAt: Instant;
  /** Idempotency key it was appended with. */
  readonly key: string | null;
  readonly fact: Fact;
  /** SHA-256, 64 lower-case hexadecimal digits. */
  readonly hash: string;
}

/** A fact to be recorded. */
export interface Draft {
  readonly fact: Fact;
  /** 1–512 printable characters; the same key with the same fact is recorded once. */
  readonly key?: string;
}

export interface JournalHead {
  /** 0 for an empty journal. */
  readonly seq: number;
  /** Of the last entry; the genesis hash for an empty journal. */
  readonly hash: string;
}

export type Verification =
  | { readonly ok: true; readonly entries: number; readonly head: string }
  | {
      readonly ok: false;
      /** The first entry that is not as it was written. */
      readonly brokenAt: number;
      readonly found: string;
      readonly expected: string;
    };

export interface Journal {
  /**
   * Records facts in order, in one transaction: all or none of them, on disk before it resolves. A draft whose key is
   * already there with the same fact gives the entry of then and adds nothing.
   * @throws JournalFactInvalid a fact or key that cannot be recorded.
   * @throws JournalKeyConflict the key is there with another fact.
   * @throws JournalFull | JournalUnwritable | JournalBusy | JournalCorrupt | JournalClosed
   */
  append(drafts: readonly Draft[]): Promise<readonly JournalEntry[]>;
  /**
   * Up to `limit` entries after `afterSeq` (0: from the beginning), ascending.
   * @throws JournalCorrupt naming the entry that does not decode or is missing.
   */
  read(afterSeq: number, limit: number): Promise<readonly JournalEntry[]>;
  head(): Promise<JournalHead>;
  /** Recomputes the whole chain up to the head of the moment it is called; other work goes on meanwhile. */
  verify(onProgress?: (done: number, total: number) => void): Promise<Verification>;
  /** Closes the store; idempotent. Anything after it throws JournalClosed. */
  close(): Promise<void>;
}
