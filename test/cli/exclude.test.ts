import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/domain/facts/fact.ts';
import { CONTRACT } from '../config/folder.ts';
import { atCommandLine } from '../support/command-line.ts';
import { at, plan, watched } from '../support/world.ts';

const reasons = (...ids: string[]) => `exclusions: [${ids.map((id) => `{ id: ${id}, clause: "8.5" }`).join(', ')}]`;
const EDITION = CONTRACT.slice(CONTRACT.indexOf('  - name: first')).replace(
  'name: first',
  'name: second\n    from: 2026-03-15T00:00:00+05:00',
);

const setting = {
  files: {
    'contracts/basic.yaml': `${CONTRACT.replace('exclusions: []', reasons('customer', 'network'))}${EDITION.replace(
      'exclusions: []',
      reasons('customer', 'force-majeure'),
    )}`,
  },
  facts: [
    ...plan(),
    ...watched({ from: '2026-03-01', to: '2026-03-20', down: [['2026-03-10 10:00', '2026-03-10 14:00']] }),
  ] as readonly Fact[],
  now: at('2026-03-20'),
};

const ADD = [
  ...['exclude', 'add', '--service', 's1', '--reason', 'network', '--by', 'aidar'],
  ...['--start', '2026-03-10T10:00:00+05:00', '--end', '2026-03-10T11:00:00+05:00'],
];

describe('kepil exclude', () => {
  it('takes time out of what is compensated, and a withdrawal puts it back', async () => {
    await atCommandLine(setting, async ({ kepil, json, later, entries }) => {
      const excluded = async () => (await json('statement', '--service', 's1')).services[0].month.ms.excluded;
      expect(await excluded()).toBe(0);
      expect(await json(...ADD, '--note', 'carrier’s log 17')).toEqual({
        type: 'exclusion',
        id: 'x1',
        service: 's1',
        start: at('2026-03-10 10:00'),
        end: at('2026-03-10 11:00'),
        reason: 'network',
        by: 'aidar',
        note: 'carrier’s log 17',
        at: at('2026-03-20'),
      });
      expect(await excluded()).toBe(3_600_000);
      await later(1_000);
      expect(await kepil('exclude', 'withdraw', 'x1', '--by', 'saule')).toEqual({
        code: 0,
        stdout: 'x1 is withdrawn\n',
        stderr: '',
      });
      expect(await excluded()).toBe(0);
      expect(await json('exclude', 'list')).toEqual([
        {
          id: 'x1',
          service: 's1',
          start: '2026-03-10T10:00:00.000+05:00',
          end: '2026-03-10T11:00:00.000+05:00',
          reason: 'network',
          clause: '8.5',
          by: 'aidar',
          note: 'carrier’s log 17',
          at: '2026-03-20T00:00:00.000+05:00',
          withdrawn: { by: 'saule', at: '2026-03-20T00:00:01.000+05:00' },
        },
      ]);
      expect(await json('exclude', 'list', '--service', 's2')).toEqual([]);
      expect((await entries()).slice(-2).map(({ fact }) => fact.type)).toEqual(['exclusion', 'exclusion-withdrawn']);
      // Nothing is deleted, and no id is given twice.
      expect(await json(...ADD)).toMatchObject({ id: 'x2' });
    });
  });

  it('is a table for a person', async () => {
    await atCommandLine(setting, async ({ kepil }) => {
      await kepil(...ADD);
      const { stdout } = await kepil('exclude', 'list');
      expect(stdout).toMatch(
        /^x1 +s1 +2026-03-10T10:00:00.000\+05:00 +2026-03-10T11:00:00.000\+05:00 +network +8\.5 +stands/m,
      );
    });
  });

  const changed = (option: string, value: string): string[] => ADD.with(ADD.indexOf(option) + 1, value);
  it.each<[string, string[], string]>([
    [
      'a reason that the contract has not',
      changed('--reason', 'weather'),
      'reason: found "weather", expected one of customer, network',
    ],
    [
      'a reason that only a later edition has',
      changed('--reason', 'force-majeure'),
      'reason: found "force-majeure", expected one of customer, network',
    ],
    [
      'a reason that not every edition of its time has',
      changed('--end', '2026-03-16T00:00:00+05:00'),
      'reason: found "network", expected one of customer',
    ],
    ['an unknown service', changed('--service', 's9'), 'service: found "s9", expected one of s1'],
    [
      'an empty time',
      changed('--end', '2026-03-10T10:00:00+05:00'),
      'end: found one not after the start, expected a time that ends after it starts',
    ],
    ['nobody’s decision', changed('--by', ' '), '--by: found an empty text, expected some words'],
    [
      'a withdrawal of nothing',
      ['exclude', 'withdraw', 'x1', '--by', 'aidar'],
      'exclusion: found "x1", expected none, for none is recorded',
    ],
  ])('refuses %s', async (_what, args, message) => {
    await atCommandLine(setting, async ({ kepil, entries }) => {
      const before = (await entries()).length;
      expect(await kepil(...args)).toEqual({ code: 2, stdout: '', stderr: `kepil: ${message}\n` });
      expect(await entries()).toHaveLength(before);
    });
  });

  it('refuses a second withdrawal, and a decision without a name', async () => {
    await atCommandLine(setting, async ({ kepil }) => {
      await kepil(...ADD);
      await kepil('exclude', 'withdraw', 'x1', '--by', 'aidar');
      expect(await kepil('exclude', 'withdraw', 'x1', '--by', 'aidar')).toMatchObject({
        code: 2,
        stderr: 'kepil: exclusion: "x1" is already withdrawn\n',
      });
      expect(await kepil('exclude', 'withdraw', 'x1')).toMatchObject({ code: 2, stdout: '' });
    });
  });
});

