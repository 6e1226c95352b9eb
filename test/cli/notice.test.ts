import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/domain/facts/fact.ts';
import { CONTRACT } from '../config/folder.ts';
import { atCommandLine } from '../support/command-line.ts';
import { at, lifecycle, plan, service, work } from '../support/world.ts';

const NOTICES = `notices:
      - { kind: planned-work, lead: 48h, clause: "7.1" }
      - { kind: configuration-change, lead: 48h, clause: "6.3" }
      - { kind: incident, lead: 0s, clause: "7.1", asItHappens: true }
`;

const setting = {
  files: { 'contracts/basic.yaml': CONTRACT.replace('notices: []\n', NOTICES) },
  facts: [
    ...plan(),
    ...service('s2', { web: ['s1/web'] }, 'c2'),
    lifecycle('2026-01-01', 'active', 's2'),
    work('w1', '2026-03-10 01:00', '2026-03-10 05:00', { services: ['s1'] }),
  ] as readonly Fact[],
  now: at('2026-03-06 12:00'),
};

const ANNOUNCE = [
  ...['notice', 'announce', '--kind', 'configuration-change', '--start', '2026-03-09T12:00:00+05:00'],
  ...['--services', '*', '--subject', 'PHP 9', '--by', 'aidar'],
];
const RECORD = ['notice', 'record', '--channel', 'phone', '--evidence', 'call 1042', '--by', 'aidar'];

describe('kepil notice', () => {
  it('announces a change, lists what is due, and records who was told', async () => {
    await atCommandLine(setting, async ({ kepil, json, later, entries }) => {
      expect(await json(...ANNOUNCE)).toMatchObject({
        type: 'change-announced',
        id: 'n1',
        kind: 'configuration-change',
      });
      expect(await json('notice', 'list')).toMatchObject([
        {
          id: 'n1',
          customer: 'c1',
          standing: 'due',
          clause: '6.3',
          dueAt: '2026-03-07T12:00:00.000+05:00',
          given: null,
        },
        { id: 'n1', customer: 'c2', standing: 'due' },
        { id: 'w1', customer: 'c1', standing: 'due', clause: '7.1', revision: 1, services: ['s1'] },
      ]);
      await later(86_400_000 + 3_600_000);
      // Told an hour before the deadline, recorded an hour after it.
      const told = ['--at', '2026-03-07T11:00:00+05:00'];
      expect(await kepil(...RECORD, '--change', 'n1', '--customer', 'c1', ...told)).toMatchObject({ code: 0 });
      expect(await kepil(...RECORD, '--work', 'w1', '--customer', 'c1', ...told)).toMatchObject({ code: 0 });
      expect(await json('notice', 'list')).toMatchObject([
        { id: 'n1', customer: 'c1', standing: 'kept', given: { channel: 'phone', leadMs: 49 * 3_600_000 } },
        { id: 'n1', customer: 'c2', standing: 'missed', given: null },
        { id: 'w1', customer: 'c1', standing: 'kept', given: { leadMs: 62 * 3_600_000 } },
      ]);
      expect(await json('notice', 'list', '--due')).toMatchObject([{ id: 'n1', customer: 'c2' }]);
      const recorded = (await entries()).slice(-2);
      expect(recorded.map(({ fact, recordedAt }) => [fact, recordedAt])).toEqual(
        [
          { type: 'change-notified', change: 'n1' },
          { type: 'notice', work: 'w1', revision: 1 },
        ].map((of) => [
          {
            ...of,
            customer: 'c1',
            at: at('2026-03-07 11:00'),
            channel: 'phone',
            evidence: { note: 'call 1042', by: 'aidar' },
          },
          at('2026-03-07 13:00'),
        ]),
      );
    });
  });

  it('makes recorded work planned for that customer', async () => {
    await atCommandLine(setting, async ({ kepil, json }) => {
      await kepil(...RECORD, '--work', 'w1', '--customer', 'c1');
      expect(await json('work', 'list')).toMatchObject([{ id: 'w1', told: 1, toldInTime: 1 }]);
    });
  });

  it('forgets a change that is called off', async () => {
    await atCommandLine(setting, async ({ kepil, json }) => {
      await kepil(...ANNOUNCE);
      expect(await kepil('notice', 'withdraw', 'n1', '--by', 'aidar')).toEqual({
        code: 0,
        stdout: 'n1 is withdrawn\n',
        stderr: '',
      });
      expect(await json('notice', 'list')).toMatchObject([{ id: 'w1' }]);
      const again = await kepil('notice', 'withdraw', 'n1', '--by', 'aidar');
      expect(again).toEqual({ code: 2, stdout: '', stderr: 'kepil: change: "n1" is withdrawn\n' });
    });
  });

  it('is a table for a person, and keeps a subject without what a terminal obeys', async () => {
    await atCommandLine(setting, async ({ kepil, entries }) => {
      await kepil(...ANNOUNCE.with(-3, '\u001b\u202ePHP\n9'));
      const { stdout } = await kepil('notice', 'list');
      expect(stdout).toMatch(/^n1 +configuration-change +6\.3 +c1 +due +2026-03-07T12:00:00\.000\+05:00 +24 h/m);
      expect((await entries()).at(-1)?.fact).toMatchObject({ subject: 'PHP 9' });
    });
  });

  it.each<[string, string[], string]>([
    [
      'an unknown kind',
      ANNOUNCE.with(3, 'party'),
      'kind: found "party", expected one of configuration-change, incident',
    ],
    [
      'planned work',
      ANNOUNCE.with(3, 'planned-work'),
      'kind: found "planned-work", expected another one; windows are announced as planned work',
    ],
    ['an unknown service', ANNOUNCE.with(7, 's1,s9'), 'services: found "s9", expected services of the journal or *'],
    ['an empty subject', ANNOUNCE.with(-3, ' \u001b'), '--subject: found an empty text, expected some words'],
    [
      'an instant to come',
      [...RECORD, '--work', 'w1', '--customer', 'c1', '--at', '2026-03-06T12:00:00.001+05:00'],
      'at: found an instant that is still to come, expected when the customer was told',
    ],
    ['an unknown work', [...RECORD, '--work', 'w2', '--customer', 'c1'], 'work: found "w2", expected one of w1'],
    [
      'a revision that is not',
      [...RECORD, '--work', 'w1', '--revision', '2', '--customer', 'c1'],
      'revision: found 2, expected one of 1',
    ],
    [
      'a customer that it does not concern',
      [...RECORD, '--work', 'w1', '--customer', 'c2'],
      'customer: found "c2", expected one of c1',
    ],
    [
      'a mail',
      [...RECORD.with(3, 'E-Mail'), '--work', 'w1', '--customer', 'c1'],
      'channel: found mail, which only the relay’s acceptance records, expected another channel',
    ],
    ['neither work nor change', [...RECORD, '--customer', 'c1'], '--work and --change: expected exactly one of them'],
    [
      'a change where there is none',
      [...RECORD, '--change', 'n1', '--customer', 'c1'],
      'change: found "n1", expected none, for none is recorded',
    ],
  ])('refuses %s, and records nothing', async (_what, args, message) => {
    await atCommandLine(setting, async ({ kepil, entries }) => {
      const before = (await entries()).length;
      expect(await kepil(...args)).toEqual({ code: 2, stdout: '', stderr: `kepil: ${message}\n` });
      expect(await entries()).toHaveLength(before);
    });
  });
});
