/** Closing months as the daemon does, at its hour and at start. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Books } from '../../src/app/books.ts';
import { type CloseTime, MonthCloser } from '../../src/app/month-closer.ts';
import { IssuedStatements } from '../../src/desk/issued-statements.ts';
import { Contracts } from '../../src/domain/contract/contracts.ts';
import type { Fact, ReplayFact } from '../../src/domain/facts/fact.ts';
import { HOUR } from '../../src/domain/time/instant.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { LedgerFeed } from '../../src/journal/ledger-feed.ts';
import { openSqliteJournal } from '../../src/journal/sqlite/open.ts';
import { AGREEMENT } from '../support/contracts.ts';
import { at, exclusion, plan, watched } from '../support/world.ts';

const NINE: CloseTime = { sendOnDay: 1, atMs: 9 * HOUR };
let folder: string;
let journal: Journal;
let now = 0;
const clock = { now: () => now, monotonicMs: () => now, sleep: async () => {}, after: () => () => {} };

function books(): Books {
  const feed = new LedgerFeed(journal);
  const issued = new IssuedStatements();
  feed.subscribe((entries) => {
    for (const { fact } of entries) issued.add(fact);
  });
  return { journal, feed, issued, contracts: new Contracts([AGREEMENT], AGREEMENT.id) };
}
async function record(...facts: readonly ReplayFact[]): Promise<void> {
  now += 1_000;
  await journal.append(facts.map((fact) => ({ fact: fact as Fact })));
  now += 1_000;
}
const issuedStatements = async () =>
  (await journal.read(0, 1_000)).flatMap(({ fact }) =>
    fact.type === 'statement-issued' ? [`${fact.month} revision ${fact.revision}`] : [],
  );

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kepil-close-'));
  now = at('2026-01-01');
  journal = await openSqliteJournal({ path: join(folder, 'j.sqlite'), clock });
  await record(
    ...plan(),
    ...watched({ from: '2026-01-01', to: '2026-06-01', down: [['2026-02-10 12:00', '2026-02-10 14:00']] }),
  );
  for (const month of ['2026-02', '2026-03', '2026-04']) {
    now = at(`${month}-01 09:00`);
    await new MonthCloser(books(), clock).closeIfDue(NINE, true);
  }
});
afterEach(async () => {
  await journal.close();
  rmSync(folder, { recursive: true });
});

it('issues each month at its hour', async () => {
  expect(await issuedStatements()).toEqual(['2026-01 revision 1', '2026-02 revision 1', '2026-03 revision 1']);
});

it('issues nothing before the hour', async () => {
  now = at('2026-05-01 08:59');
  expect(await new MonthCloser(books(), clock).closeIfDue(NINE, true)).toEqual([]);
});

it('with a month’s close revises every earlier month that has changed', async () => {
  await record(exclusion('2026-02-10 12:00', '2026-02-10 13:00', { recorded: now }));
  now = at('2026-05-01 09:00');
  const closed = await new MonthCloser(books(), clock).closeIfDue(NINE, true);
  // March changes too: its statement shows the year so far.
  expect(closed.map(({ month, issued, revised }) => [month, issued, revised.length])).toEqual([
    ['2026-04', 1, 0],
    ['2026-01', 0, 0],
    ['2026-02', 0, 1],
    ['2026-03', 0, 1],
  ]);
  expect((await issuedStatements()).slice(3)).toEqual([
    '2026-04 revision 1',
    '2026-02 revision 2',
    '2026-03 revision 2',
  ]);
});

it('at a start in the middle of a month leaves the earlier months alone', async () => {
  await record(exclusion('2026-02-10 12:00', '2026-02-10 13:00', { recorded: now }));
  now = at('2026-04-20');
  expect((await new MonthCloser(books(), clock).closeIfDue(NINE, false)).map(({ month }) => month)).toEqual([
    '2026-03',
  ]);
});

it('two that close at once issue each statement once', async () => {
  now = at('2026-05-01 09:00');
  const closers = [new MonthCloser(books(), clock), new MonthCloser(books(), clock)];
  await Promise.all(closers.map((closer) => closer.close('2026-04')));
  expect((await issuedStatements()).slice(3)).toEqual(['2026-04 revision 1']);
});
