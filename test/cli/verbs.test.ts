import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/domain/facts/fact.ts';
import { HOUR } from '../../src/domain/time/instant.ts';
import { atCommandLine, type CommandLine, runKepil } from '../support/command-line.ts';
import { checkFact, coverageFact, customerFact, edgeFact, lifecycleFact, serviceFact } from '../support/ledgers.ts';
import { at } from '../support/statements.ts';

const EXAMPLE = new URL('../replay/examples/planned-with-notice.ndjson', import.meta.url);
const NOW = at('2026-03-10T12:00:00');
const JANUARY = at('2026-01-01T00:00:00');
const CHECK = 's1/web/home';
const BASE: readonly Fact[] = [
  customerFact('c1'),
  serviceFact('s1', 'c1'),
  checkFact(CHECK),
  lifecycleFact('s1', JANUARY),
  { type: 'fee', service: 's1', from: JANUARY, monthly: { minor: 1_200_000n, currency: 'KZT' } },
];
const MARCH: readonly Fact[] = [
  edgeFact(CHECK, 'up', at('2026-03-01T00:00:00')),
  edgeFact(CHECK, 'down', at('2026-03-02T00:00:00')),
  edgeFact(CHECK, 'up', at('2026-03-02T01:00:00')),
  coverageFact(at('2026-03-05T00:00:00'), at('2026-03-05T00:00:00')),
];

/** A command line over a journal that holds what the daemon would have recorded by 5 March. */
const recorded = (use: (cli: CommandLine) => Promise<void>): Promise<void> =>
  atCommandLine({ now: JANUARY }, async (cli) => {
    await cli.record(...BASE);
    await cli.until(at('2026-03-05T00:00:00'));
    await cli.record(...MARCH);
    await cli.until(NOW);
    await use(cli);
  });

describe('the command line', () => {
  it.each([
    [['bogus'], 2, 'unknown command'],
    [[], 2, 'Usage: kepil'],
    [['check', '--bogus'], 2, 'unknown option'],
    [['work'], 2, 'Usage: kepil work'],
    [['work', 'plan'], 2, "required option '--start"],
    [['close'], 2, "missing required argument 'month'"],
    [['serve', '--log-level', 'loud'], 2, 'Allowed choices are debug, info, warn, error'],
  ] as const)('refuses %j', async (argv, code, said) => {
    const ended = await runKepil(argv);
    expect([ended.code, ended.stdout]).toEqual([code, '']);
    expect(ended.stderr).toContain(said);
  });

  it.each([['--help'], ['work', '--help'], ['--version']])('answers %j and is done', async (...argv) => {
    const ended = await runKepil(argv);
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    expect(ended.stdout.length).toBeGreaterThan(3);
  });

  it('says where it looked for a configuration that is not there', async () => {
    const ended = await runKepil(['check'], { environment: { KEPIL_CONFIG: '/nowhere/kepil.yaml' } });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('/nowhere/kepil.yaml');
  });
});

describe('kepil check', () => {
  it('says that a good configuration is fine, and of what it consists', () =>
    atCommandLine({ now: NOW }, async ({ kepil, journalPath }) => {
      const ended = await kepil('check');
      expect(ended.code).toBe(0);
      expect(ended.stdout).toContain('is fine: 1 contracts, 1 customers, 1 services, 1 checks\n');
      expect(JSON.parse((await kepil('check', '--json')).stdout)).toEqual({ ok: true, problems: [] });
      expect(existsSync(journalPath)).toBe(false);
    }));

  it('names every mistake and ends with 2', () =>
    atCommandLine(
      { now: NOW, files: { 'services/acme.yaml': 'custommers: []\nservices: {}\n' } },
      async ({ kepil }) => {
        const ended = await kepil('check');
        expect(ended.code).toBe(2);
        expect(ended.stderr).toContain('services/acme.yaml:1:');
        expect(ended.stderr).toMatch(/\d mistakes?\n$/);
        const json = await kepil('check', '--json');
        expect(json.code).toBe(2);
        expect(JSON.parse(json.stdout).ok).toBe(false);
        expect((await kepil('statement')).code).toBe(2);
      },
    ));
});

