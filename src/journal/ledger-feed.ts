/**
 * Keeps a ledger in step with the journal: whatever any process appended is read back in order and folded in. Nothing
 * enters the ledger on another way, so what the daemon shows is what the journal says.
 */
import { Ledger } from '../domain/facts/ledger.ts';
import type { Journal, JournalEntry } from './journal.ts';
import { SharedEvidence } from './shared-evidence.ts';

/** Entries read and folded in before others have their turn: some milliseconds. */
const BATCH = 500;

export class LedgerFeed {
  readonly ledger = new Ledger('covered');
  readonly #journal: Pick<Journal, 'read'>;
  readonly #listeners: ((entries: readonly JournalEntry[]) => void)[] = [];
  readonly #giveWay: () => Promise<void>;
  readonly #shared = new SharedEvidence();
  #seq = 0;
  #reading: Promise<void> | undefined;
  #again = false;

  /** @param giveWay lets others have their turn of the event loop, between two runs of entries. */
  constructor(journal: Pick<Journal, 'read'>, giveWay: () => Promise<void> = async () => {}) {
    this.#journal = journal;
    this.#giveWay = giveWay;
  }

  /** Number of the last entry folded in. */
  get seq(): number {
    return this.#seq;
  }

  /** Calls back with every run of entries after it was folded in. */
  subscribe(listener: (entries: readonly JournalEntry[]) => void): void {
    this.#listeners.push(listener);
  }

  /** Reads what is new; when it resolves, everything appended before the call has been folded in. */
  catchUp(): Promise<void> {
    if (this.#reading) {
      this.#again = true;
      return this.#reading;
    }
    this.#reading = this.#read();
    return this.#reading;
  }

  async #read(): Promise<void> {
    try {
      do {
        this.#again = false;
        await this.#readToEnd();
      } while (this.#again);
    } finally {
      // In the same turn as the last look at #again: who calls between the two would wait for a reading that is over.
      this.#reading = undefined;
    }
  }

  async #readToEnd(): Promise<void> {
    for (;;) {
      const entries = await this.#journal.read(this.#seq, BATCH);
      for (const entry of entries) {
        this.ledger.add(this.#shared.of(entry.fact), entry.recordedAt);
        this.#seq = entry.seq;
      }
      if (entries.length > 0) for (const listener of this.#listeners) listener(entries);
      if (entries.length < BATCH) return;
      await this.#giveWay();
    }
  }
}
