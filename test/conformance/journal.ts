/** What every store of the journal must keep, whatever it stands on. */
import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EdgeFact, Fact, FeeFact } from '../../src/domain/facts/fact.ts';
import { chainHash, GENESIS_HASH } from '../../src/journal/chain.ts';
import { JournalClosed, JournalFactInvalid, JournalKeyConflict } from '../../src/journal/errors.ts';
import { encodeFact } from '../../src/journal/fact-text.ts';
import type { Journal } from '../../src/journal/journal.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { journalFact } from '../support/facts.ts';

export interface JournalStore {
  open(clock: Clock): Promise<Journal>;
  /** Removes what the test made. */
  dispose(): Promise<void>;
}

export function edge(at: number): EdgeFact {
  return { type: 'edge', check: 's1/web', vantage: 'local', to: 'down', earliest: at - 10, latest: at, at };
}

const fee: FeeFact = { type: 'fee', service: 's1', from: 1000, monthly: { minor: 1_200_000n, currency: 'KZT' } };

export function describeJournal(name: string, makeStore: () => Promise<JournalStore>): void {
  describe(`journal on ${name}`, () => {
    let store: JournalStore;
    let journal: Journal;
    let now = 5000;
    const clock: Clock = {
      now: () => now,
      monotonicMs: () => now,
      sleep: async () => {},
      after: () => () => {},
    };

    beforeEach(async () => {
      now = 5000;
      store = await makeStore();
      journal = await store.open(clock);
    });
    afterEach(async () => {
      await journal.close();
      await store.dispose();
    });

    it('begins empty, at the documented genesis hash', async () => {
      expect(await journal.head()).toEqual({
        seq: 0,
        hash: 'e98b1f644efe98fd26d3d65e53eef22b8f86984131b04c52f21233ab048476b0',
      });
      expect(await journal.read(0, 10)).toEqual([]);
      expect(await journal.verify()).toEqual({ ok: true, entries: 0, head: GENESIS_HASH });
    });

    it('numbers entries from 1, stamps them with the clock and chains them', async () => {
      const appended = await journal.append([{ fact: edge(1000) }, { fact: fee, key: 'fee/s1' }]);
      const first = chainHash(GENESIS_HASH, { seq: 1, recordedAt: 5000, key: null, factText: encodeFact(edge(1000)) });
      const second = chainHash(first, { seq: 2, recordedAt: 5000, key: 'fee/s1', factText: encodeFact(fee) });
      expect(appended).toEqual([
        { seq: 1, recordedAt: 5000, key: null, fact: edge(1000), hash: first },
        { seq: 2, recordedAt: 5000, key: 'fee/s1', fact: fee, hash: second },
      ]);
      expect(await journal.read(0, 10)).toEqual(appended);
      expect(await journal.head()).toEqual({ seq: 2, hash: second });
      expect(await journal.verify()).toEqual({ ok: true, entries: 2, head: second });
    });

    it('gives back every fact exactly, after it was closed and opened again', async () => {
      const facts: Fact[] = [];
      await fc.assert(
        fc.asyncProperty(fc.array(journalFact, { maxLength: 8 }), async (batch) => {
          await journal.append(batch.map((fact) => ({ fact })));
          facts.push(...batch);
        }),
        { numRuns: 150 },
      );
      await journal.close();
      journal = await store.open(clock);
      const read = await journal.read(0, facts.length + 1);
      expect(read.length).toBe(facts.length);
      // Not toStrictEqual: it takes a component named `constructor` for the object's class.
      for (const [index, entry] of read.entries()) deepStrictEqual(entry.fact, facts[index]);
      expect(await journal.verify()).toMatchObject({ ok: true, entries: facts.length });
    });

    it('reads in pages', async () => {
      await journal.append([1, 2, 3, 4, 5].map((at) => ({ fact: edge(at) })));
      const page = async (after: number, limit: number) => (await journal.read(after, limit)).map((entry) => entry.seq);
      expect(await page(0, 2)).toEqual([1, 2]);
      expect(await page(2, 2)).toEqual([3, 4]);
      expect(await page(4, 2)).toEqual([5]);
      expect(await page(5, 2)).toEqual([]);
      await expect(journal.read(-1, 1)).rejects.toThrow('afterSeq: found -1, expected a whole number from 0');
      await expect(journal.read(0, 0)).rejects.toThrow('limit: found 0, expected a whole number from 1');
    });

    it('does not record earlier than the entry before when the clock goes back', async () => {
      const recorded: number[] = [];
      for (now of [5000, 3000, 4999, 6000]) {
        for (const entry of await journal.append([{ fact: edge(1000) }])) recorded.push(entry.recordedAt);
      }
      expect(recorded).toEqual([5000, 5000, 5000, 6000]);
      expect(await journal.verify()).toMatchObject({ ok: true, entries: 4 });
    });

    it('records a key with the same fact once, in one batch and in a later one', async () => {
      const batch = await journal.append([
        { fact: fee, key: 'k' },
        { fact: edge(1000) },
        { fact: { ...fee }, key: 'k' },
      ]);
      expect(batch.map((entry) => entry.seq)).toEqual([1, 2, 1]);
      now = 9000;
      const { monthly, from, ...rest } = fee;
      const again = await journal.append([{ fact: { from, monthly, ...rest }, key: 'k' }]);
      expect(again).toEqual([batch[0]]);
      expect(await journal.head()).toMatchObject({ seq: 2 });
    });

    it('refuses a key with another fact, shows both, and records nothing of the batch', async () => {
      const [existing] = await journal.append([{ fact: fee, key: 'k' }]);
      const attempt = journal.append([{ fact: edge(1) }, { fact: edge(2), key: 'k' }]);
      const error = await attempt.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(JournalKeyConflict);
      expect(error).toMatchObject({ code: 'journal.key_conflict', key: 'k', existing, refused: edge(2) });
      expect((error as Error).message).toBe(
        'journal: key "k": found another fact of type edge, expected the fee of entry 1',
      );
      expect(await journal.head()).toEqual({ seq: 1, hash: existing!.hash });
    });

    it.each<[string, unknown, string]>([
      [
        'a missing field',
        { ...edge(1), to: undefined },
        'journal: to: found nothing, expected one of up, down, unknown',
      ],
      ['an instant that is no number', { ...edge(1), at: Number.NaN }, 'journal: at: found NaN, expected an instant'],
      ['a fraction of a millisecond', { ...edge(1), at: 0.5 }, 'journal: at: found 0.5, expected an instant'],
      ['an unknown type', { type: 'guess' }, 'journal: type: found "guess", expected a type of fact that Kepil knows'],
      ['an observation', { type: 'observation' }, 'journal: type: found "observation", expected a type of fact'],
      ['an inherited name as type', { type: 'constructor' }, 'journal: type: found "constructor", expected'],
      ['an unknown field', { ...edge(1), note: 'x' }, 'journal: note: found an unknown field, expected one of type'],
      ['money as a number', { ...fee, monthly: { minor: 5, currency: 'KZT' } }, 'journal: monthly: found an object'],
      ['evidence with a bigint', { ...edge(1), evidence: { bytes: 1n } }, 'journal: evidence: found an object'],
      ['evidence with NaN', { ...edge(1), evidence: { ms: Number.NaN } }, 'journal: evidence: found an object'],
      ['evidence that is a class', { ...edge(1), evidence: new Map() }, 'journal: evidence: found an object'],
    ])('refuses %s before it is written', async (_name, fact, message) => {
      const attempt = journal.append([{ fact: edge(1) }, { fact: fact as Fact }]);
      const error = await attempt.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(JournalFactInvalid);
      expect((error as Error).message).toContain(message);
      expect(await journal.head()).toMatchObject({ seq: 0 });
    });

    it('refuses evidence nested without end', async () => {
      let evidence: Record<string, unknown> = {};
      for (let depth = 0; depth < 100_000; depth += 1) evidence = { evidence };
      await expect(journal.append([{ fact: { ...edge(1), evidence } }])).rejects.toThrow('nested at most 63 deep');
    });

    it.each([[''], ['a\u0000b'], ['line\n'], ['\ud800'], ['x'.repeat(513)]])('refuses the key %.20j', async (key) => {
      await expect(journal.append([{ fact: fee, key }])).rejects.toThrow('expected 1-512 printable characters');
    });

    it('takes an empty batch as nothing to do', async () => {
      expect(await journal.append([])).toEqual([]);
      expect(await journal.head()).toMatchObject({ seq: 0 });
    });

    it('tells how far verification has come', async () => {
      for (let batch = 0; batch < 5; batch += 1) {
        await journal.append(Array.from({ length: 1000 }, (_, at) => ({ fact: edge(at) })));
      }
      const seen: number[][] = [];
      const verified = await journal.verify((done, total) => seen.push([done, total]));
      expect(verified).toMatchObject({ ok: true, entries: 5000 });
      expect(seen.at(-1)).toEqual([5000, 5000]);
      expect(seen.length).toBeGreaterThan(1);
    });

    it('refuses everything after close, and closes twice without complaint', async () => {
      await journal.close();
      await journal.close();
      for (const call of [journal.head(), journal.read(0, 1), journal.append([{ fact: fee }]), journal.verify()]) {
        await expect(call).rejects.toBeInstanceOf(JournalClosed);
      }
    });
  });
}