describe('kepil statement', () => {
  it('prints what a replay prints, in the same shape', () =>
    recorded(async ({ kepil }) => {
      const ended = await kepil('statement', '--month', '2026-03', '--json');
      expect([ended.code, ended.stderr]).toEqual([0, '']);
      const found = JSON.parse(ended.stdout);
      const replayed = await runKepil(['replay', fileURLToPath(EXAMPLE), '--json']);
      const example = JSON.parse(replayed.stdout);
      expect(shapeOf(found)).toEqual(shapeOf(example));
      expect(found.services[0].month.ms).toMatchObject({ unplanned: HOUR, up: 95 * HOUR });
      expect(found.services[0].credit).toMatchObject({ accrued: '120.00', currency: 'KZT' });
    }));

  it('prints it for a person, of the current month unless another is named', () =>
    recorded(async ({ kepil }) => {
      const ended = await kepil('statement', '--service', 's1');
      expect(ended.code).toBe(0);
      expect(ended.stdout).toContain('2026-03');
      expect(ended.stdout).toContain('120.00');
    }));

  it('prints what was known at an instant', () =>
    recorded(async ({ kepil }) => {
      const early = await kepil('statement', '--as-of', '2026-03-04T00:00:00+05:00', '--json');
      const { asOf, services } = JSON.parse(early.stdout);
      expect(asOf).toBe('2026-03-04T00:00:00+05:00');
      expect(services[0].month.ms).toMatchObject({ unplanned: 0, up: 0 });
    }));

  it.each([
    [['--month', '2026-13'], '--month: found "2026-13", expected a month such as 2026-03'],
    [['--month', '\u001b[31m'], '--month: found "\\u001b[31m", expected'],
    [['--as-of', 'today'], '--as-of: found "today", expected an instant with its offset'],
    [['--service', 's9'], '--service: found "s9", expected one of s1'],
    [['--service', '\u001b[31m'], '--service: found "\\u001b[31m", expected one of s1'],
    [['--service', 's1', '--as-of', '2025-01-01T00:00:00Z'], '--service: found "s1", expected one of none'],
  ])('refuses %j', (options, message) =>
    recorded(async ({ kepil }) => {
      const ended = await kepil('statement', ...options);
      expect([ended.code, ended.stdout]).toEqual([2, '']);
      expect(ended.stderr).toContain(`kepil: ${message}`);
      expect(ended.stderr).not.toContain('\u001b');
    }),
  );

  it.each(['0000-01', '0001-01', '9999-12'])('has an answer even for the month %s', (month) =>
    recorded(async ({ kepil }) => {
      expect((await kepil('statement', '--month', month, '--json')).code).toBe(0);
    }),
  );

  it('prints one service although another cannot be computed', () =>
    atCommandLine({ now: NOW }, async ({ kepil, record }) => {
      await record(serviceFact('s0', 'c1', { contract: 'dropped' }), ...BASE);
      expect((await kepil('statement', '--service', 's1')).code).toBe(0);
      const all = await kepil('statement');
      expect(all.code).toBe(1);
      expect(all.stderr).toContain('contract: found "dropped"');
    }));
});

const WINDOW = ['--start', '2026-03-20T01:00:00+05:00', '--end', '2026-03-20T05:00:00+05:00'];

