/** `kepil claim` and `kepil credit` upon a journal of their own: s1 pays 12 000.00, an hour of downtime is 120.00. */
import { expect, it } from 'vitest';
import { lifecycle, march, plan } from '../support/world.ts';
import { openCliBooks } from './books.ts';

const open = async () => {
  const books = await openCliBooks([...plan(), ...march(['2026-03-10 12:00', '2026-03-10 14:00'])]);
  return books.at('2026-04-05');
};
const claim = ['claim', 'add', 's1', '--date', '2026-03-10', '--duration', '3h', '--by', 'anna'] as const;

it('leads a claim through to the account, and shows how it stands', async () => {
  await using books = await open();
  expect(await books.kepil(...claim)).toEqual({
    code: 0,
    stdout: 'claim q1: s1, 2026-03-10, 3 h 00 min 00.000 s\n',
    stderr: '',
  });
  expect((await books.kepil('claim', 'list')).stdout).toBe(
    'claim  service  day         claimed              measured             difference           state\n' +
      'q1     s1       2026-03-10  3 h 00 min 00.000 s  2 h 00 min 00.000 s  1 h 00 min 00.000 s  claimed\n',
  );
  expect(await books.json('credit', 'approve', 's1', '2026-03', '--by', 'boris')).toMatchObject({
    type: 'credit-approved',
    entry: 1,
    amount: '240.00',
    currency: 'KZT',
    claims: ['q1'],
    by: 'boris',
  });
  expect((await books.kepil('credit', 'post', 's1', '1', '--reference', 'bonus 17', '--by', 'boris')).stdout).toBe(
    's1 credit 1: 240.00 KZT posted as bonus 17\n',
  );
  expect(await books.json('credit', 'list', '--month', '2026-03')).toMatchObject([
    {
      service: 's1',
      accrued: '240.00',
      claimed: '240.00',
      owed: '240.00',
      approved: '240.00',
      posted: '240.00',
      open: '0.00',
      cap: '12000.00',
      claims: [
        { claim: 'q1', claimedMs: 10_800_000, measuredMs: 7_200_000, differenceMs: 3_600_000, state: 'approved' },
      ],
      credits: [{ credit: 1, approved: '240.00', reversed: '0.00', paid: { reference: 'bonus 17', by: 'boris' } }],
      next: { approve: '0.00', pay: [], reverse: [1], reject: [] },
    },
  ]);
  expect((await books.kepil('credit', 'list')).stdout).toContain('s1        240.00   240.00  240.00    240.00  240.00');
});

it('records what is asked twice once', async () => {
  await using books = await open();
  const twice = async (...args: readonly string[]) => {
    const first = await books.json(...args);
    expect(await books.json(...args)).toEqual(first);
    return first;
  };
  await twice(...claim, '--id', 'ticket-7');
  await twice('credit', 'approve', 's1', '2026-03', '--amount', '100.00', '--by', 'anna', '--key', 'k1');
  await twice('credit', 'post', 's1', '1', '--reference', 'b1', '--by', 'anna');
  await twice('credit', 'reverse', 's1', '1', '--amount', '40.00', '--reason', 'slip', '--by', 'anna', '--key', 'k2');
  expect((await books.entries()).map(({ type }) => type).slice(-4)).toEqual([
    'claim',
    'credit-approved',
    'credit-posted',
    'credit-reversed',
  ]);
  expect(await books.json('credit', 'list')).toMatchObject([{ approved: '60.00', posted: '60.00' }]);
});

it('takes one of many decisions made at once, and none twice', async () => {
  await using books = await open();
  await books.kepil(...claim);
  const approvals = await Promise.all(
    Array.from({ length: 5 }, () => books.kepil('credit', 'approve', 's1', '2026-03', '--by', 'anna')),
  );
  expect(approvals.map(({ code }) => code).sort()).toEqual([0, 2, 2, 2, 2]);
  const postings = await Promise.all(
    Array.from({ length: 5 }, (_, i) =>
      books.kepil('credit', 'post', 's1', '1', '--reference', `b${i}`, '--by', 'anna'),
    ),
  );
  expect(postings.map(({ code }) => code).sort()).toEqual([0, 2, 2, 2, 2]);
  expect(await books.json('credit', 'list')).toMatchObject([{ approved: '240.00', posted: '240.00' }]);
});

it('settles in money when the service is ended', async () => {
  await using books = await open();
  await books.kepil(...claim);
  await books.kepil('credit', 'approve', 's1', '2026-03', '--by', 'anna');
  const settle = ['credit', 'settle', 's1', '1', '--reference', 'm1', '--by', 'anna'] as const;
  expect(await books.kepil(...settle)).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'kepil: service: found "s1", which is not ended, expected an ended one: money is for those alone (cl. 8.4)\n',
  });
  await books.record(lifecycle('2026-04-04', 'ended'));
  expect((await books.kepil(...settle)).stdout).toBe('s1 credit 1: 240.00 KZT settled as m1\n');
});

it('records what the parties agreed, and a rejection', async () => {
  await using books = await open();
  await books.kepil(...claim);
  const adjust = ['claim', 'adjust', 's1', 'q1', '--reason', 'by phone', '--by', 'anna'] as const;
  expect((await books.kepil(...adjust, '--duration', '150m')).stdout).toBe('claim q1: agreed on 2 h 30 min 00.000 s\n');
  expect(await books.json('credit', 'list')).toMatchObject([{ owed: '300.00' }]);
  expect((await books.kepil(...adjust, '--amount', '250.00')).stdout).toBe('claim q1: agreed on 250.00 KZT\n');
  expect(await books.json('credit', 'list')).toMatchObject([{ owed: '250.00' }]);
  expect((await books.kepil('credit', 'reject', 's1', 'q1', '--reason', 'void', '--by', 'anna')).code).toBe(0);
  expect(await books.json('credit', 'list')).toMatchObject([{ owed: '0.00', rejected: '240.00' }]);
});

