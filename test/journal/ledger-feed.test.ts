import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Fact } from '../../src/domain/facts/fact.ts';
import type { JournalEntry } from '../../src/journal/journal.ts';
import { LedgerFeed } from '../../src/journal/ledger-feed.ts';
import { openSqliteJournal } from '../../src/journal/sqlite/open.ts';
import { systemClock } from '../../src/runtime/clock.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const customer = (id: string): Fact => ({ type: 'customer', id, name: id, email: 'ops@example.kz', locale: 'kk' });

/** A journal in memory that answers in a later turn, and counts what it is asked. */
function journalOf(count: number) {
  const entries: JournalEntry[] = [];
  const asked: number[] = [];
  const add = (n: number): void => {
    for (let i = 0; i < n; i += 1) {
      const seq = entries.length + 1;
      entries.push({ seq, recordedAt: seq, key: null, fact: customer(`c${seq}`), hash: '' });
    }
  };
  add(count);
  return {
    add,
    asked,
    read: async (afterSeq: number, limit: number) => {
      asked.push(afterSeq);
      return entries.slice(afterSeq, afterSeq + limit);
    },
  };
}

describe('LedgerFeed', () => {
  it.each([0, 1, 4_999, 5_000, 5_001, 10_000, 12_345])('folds all of %d entries in, once each, in order', async (n) => {
    const feed = new LedgerFeed(journalOf(n));
    const seen: number[] = [];
    feed.subscribe((entries) => {
      for (const { seq } of entries) seen.push(seq);
    });
    await feed.catchUp();
    await feed.catchUp();
    expect(feed.seq).toBe(n);
    expect(seen).toEqual(Array.from({ length: n }, (_, i) => i + 1));
    expect(feed.ledger.customers()).toHaveLength(n);
  });

  it('tells listeners of entries that the ledger already holds', async () => {
    const journal = journalOf(3);
    const feed = new LedgerFeed(journal);
    const held: number[] = [];
    feed.subscribe(() => held.push(feed.ledger.customers().length));
    await feed.catchUp();
    journal.add(2);
    await feed.catchUp();
    expect(held).toEqual([3, 5]);
  });

  it('has folded in what was appended before a call, whenever during another call that was', async () => {
    for (let turns = 0; turns < 12; turns += 1) {
      const journal = journalOf(1);
      const feed = new LedgerFeed(journal);
      const first = feed.catchUp();
      for (let i = 0; i < turns; i += 1) await null;
      journal.add(1);
      await feed.catchUp();
      expect([turns, feed.seq]).toEqual([turns, 2]);
      await first;
    }
  });

  it('goes on after a read that failed', async () => {
    const journal = journalOf(2);
    let broken = true;
    const feed = new LedgerFeed({
      read: (afterSeq, limit) => (broken ? Promise.reject(new Error('busy')) : journal.read(afterSeq, limit)),
    });
    await expect(feed.catchUp()).rejects.toThrow('busy');
    broken = false;
    await feed.catchUp();
    expect(feed.seq).toBe(2);
  });

  it('folds in what another handle on the file appended', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kepil-feed-'));
    cleanups.push(() => rm(folder, { recursive: true }));
    const open = async () => {
      const journal = await openSqliteJournal({ path: join(folder, 'kepil.sqlite'), clock: systemClock });
      cleanups.push(() => journal.close());
      return journal;
    };
    const [ours, theirs] = [await open(), await open()];
    const feed = new LedgerFeed(ours);
    await ours.append([{ fact: customer('a') }]);
    await feed.catchUp();
    await theirs.append([{ fact: customer('b') }]);
    await ours.append([{ fact: customer('c') }]);
    await feed.catchUp();
    expect(feed.ledger.customers()).toEqual(['a', 'b', 'c']);
  });
});