describe('kepil work', () => {
  it('plans, revises, lists and cancels', () =>
    recorded(async ({ kepil }) => {
      const planned = await kepil(
        'work',
        'plan',
        ...WINDOW,
        '--services',
        's1',
        '--subject',
        'new disks',
        '--by',
        'ann',
      );
      expect([planned.code, planned.stderr]).toEqual([0, '']);
      expect(planned.stdout).toBe(
        'w1 revision 1: 2026-03-20T01:00:00.000+05:00 to 2026-03-20T05:00:00.000+05:00; no relay is configured: no notice is mailed\n',
      );
      const revised = await kepil('work', 'revise', 'w1', '--end', '2026-03-20T06:00:00+05:00', '--json');
      expect(JSON.parse(revised.stdout)).toMatchObject({
        id: 'w1',
        revision: 2,
        services: ['s1'],
        subject: 'new disks',
        start: at('2026-03-20T01:00:00'),
        end: at('2026-03-20T06:00:00'),
      });
      const listed = await kepil('work', 'list', '--json');
      expect(JSON.parse(listed.stdout)).toEqual([
        {
          id: 'w1',
          revision: 2,
          start: '2026-03-20T01:00:00.000+05:00',
          end: '2026-03-20T06:00:00.000+05:00',
          services: ['s1'],
          state: 'ahead',
          told: 0,
          toldInTime: 0,
          subject: 'new disks',
        },
      ]);
      const cancelled = await kepil('work', 'cancel', 'w1', '--by', 'bob');
      expect(cancelled.stdout).toContain('w1 is cancelled');
      expect((await kepil('work', 'list')).stdout).toContain('cancelled');
      const again = await kepil('work', 'plan', ...WINDOW, '--json');
      expect(JSON.parse(again.stdout)).toMatchObject({ id: 'w2', revision: 1, services: '*' });
    }));

  it('says how a window stands and who was told in time', () =>
    recorded(async ({ kepil, record, until }) => {
      await kepil('work', 'plan', ...WINDOW);
      const inTime = at('2026-03-18T01:00:00');
      await until(inTime);
      await record(
        { type: 'notice', work: 'w1', revision: 1, customer: 'c1', at: inTime, channel: 'email' },
        { type: 'notice', work: 'w1', revision: 1, customer: 'c2', at: inTime + 1, channel: 'email' },
      );
      const stateAt = async (now: string) => {
        await until(at(now));
        return JSON.parse((await kepil('work', 'list', '--json')).stdout)[0];
      };
      expect(await stateAt('2026-03-20T00:59:59')).toMatchObject({ state: 'ahead', told: 2, toldInTime: 1 });
      expect(await stateAt('2026-03-20T01:00:00')).toMatchObject({ state: 'running' });
      expect(await stateAt('2026-03-20T05:00:00')).toMatchObject({ state: 'over' });
    }));

  it('lists nothing in words', () =>
    recorded(async ({ kepil }) => {
      expect((await kepil('work', 'list')).stdout).toBe('no planned work is recorded\n');
    }));

  it.each([
    [['plan', '--start', 'soon', '--end', 'later'], '--start: found "soon", expected an instant'],
    [['plan', ...WINDOW.slice(0, 2), '--end', '2026-03-20T01:00:00+05:00'], 'end: found one not after the start'],
    [
      ['plan', '--start', '2026-03-01T01:00:00+05:00', '--end', '2026-03-01T02:00:00+05:00'],
      'end: found an instant that has passed',
    ],
    [['plan', ...WINDOW, '--services', 's9,s1'], 'services: found "s9", expected services of the configuration or *'],
    [['plan', ...WINDOW, '--services', ''], 'services: found "", expected services of the configuration or *'],
    [['revise', 'w1'], 'work: found "w1", expected one of none, for none is planned'],
    [['cancel', 'w1'], 'work: found "w1", expected one of none, for none is planned'],
    [['cancel', '\u001b[31m'], 'work: found "\\u001b[31m", expected'],
  ])('refuses %j with 2 and records nothing', (argv, message) =>
    recorded(async ({ kepil }) => {
      const ended = await kepil('work', ...argv);
      expect([ended.code, ended.stdout]).toEqual([2, '']);
      expect(ended.stderr).toContain(`kepil: ${message}`);
      expect(ended.stderr).not.toContain('\u001b');
      expect((await kepil('work', 'list', '--json')).stdout).toBe('[]\n');
    }),
  );

  it('refuses to cancel twice and to revise what is cancelled', () =>
    recorded(async ({ kepil }) => {
      await kepil('work', 'plan', ...WINDOW);
      await kepil('work', 'cancel', 'w1');
      for (const verb of ['cancel', 'revise']) {
        const ended = await kepil('work', verb, 'w1');
        expect([ended.code, ended.stderr]).toEqual([2, 'kepil: work: "w1" is already cancelled\n']);
      }
    }));

  it('names a service once however often it is written', () =>
    recorded(async ({ kepil }) => {
      const ended = await kepil('work', 'plan', ...WINDOW, '--services', 's1, s1', '--json');
      expect(JSON.parse(ended.stdout).services).toEqual(['s1']);
    }));
});

