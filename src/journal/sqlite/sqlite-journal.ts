/**
 * The journal over an open SQLite database. Several processes may hold one each on the same file: the hash to chain to is
 * read inside the write transaction, so their entries form one chain.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { setImmediate as turn } from 'node:timers/promises';
import type { Fact } from '../../domain/facts/fact.ts';
import type { Instant } from '../../domain/time/instant.ts';
import { quote } from '../../domain/time/text.ts';
import type { Clock } from '../../runtime/clock.ts';
import { chainHash, GENESIS_HASH } from '../chain.ts';
import { JournalClosed, JournalCorrupt, JournalFactInvalid, JournalKeyConflict } from '../errors.ts';
import { decodeFact, encodeFact } from '../fact-text.ts';
import type { Draft, Journal, JournalEntry, JournalHead, Verification } from '../journal.ts';
import { journalFailure } from './failure.ts';

interface Row {
  readonly seq: number;
  readonly recorded_at: number;
  readonly key: string | null;
  readonly fact: string;
  readonly hash: string;
}

interface EncodedDraft {
  readonly fact: Fact;
  readonly factText: string;
  readonly key: string | null;
}

const COLUMNS = 'seq, recorded_at, key, fact, hash';
/** Entries checked between two turns of the event loop: some milliseconds. */
const VERIFY_CHUNK = 2_000;
const KEY_SHAPE = /^[^\p{Cc}\p{Cs}]{1,512}$/u;

export class SqliteJournal implements Journal {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #clock: Clock;
  readonly #last: StatementSync;
  readonly #byKey: StatementSync;
  readonly #after: StatementSync;
  readonly #insert: StatementSync;

  /** Takes over `db`, which must be migrated and is closed by `close`. `path` is for messages. */
  constructor(parts: { readonly db: DatabaseSync; readonly path: string; readonly clock: Clock }) {
    this.#db = parts.db;
    this.#path = parts.path;
    this.#clock = parts.clock;
    this.#last = parts.db.prepare(`SELECT ${COLUMNS} FROM entry ORDER BY seq DESC LIMIT 1`);
    this.#byKey = parts.db.prepare(`SELECT ${COLUMNS} FROM entry WHERE key = ?`);
    this.#after = parts.db.prepare(`SELECT ${COLUMNS} FROM entry WHERE seq > ? ORDER BY seq LIMIT ?`);
    this.#insert = parts.db.prepare(`INSERT INTO entry (${COLUMNS}) VALUES (?, ?, ?, ?, ?)`);
  }

  async append(drafts: readonly Draft[]): Promise<readonly JournalEntry[]> {
    const encoded = drafts.map(encodeDraft);
    return this.#guarded(() => (encoded.length === 0 ? [] : this.#inTransaction(() => this.#add(encoded))));
  }

  async read(afterSeq: number, limit: number): Promise<readonly JournalEntry[]> {
    wholeNumber('afterSeq', afterSeq, 0);
    wholeNumber('limit', limit, 1);
    const rows = this.#guarded(() => this.#after.all(afterSeq, limit) as unknown as readonly Row[]);
    return rows.map((row, index) => decodeRow(row, afterSeq + index + 1));
  }

  async head(): Promise<JournalHead> {
    const last = this.#guarded(() => this.#lastRow());
    return { seq: last?.seq ?? 0, hash: last?.hash ?? GENESIS_HASH };
  }

  async verify(onProgress?: (done: number, total: number) => void): Promise<Verification> {
    const total = (await this.head()).seq;
    let done = 0;
    let hash = GENESIS_HASH;
    let recordedAt = Number.NEGATIVE_INFINITY;
    while (done < total) {
      let rows: readonly Row[];
      try {
        rows = this.#guarded(() => this.#after.all(done, Math.min(VERIFY_CHUNK, total - done)) as unknown as Row[]);
      } catch (error) {
        if (error instanceof JournalCorrupt) return broken(done + 1, error.message, 'readable pages');
        throw error;
      }
      if (rows.length === 0) return broken(done + 1, 'no entry', `entry ${done + 1}`);
      for (const row of rows) {
        if (row.seq !== done + 1) return broken(done + 1, `entry ${row.seq}`, `entry ${done + 1}`);
        if (row.recorded_at < recordedAt) {
          return broken(row.seq, `recordedAt ${row.recorded_at}`, `${recordedAt} or later`);
        }
        hash = chainHash(hash, { seq: row.seq, recordedAt: row.recorded_at, key: row.key, factText: row.fact });
        if (row.hash !== hash) return broken(row.seq, row.hash, hash);
        recordedAt = row.recorded_at;
        done = row.seq;
      }
      onProgress?.(done, total);
      await turn();
    }
    return { ok: true, entries: total, head: hash };
  }

  async close(): Promise<void> {
    if (this.#db.isOpen) this.#db.close();
  }

  #add(drafts: readonly EncodedDraft[]): readonly JournalEntry[] {
    const last = this.#lastRow();
    let seq = last?.seq ?? 0;
    let hash = last?.hash ?? GENESIS_HASH;
    const recordedAt = Math.max(this.#now(), last?.recorded_at ?? Number.NEGATIVE_INFINITY);
    return drafts.map(({ fact, factText, key }) => {
      const existing = key === null ? undefined : this.#rowOf(key);
      if (existing) {
        const entry = decodeRow(existing, existing.seq);
        if (existing.fact !== factText) throw new JournalKeyConflict(existing.key ?? '', entry, fact);
        return entry;
      }
      seq += 1;
      hash = chainHash(hash, { seq, recordedAt, key, factText });
      this.#insert.run(seq, recordedAt, key, factText, hash);
      return { seq, recordedAt, key, fact, hash };
    });
  }

  #now(): Instant {
    const now = this.#clock.now();
    if (!Number.isSafeInteger(now)) throw new RangeError(`clock: found ${now}, expected whole milliseconds`);
    return now;
  }

  #lastRow(): Row | undefined {
    return this.#last.get() as unknown as Row | undefined;
  }

  #rowOf(key: string): Row | undefined {
    return this.#byKey.get(key) as unknown as Row | undefined;
  }

  #inTransaction<T>(work: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      // SQLite has already rolled back after some errors (a full disk among them).
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  #guarded<T>(work: () => T): T {
    if (!this.#db.isOpen) throw new JournalClosed(`journal ${this.#path}: used after it was closed`);
    try {
      return work();
    } catch (error) {
      throw journalFailure(error, this.#path) ?? error;
    }
  }
}

function encodeDraft({ fact, key }: Draft): EncodedDraft {
  if (key !== undefined && !KEY_SHAPE.test(key)) {
    throw new JournalFactInvalid({ field: 'key', found: quote(key), expected: '1-512 printable characters' });
  }
  return { fact, factText: encodeFact(fact), key: key ?? null };
}

function decodeRow(row: Row, expectedSeq: number): JournalEntry {
  if (row.seq !== expectedSeq) {
    throw new JournalCorrupt(`journal: found entry ${row.seq}, expected entry ${expectedSeq}: some are missing`, {
      seq: expectedSeq,
    });
  }
  return {
    seq: row.seq,
    recordedAt: row.recorded_at,
    key: row.key,
    fact: decodeFact(row.fact, row.seq),
    hash: row.hash,
  };
}

function broken(brokenAt: number, found: string, expected: string): Verification {
  return { ok: false, brokenAt, found, expected };
}

function wholeNumber(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${name}: found ${value}, expected a whole number from ${least}`);
  }
}
