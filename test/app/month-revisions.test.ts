/** Revising closed months, as the daemon does with the close of the next. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Books, booksOn } from '../../src/app/books.ts';
import { type CloseTime, MonthCloser } from '../../src/app/month-closer.ts';
import type { Fact, ReplayFact } from '../../src/domain/facts/fact.ts';
import { HOUR } from '../../src/domain/time/instant.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { openSqliteJournal } from '../../src/journal/sqlite/open.ts';
import { AGREEMENT } from '../support/contracts.ts';
import { at, check, exclusion, fee, lifecycle, plan, service, watched } from '../support/world.ts';

const NINE: CloseTime = { sendOnDay: 1, atMs: 9 * HOUR };
let folder: string;
let journal: Journal;
let now = 0;
const clock = { now: () => now, monotonicMs: () => now, sleep: async () => {}, after: () => () => {} };

function books(): Books {
  return booksOn(journal, { contracts: [AGREEMENT], defaultContract: AGREEMENT.id }, clock);
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
    await new MonthCloser(books()).closeIfDue(NINE);
  }
});
afterEach(async () => {
  await journal.close();
  rmSync(folder, { recursive: true });
});

it('issues each month at its hour', async () => {
  expect(await issuedStatements()).toEqual(['2026-01 revision 1', '2026-02 revision 1', '2026-03 revision 1']);
});

it('revises every month that has changed', async () => {
  await record(exclusion('2026-02-10 12:00', '2026-02-10 13:00', { recorded: now }));
  now = at('2026-05-01 09:00');
  const closer = new MonthCloser(books());
  expect(await closer.closeIfDue(NINE)).toContainEqual({ month: '2026-04', issued: 1 });
  // March changes too: its statement shows the year so far.
  expect(await closer.reviseAll()).toEqual([
    { month: '2026-02', revised: 1 },
    { month: '2026-03', revised: 1 },
  ]);
  expect((await issuedStatements()).slice(3)).toEqual([
    '2026-04 revision 1',
    '2026-02 revision 2',
    '2026-03 revision 2',
  ]);
  expect(await closer.reviseAll()).toEqual([]);
});

it('two that revise at once issue each revision once', async () => {
  await record(exclusion('2026-02-10 12:00', '2026-02-10 13:00', { recorded: now }));
  const closers = [new MonthCloser(books()), new MonthCloser(books())];
  await Promise.all(closers.map((closer) => closer.revise('2026-02')));
  expect((await issuedStatements()).slice(3)).toEqual(['2026-02 revision 2']);
});

it('revises what it can when one service cannot be computed, and names that one', async () => {
  now = at('2026-01-15');
  await record(
    ...service('s2', { web: ['s2/web'] }, 'c2'),
    check('s2/web'),
    lifecycle('2026-01-15', 'active', 's2'),
    fee('2026-01-15', '1.00', 's2'),
  );
  now = at('2026-05-01 09:00');
  const closer = new MonthCloser(books());
  expect(await closer.close('2026-04')).toBe(2);
  await record(
    exclusion('2026-04-10', '2026-04-11', { recorded: now }),
    exclusion('2026-02-10 12:00', '2026-02-10 13:00', { id: 'x2', recorded: now }),
    fee('2026-04-15', '1.00', 's2', 'USD'),
  );
  await expect(closer.revise('2026-04')).rejects.toThrow(
    '2026-04: 1 statements issued, 1 cannot be: s2: fees of s2: found KZT and USD, expected one currency',
  );
  expect((await issuedStatements()).at(-1)).toBe('2026-04 revision 2');
});

it('two that close at once issue each statement once', async () => {
  now = at('2026-05-01 09:00');
  const closers = [new MonthCloser(books()), new MonthCloser(books())];
  await Promise.all(closers.map((closer) => closer.close('2026-04')));
  expect((await issuedStatements()).slice(3)).toEqual(['2026-04 revision 1']);
});