const BY = ['--by', 'anna'] as const;
it.each<[string, readonly string[], string]>([
  ['an unknown service', ['credit', 'approve', 'zz', '2026-03', ...BY], 'service: found "zz", expected one of s1'],
  ['no month', ['credit', 'approve', 's1', '2026-13', ...BY], '--month: found "2026-13", expected a month'],
  [
    'a month that is not over',
    ['credit', 'approve', 's1', '2026-04', ...BY],
    'month: found 2026-04, expected a month that is over',
  ],
  ['nobody who decides', ['credit', 'approve', 's1', '2026-03'], "required option '--by <name>' not specified"],
  ['a blank name', ['credit', 'approve', 's1', '2026-03', '--by', ' '], 'by: found an empty text, expected some words'],
  [
    'three decimals',
    ['credit', 'approve', 's1', '2026-03', '--amount', '1.001', ...BY],
    '--amount: found "1.001" with 3 decimals',
  ],
  [
    'an unknown currency',
    ['credit', 'approve', 's1', '2026-03', '--amount', '1', '--currency', 'XYZ', ...BY],
    '--currency: found "XYZ"',
  ],
  [
    'another currency',
    ['credit', 'approve', 's1', '2026-03', '--amount', '1', '--currency', 'USD', ...BY],
    'currency: found USD, expected KZT',
  ],
  [
    'more than is owed',
    ['credit', 'approve', 's1', '2026-03', '--amount', '240.01', ...BY],
    'amount: found 240.01, expected 0.01 to 240.00 KZT',
  ],
  [
    'an unknown claim',
    ['credit', 'reject', 's1', 'q9', '--reason', 'x', ...BY],
    'claim: found "q9", expected one of the claims of s1: q1',
  ],
  [
    'a credit that is none',
    ['credit', 'post', 's1', 'one', '--reference', 'x', ...BY],
    'credit: found "one", expected the number',
  ],
  [
    'a credit there is not',
    ['credit', 'post', 's1', '7', '--reference', 'x', ...BY],
    'credit: found 7, expected one of the credits of s1',
  ],
  [
    'a day of another calendar',
    ['claim', 'add', 's1', '--date', '2026-02-30', '--duration', '1h', ...BY],
    '--date: found "2026-02-30"',
  ],
  [
    'a day to come',
    ['claim', 'add', 's1', '--date', '2026-04-06', '--duration', '1h', ...BY],
    'date: found 2026-04-06, expected a day up to 2026-04-05',
  ],
  ['no length', ['claim', 'add', 's1', '--date', '2026-03-10', '--duration', '0s', ...BY], 'duration: found 0s'],
  [
    'a length without a unit',
    ['claim', 'add', 's1', '--date', '2026-03-10', '--duration', '1', ...BY],
    '--duration: found "1"',
  ],
  [
    'the id of another claim',
    ['claim', 'add', 's1', '--date', '2026-03-11', '--duration', '1h', '--id', 'q1', ...BY],
    'id: found "q1", which names the claim of s1 for 2026-03-10',
  ],
  [
    'an agreement on nothing',
    ['claim', 'adjust', 's1', 'q1', '--reason', 'x', ...BY],
    'duration and amount: found neither, expected one of them',
  ],
  [
    'an agreement above the cap',
    ['claim', 'adjust', 's1', 'q1', '--amount', '12000.01', '--reason', 'x', ...BY],
    'amount: found 12000.01, expected 0.00 to 12000.00 KZT',
  ],
])('refuses %s with what was found and expected, and records nothing', async (_what, args, message) => {
  await using books = await open();
  await books.kepil(...claim);
  const before = await books.entries();
  const { code, stdout, stderr } = await books.kepil(...args);
  expect(stderr).toContain(message);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(await books.entries()).toEqual(before);
});

it('computes the settlement of a cancelled service', async () => {
  await using books = await open();
  await books.kepil(...claim);
  await books.kepil('credit', 'approve', 's1', '2026-03', '--by', 'anna');
  const settlement = ['credit', 'settlement', 's1', '--paid-until', '2026-05-01'] as const;
  expect((await books.kepil(...settlement)).stderr).toBe(
    'kepil: service: found "s1", expected one that was active and is ended\n',
  );
  await books.record(lifecycle('2026-04-04 12:00', 'ended'));
  expect(await books.kepil(...settlement)).toEqual({
    code: 0,
    stdout: [
      's1, ended 2026-04-04T12:00:00.000+05:00',
      '  to the balance: 10400.00 KZT (26 of 120 paid days not served)',
      '  in money: 240.00 KZT (credits 1)',
      '  due by no day that the contract names: it knows no working days',
      '',
    ].join('\n'),
    stderr: '',
  });
  expect(await books.json(...settlement)).toMatchObject({
    rule: 'days-not-served',
    refund: { amount: '10400.00', currency: 'KZT' },
    compensation: [{ amount: '240.00', currency: 'KZT' }],
    credits: [1],
    dueBy: null,
  });
});