describe('kepil close', () => {
  it('issues a month that is over, once', () =>
    recorded(async ({ kepil, until }) => {
      await until(at('2026-04-01T00:15:00'));
      const closed = await kepil('close', '2026-03', '--json');
      expect(closed).toMatchObject({ code: 0, stderr: '' });
      expect(JSON.parse(closed.stdout)).toEqual({ month: '2026-03', issued: 1, revised: [] });
      expect((await kepil('close', '2026-03')).stdout).toBe('2026-03: 0 statements issued, 0 revised\n');
    }));

  it.each([
    [
      '2026-03',
      'month: found "2026-03", expected one that is over; this one can be closed from 2026-04-01T00:15:00.000+05:00 on',
    ],
    ['2026-00', 'month: found "2026-00", expected a month such as 2026-03'],
  ])('refuses %s in the middle of March', (month, message) =>
    recorded(async ({ kepil, until }) => {
      await until(at('2026-04-01T00:15:00') - 1);
      const ended = await kepil('close', month);
      expect([ended.code, ended.stdout]).toEqual([2, '']);
      expect(ended.stderr).toContain(message);
    }),
  );
});

describe('kepil verify', () => {
  it('says that a good journal is whole', () =>
    recorded(async ({ kepil }) => {
      const ended = await kepil('verify');
      expect([ended.code, ended.stderr]).toEqual([0, '']);
      expect(ended.stdout).toMatch(/^the journal is whole: 9 entries, head [0-9a-f]{64}\n$/);
      expect(JSON.parse((await kepil('verify', '--json')).stdout)).toMatchObject({ ok: true, entries: 9 });
    }));

  it('names the first entry that was tampered with, and ends with 1', () =>
    recorded(async ({ kepil, journalPath }) => {
      const db = new DatabaseSync(journalPath);
      const triggers = db.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").all();
      for (const { name } of triggers) db.exec(`DROP TRIGGER "${name}"`);
      db.exec(`UPDATE entry SET fact = replace(fact, '1200000', '1200') WHERE seq = 5`);
      db.close();
      const ended = await kepil('verify');
      expect([ended.code, ended.stdout]).toEqual([1, '']);
      expect(ended.stderr).toContain('the journal is broken at entry 5');
      const json = await kepil('verify', '--json');
      expect([json.code, JSON.parse(json.stdout)]).toMatchObject([1, { ok: false, brokenAt: 5 }]);
    }));

  it('does not call a journal whole that is not there, and makes none', () =>
    atCommandLine({ now: NOW }, async ({ kepil, journalPath }) => {
      const ended = await kepil('verify');
      expect([ended.code, ended.stdout]).toEqual([1, '']);
      expect(ended.stderr).toContain(`journal: found no file ${journalPath}`);
      expect(existsSync(journalPath)).toBe(false);
    }));
});

describe('kepil status', () => {
  it('says that no daemon answers, and where it asked', () =>
    atCommandLine(
      {
        now: NOW,
        files: {
          'kepil.yaml': `contracts: contracts/*.yaml
contract: basic
services: services/*.yaml
journal: { path: data/kepil.sqlite }
listen: { host: 0.0.0.0, port: 1 }
`,
        },
      },
      async ({ kepil }) => {
        const ended = await kepil('status');
        expect([ended.code, ended.stdout]).toEqual([1, '']);
        expect(ended.stderr).toMatch(/no daemon answers at http:\/\/127\.0\.0\.1:1\/api\/v1\/status: .*kepil serve/);
      },
    ));
});

/** A value's names and kinds, without its contents. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).map(([key, inner]) => [
      key,
      key === 'segments' || key === 'tickets' ? [] : shapeOf(inner),
    ]);
  }
  return typeof value;
}
