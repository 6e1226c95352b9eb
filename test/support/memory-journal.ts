/** A journal in memory for tests of what works on one: it keeps keys and order, has no hashes, and refuses on demand. */
import type { Fact } from '../../src/domain/facts/fact.ts';
import type { Draft, JournalEntry } from '../../src/journal/journal.ts';
import type { Clock } from '../../src/runtime/clock.ts';

export class MemoryJournal {
  readonly entries: JournalEntry[] = [];
  /** Called with the facts of each append before they are taken; what it throws refuses them. */
  beforeAppend: (facts: readonly Fact[]) => void = () => {};
  readonly #clock: Pick<Clock, 'now'>;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  get facts(): readonly Fact[] {
    return this.entries.map((entry) => entry.fact);
  }

  async append(drafts: readonly Draft[]): Promise<readonly JournalEntry[]> {
    this.beforeAppend(drafts.map(({ fact }) => fact));
    return drafts.map(({ fact, key = null }) => {
      const existing = key === null ? undefined : this.entries.find((entry) => entry.key === key);
      if (existing) return existing;
      const entry = { seq: this.entries.length + 1, recordedAt: this.#clock.now(), key, fact, hash: '' };
      this.entries.push(entry);
      return entry;
    });
  }

  async read(afterSeq: number, limit: number): Promise<readonly JournalEntry[]> {
    return this.entries.slice(afterSeq, afterSeq + limit);
  }
}