describe('kepil exclude, on what evidence proposes', () => {
  const proposal = (id: string, span: { start: number; end?: number }): Fact => ({
    type: 'exclusion-proposed',
    id,
    service: 's1',
    ...span,
    reason: 'customer',
    evidence: { rule: 'address-elsewhere', probes: [] },
    at: at('2026-03-10 11:00'),
  });
  const outage = { start: at('2026-03-10 10:00'), end: at('2026-03-10 14:00') };
  const withProposals = {
    ...setting,
    facts: [...setting.facts, proposal('p1', { start: outage.start }), proposal('p2', outage)],
  };

  it('counts until a person accepts it, from the beginning to the end of the outage', async () => {
    await atCommandLine(withProposals, async ({ kepil, json }) => {
      const excluded = async () => (await json('statement', '--service', 's1')).services[0].month.ms.excluded;
      expect(await excluded()).toBe(0);
      const { stdout } = await kepil('exclude', 'proposed');
      expect(stdout).toMatch(/^p1 +s1 +2026-03-10T10:00:00.000\+05:00 .*customer +open/m);
      expect(stdout).toContain(
        '\np1: the name leads to an address that is not the provider’s; proposed while the outage lasted, on its beginning\n',
      );
      expect(await json('exclude', 'accept', 'p1', '--by', 'saule')).toMatchObject({
        type: 'exclusion',
        id: 'p1',
        ...outage,
        reason: 'customer',
        by: 'saule',
      });
      expect(await excluded()).toBe(4 * 3_600_000);
      expect(await json('exclude', 'proposed')).toMatchObject([{ id: 'p2' }]);
      expect(await json('exclude', 'proposed', '--all')).toMatchObject([
        { id: 'p1', standing: 'accepted', by: 'saule' },
        { id: 'p2' },
      ]);
    });
  });

  it('never counts where a person dismisses it, and is answered once', async () => {
    await atCommandLine(withProposals, async ({ kepil, json }) => {
      expect(await kepil('exclude', 'dismiss', 'p2', '--by', 'saule')).toMatchObject({
        code: 0,
        stdout: 'p2 is dismissed\n',
      });
      expect((await json('statement', '--service', 's1')).services[0].month.ms.excluded).toBe(0);
      for (const verb of ['accept', 'dismiss']) {
        const { code, stderr } = await kepil('exclude', verb, 'p2', '--by', 'aidar');
        expect([code, stderr]).toEqual([2, expect.stringContaining('"p2" was already dismissed by saule')]);
      }
      expect((await kepil('exclude', 'accept', 'p9', '--by', 'aidar')).stderr).toContain(
        'found "p9", expected one of p1',
      );
    });
  });

  it('asks for the end of an outage that lasts', async () => {
    const lasting = [
      ...plan(),
      ...watched({ from: '2026-03-01', to: '2026-03-20', down: [['2026-03-10 10:00', '2026-03-20']] }),
    ] as Fact[];
    const facts = [...lasting.slice(0, -2), proposal('p1', { start: outage.start })];
    await atCommandLine({ ...setting, facts }, async ({ kepil, json }) => {
      expect((await kepil('exclude', 'accept', 'p1', '--by', 'saule')).stderr).toContain(
        'the outage of proposal p1 lasts',
      );
      const end = '2026-03-14T00:00:00+05:00';
      expect(await json('exclude', 'accept', 'p1', '--by', 'saule', '--end', end)).toMatchObject({
        end: at('2026-03-14'),
      });
    });
  });
});
