/** Two who decide on the same service at the same moment. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { recordDecision } from '../../src/desk/record-decision.ts';
import { approveCredit, CreditRefused, creditKey, payCredit } from '../../src/domain/contract/credit-decisions.ts';
import { creditBookOf } from '../../src/domain/contract/credit-standing.ts';
import type { Fact } from '../../src/domain/facts/fact.ts';
import type { Ledger } from '../../src/domain/facts/ledger.ts';
import type { Draft, Journal } from '../../src/journal/journal.ts';
import { LedgerFeed } from '../../src/journal/ledger-feed.ts';
import { openSqliteJournal } from '../../src/journal/sqlite/open.ts';
import { AGREEMENT } from '../support/contracts.ts';
import { at, claim, march, plan } from '../support/world.ts';

let folder: string;
let journal: Journal;
let feed: LedgerFeed;
let now = at('2026-04-05');
const clock = { now: () => now, monotonicMs: () => now, sleep: async () => {}, after: () => () => {} };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kepil-desk-'));
  journal = await openSqliteJournal({ path: join(folder, 'j.sqlite'), clock });
  feed = new LedgerFeed(journal);
  const facts = [...plan(), ...march(['2026-03-10 12:00', '2026-03-10 14:00']), claim('2026-03-10')];
  await journal.append(facts.map((fact) => ({ fact: fact as Fact })));
});
afterEach(async () => {
  await journal.close();
  rmSync(folder, { recursive: true });
});

const desk = (ledger: Ledger, asOf: number, by: string) => ({ ledger, contract: AGREEMENT, service: 's1', asOf, by });

/** The journal, in which someone else is a moment faster once. */
function overtaken(faster: () => Promise<unknown>): Pick<Journal, 'append'> {
  let done = false;
  return {
    append: async (drafts: readonly Draft[]) => {
      if (!done) {
        done = true;
        await faster();
      }
      return journal.append(drafts);
    },
  };
}

const approve = (by: string, amount?: bigint) => (ledger: Ledger, asOf: number) => {
  const part = amount === undefined ? {} : { amount: { minor: amount, currency: 'KZT' } };
  const fact = approveCredit(desk(ledger, asOf, by), { month: '2026-03', ...part });
  return { fact, key: creditKey(fact) };
};
const approvedMinor = () => creditBookOf(feed.ledger, 's1', now).credits.map((credit) => credit.approved.minor);

it('decides anew on what the faster one left', async () => {
  const other = { journal, feed: new LedgerFeed(journal), clock };
  const slow = overtaken(() => recordDecision(other, approve('boris', 10_000n)));
  const fact = await recordDecision({ journal: slow, feed, clock }, approve('anna'));
  expect(fact).toMatchObject({ entry: 2, by: 'anna', amount: { minor: 14_000n } });
  expect(approvedMinor()).toEqual([10_000n, 14_000n]);
});

it('is refused when the faster one left nothing', async () => {
  const other = { journal, feed: new LedgerFeed(journal), clock };
  const slow = overtaken(() => recordDecision(other, approve('boris')));
  await expect(recordDecision({ journal: slow, feed, clock }, approve('anna'))).rejects.toThrow(CreditRefused);
  await feed.catchUp();
  expect(approvedMinor()).toEqual([24_000n]);
});

it('pays once, also when the answer to the first attempt was lost', async () => {
  await recordDecision({ journal, feed, clock }, approve('anna'));
  const pay = (ledger: Ledger, asOf: number) => {
    const fact = payCredit(desk(ledger, asOf, 'anna'), { type: 'credit-posted', credit: 1, reference: 'b1' });
    return { fact, key: creditKey(fact) };
  };
  const lost = {
    append: async (drafts: readonly Draft[]) => {
      await journal.append(drafts);
      throw new Error('killed');
    },
  };
  await expect(recordDecision({ journal: lost, feed, clock }, pay)).rejects.toThrow('killed');
  now += 60_000;
  expect(await recordDecision({ journal, feed: new LedgerFeed(journal), clock }, pay)).toMatchObject({ entry: 2 });
  const entries = await journal.read(0, 1_000);
  expect(entries.filter(({ fact }) => fact.type === 'credit-posted')).toHaveLength(1);
});

it('sees all that is recorded when the clock went back', async () => {
  await recordDecision({ journal, feed, clock }, approve('anna', 10_000n));
  now = at('2026-04-02');
  expect(await recordDecision({ journal, feed, clock }, approve('anna'))).toMatchObject({
    entry: 2,
    amount: { minor: 14_000n },
  });
});
