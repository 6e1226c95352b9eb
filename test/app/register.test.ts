import { describe, expect, it } from 'vitest';
import { type RegisterOptions, register } from '../../src/app/register.ts';
import type { ConfiguredService } from '../../src/config/configuration.ts';
import { JournalFactInvalid, JournalFull } from '../../src/journal/errors.ts';
import type { Draft } from '../../src/journal/journal.ts';
import { LedgerFeed } from '../../src/journal/ledger-feed.ts';
import { checkFact, customerFact, edgeFact, serviceFact } from '../support/ledgers.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { MemoryJournal } from '../support/memory-journal.ts';

const SECOND = 1_000;
const clockAt = () => new ManualClock(Date.UTC(2026, 2, 10));

function service(id: string, intervalMs = 60 * SECOND): ConfiguredService {
  const fact = checkFact(`${id}/web/home`, { intervalMs });
  const target = { kind: 'icmp', host: '192.0.2.1' } as const;
  return {
    fact: serviceFact(id, 'c1'),
    lifecycle: [],
    fees: [],
    checks: [{ fact, request: { target, timeoutMs: SECOND }, allow: [] }],
  };
}
const services = (count: number, intervalMs?: number) =>
  Array.from({ length: count }, (_, i) => service(`s${i}`, intervalMs));

/** A journal that refuses chosen appends, by their number from 1. */
function booksOf(clock: ManualClock, refusals: ReadonlyMap<number, Error> = new Map()) {
  const journal = new MemoryJournal(clock);
  const appends: number[] = [];
  journal.beforeAppend = (facts) => {
    appends.push(facts.length);
    const refusal = refusals.get(appends.length);
    if (refusal) throw refusal;
  };
  return { books: { journal, feed: new LedgerFeed(journal), now: () => clock.now() }, appends };
}

const optionsOf = (
  clock: ManualClock,
  books: RegisterOptions['books'],
  count: number,
  parts: Partial<RegisterOptions> = {},
): RegisterOptions => ({
  books,
  configuration: { customers: [customerFact('c1')], services: services(count) },
  clock,
  atOnce: 10,
  onDelay: () => {},
  isOver: () => false,
  ...parts,
});

describe('what a configuration defines', () => {
  it('is recorded in one append where it is little, and not again', async () => {
    const clock = clockAt();
    const { books, appends } = booksOf(clock);
    await register(optionsOf(clock, books, 4));
    expect(appends).toEqual([9]);
    expect(books.feed.ledger.services()).toHaveLength(4);
    await register(optionsOf(clock, books, 4));
    expect(appends).toEqual([9]);
  });

  it('is recorded in several appends where it is more', async () => {
    const clock = clockAt();
    const { books, appends } = booksOf(clock);
    await register(optionsOf(clock, books, 12));
    expect(appends).toEqual([10, 10, 5]);
    expect(books.feed.ledger.checks()).toHaveLength(12);
  });

  it('is not begun where the journal refuses', async () => {
    const clock = clockAt();
    const { books } = booksOf(clock, new Map([[1, new JournalFull('no room')]]));
    await expect(register(optionsOf(clock, books, 12))).rejects.toThrow('no room');
    expect(books.feed.ledger.services()).toEqual([]);
  });

  it('is brought to its end when the journal takes facts again', async () => {
    const clock = clockAt();
    const refusals = new Map([2, 3].map((n) => [n, new JournalFull('no room')]));
    const { books, appends } = booksOf(clock, refusals);
    const delays: unknown[] = [];
    const registered = register(optionsOf(clock, books, 12, { onDelay: (error) => delays.push(error) }));
    for (const wanted of [1, 2]) {
      while (delays.length < wanted) await new Promise((resolve) => setImmediate(resolve));
      await clock.advance(SECOND);
    }
    await registered;
    expect(appends).toEqual([10, 10, 10, 10, 5]);
    expect(books.feed.ledger.checks()).toHaveLength(12);
  });

  it.each<[string, Error, boolean]>([
    ['it is stopped', new JournalFull('refused'), true],
    [
      'the journal would never take it',
      new JournalFactInvalid({ field: 'refused', found: '"a"', expected: 'b' }),
      false,
    ],
  ])('is given up when %s', async (_, error, isOver) => {
    const clock = clockAt();
    const { books } = booksOf(clock, new Map([[2, error]]));
    await expect(register(optionsOf(clock, books, 12, { isOver: () => isOver }))).rejects.toThrow('refused');
  });

  it('closes with an edge what is watched otherwise, unless it has been closed meanwhile', async () => {
    const clock = clockAt();
    const { books } = booksOf(clock);
    await register(optionsOf(clock, books, 12));
    const at = clock.now();
    await books.journal.append([
      { fact: edgeFact('s3/web/home', 'up', at) },
      { fact: edgeFact('s5/web/home', 'down', at) },
    ]);
    await books.feed.catchUp();
    await clock.advance(SECOND);
    let asked = 0;
    // Another edge of s5 is recorded while the append of s3’s is under way.
    const journal = {
      append: async (drafts: readonly Draft[]) => {
        asked += 1;
        if (asked === 1) await books.journal.append([{ fact: edgeFact('s5/web/home', 'unknown', clock.now()) }]);
        return books.journal.append(drafts);
      },
    };
    const configuration = { customers: [customerFact('c1')], services: services(12, 30 * SECOND) };
    await register(optionsOf(clock, { ...books, journal }, 12, { configuration, atOnce: 1 }));
    const closed = (check: string) => books.feed.ledger.vantage(check, 'local')?.edges.map(({ fact }) => fact.to);
    expect(closed('s3/web/home')).toEqual(['up', 'unknown']);
    expect(closed('s5/web/home')).toEqual(['down', 'unknown']);
  });
});
