/** A closed month is corrected by a further revision and an entry in the ledger of credits, never by an edit. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import type { StatementIssuedFact } from '../../src/domain/facts/fact.ts';
import { CONTRACT } from '../config/folder.ts';
import { exclusion, exclusionWithdrawn, fee, march, plan, ticket, watched } from '../support/world.ts';
import { type CliBooks, openCliBooks } from './books.ts';

const BY = ['--by', 'anna'] as const;
const open = async () => {
  const books = await openCliBooks([...plan(), ...march(['2026-03-10 12:00', '2026-03-10 14:00'])]);
  return books.at('2026-04-01 09:00');
};
const claim = (books: CliBooks) => books.json('claim', 'add', 's1', '--date', '2026-03-10', '--duration', '2h', ...BY);
const approve = (books: CliBooks) => books.json('credit', 'approve', 's1', '2026-03', ...BY);
const statements = async (books: CliBooks) =>
  (await books.entries()).filter((fact): fact is StatementIssuedFact => fact.type === 'statement-issued');
const whole = { code: 0, stderr: '' };

it('issues a month once', async () => {
  await using books = await open();
  expect(await books.kepil('close', '2026-03')).toMatchObject({
    ...whole,
    stdout: '2026-03: 1 statements issued, 0 revised\n',
  });
  expect(await books.kepil('close', '2026-03')).toMatchObject({
    ...whole,
    stdout: '2026-03: 0 statements issued, 0 revised\n',
  });
  expect(await statements(books)).toMatchObject([{ service: 's1', revision: 1 }]);
});

it('revises for an exclusion, reverses what is owed no longer, and says what changed', async () => {
  await using books = await open();
  await books.kepil('close', '2026-03');
  await claim(books);
  await approve(books);
  await books.kepil('credit', 'post', 's1', '1', '--reference', 'b1', ...BY);
  await books.record(exclusion('2026-03-10 12:00', '2026-03-10 13:00', { recorded: '2026-04-10' }));
  expect((await books.kepil('close', '2026-03')).stdout).toBe(
    [
      '2026-03: 0 statements issued, 1 revised',
      's1 revision 2:',
      '  excluded: 0.000 s -> 1 h 00 min 00.000 s',
      '  unplanned: 2 h 00 min 00.000 s -> 1 h 00 min 00.000 s',
      '  accrued: 240.00 -> 120.00 KZT',
      '  promise: at-risk -> kept',
      '  credit 1: 120.00 KZT reversed',
      '',
    ].join('\n'),
  );
  expect(await books.json('credit', 'list', '--month', '2026-03')).toMatchObject([
    { owed: '120.00', approved: '120.00', posted: '120.00', excess: '0.00' },
  ]);
  expect((await books.entries()).at(-1)).toMatchObject({
    type: 'credit-reversed',
    by: 'kepil',
    reason: 'statement 2026-03 revision 2',
  });
  expect((await books.kepil('close', '2026-03')).stdout).toBe('2026-03: 0 statements issued, 0 revised\n');
});

it('a withdrawal gives the difference back as a further credit', async () => {
  await using books = await open();
  await books.record(exclusion('2026-03-10 12:00', '2026-03-10 13:00', { id: 'x1', recorded: '2026-03-31' }));
  await books.kepil('close', '2026-03');
  await claim(books);
  await approve(books);
  await books.record(exclusionWithdrawn('x1', '2026-04-10'));
  expect(await books.json('close', '2026-03')).toMatchObject({
    issued: 0,
    revised: [
      {
        service: 's1',
        revision: 2,
        difference: { accrued: { before: '120.00', after: '240.00', currency: 'KZT' } },
        entries: [{ type: 'credit-approved', entry: 2, amount: '120.00', claims: ['q1'], by: 'kepil' }],
      },
    ],
  });
});

it('approves no more where people had approved a part only', async () => {
  await using books = await open();
  await books.record(exclusion('2026-03-10 12:00', '2026-03-10 13:00', { id: 'x1', recorded: '2026-03-31' }));
  await books.kepil('close', '2026-03');
  await claim(books);
  await books.kepil('credit', 'approve', 's1', '2026-03', '--amount', '119.99', ...BY);
  await books.record(exclusionWithdrawn('x1', '2026-04-10'));
  expect(await books.json('close', '2026-03')).toMatchObject({ revised: [{ revision: 2, entries: [] }] });
  expect(await books.json('credit', 'list', '--month', '2026-03')).toMatchObject([{ open: '120.01' }]);
});

it('revises for edges that came late and for a corrected fee', async () => {
  await using books = await open();
  await books.kepil('close', '2026-03');
  await books.record(
    ...watched({ from: '2026-03-15', to: '2026-03-15 06:00', down: [['2026-03-15 02:00', '2026-03-15 03:00']] }).slice(
      1,
      3,
    ),
  );
  expect(await books.json('close', '2026-03')).toMatchObject({
    revised: [{ revision: 2, difference: { outages: { before: 1, after: 2 } } }],
  });
  await books.record(fee('2026-03-01', '6000.00'));
  expect(await books.json('close', '2026-03')).toMatchObject({
    revised: [{ revision: 3, difference: { accrued: { before: '360.00', after: '180.00' } } }],
  });
});

it('does not take a claim or the course of a request for a correction', async () => {
  await using books = await open();
  await books.record(...ticket('t1', 'high', [['registered', '2026-03-31 23:00']]));
  await books.kepil('close', '2026-03');
  await claim(books);
  await books.record(...ticket('t1', 'high', [['resolved', '2026-04-02']]));
  expect((await books.kepil('close', '2026-03')).stdout).toBe('2026-03: 0 statements issued, 0 revised\n');
});

it('recomputes every revision from what was known when it was issued', async () => {
  await using books = await open();
  await books.kepil('close', '2026-03');
  await books.record(exclusion('2026-03-10 12:00', '2026-03-10 13:00', { id: 'x1', recorded: '2026-04-10' }));
  await books.kepil('close', '2026-03');
  await books.record(exclusionWithdrawn('x1', '2026-04-11'));
  await books.kepil('close', '2026-03');
  const [first, second, third] = await statements(books);
  expect([first, second, third].map((fact) => fact?.revision)).toEqual([1, 2, 3]);
  expect(second?.digest).not.toBe(first?.digest);
  // What was excluded and is not any more leaves the statement as it was at first.
  expect(third?.digest).toBe(first?.digest);
  expect(await books.kepil('verify', '--statements')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('the statements are as issued: 3 recomputed\n'),
  });
  expect(await books.json('verify', '--statements')).toEqual({ ok: true, statements: 3 });
});

it('names the first statement that is not what its facts give', async () => {
  await using books = await open();
  await books.kepil('close', '2026-03');
  const [{ digest }] = (await statements(books)) as [StatementIssuedFact];
  await writeFile(join(books.folder, 'config/contracts/basic.yaml'), CONTRACT.replace('share: 1%', 'share: 2%'));
  const { code, stderr } = await books.kepil('verify', '--statements');
  expect(code).toBe(1);
  expect(stderr).toMatch(
    new RegExp(
      `^the statement of s1 for 2026-03, revision 1, is not as issued: found [0-9a-f]{64}, expected ${digest}\n$`,
    ),
  );
});

it('proves no statement by a journal that was changed', async () => {
  await using books = await open();
  await books.kepil('close', '2026-03');
  const db = new DatabaseSync(books.journalPath);
  db.exec('DROP TRIGGER entry_is_never_changed; UPDATE entry SET recorded_at = recorded_at - 1 WHERE seq = 5');
  db.close();
  const { code, stdout, stderr } = await books.kepil('verify', '--statements');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('the journal is broken at entry 5');
});
