import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/domain/facts/fact.ts';
import { atCommandLine } from '../support/command-line.ts';
import { at, fee, lifecycle, plan, service, watched } from '../support/world.ts';

const facts = [
  ...plan(),
  ...watched({ from: '2026-01-01', to: '2026-04-11', down: [['2026-02-01 10:00', '2026-02-01 16:00']] }),
  ...service('s2', { web: ['s1/web'] }, 'c2').map((fact) =>
    fact.type === 'service' ? { ...fact, plan: 'start' } : fact,
  ),
  lifecycle('2026-02-01', 'active', 's2'),
  fee('2026-02-01', '4500.00', 's2'),
] as readonly Fact[];

const setting = { facts, now: at('2026-04-11') };

describe('kepil availability', () => {
  it('gives one service’s year of the promise, with exact milliseconds and the instant of exhaustion', async () => {
    await atCommandLine(setting, async ({ json }) => {
      const { period, asOf, services, fleet } = await json('availability', '--service', 's1');
      expect({ period, asOf, fleet }).toEqual({
        period: 'year',
        asOf: '2026-04-11T00:00:00.000+05:00',
        fleet: undefined,
      });
      // 2400 h, 6 of them down; the allowance of 17 h 31 min 12 s is spent 192 days later.
      expect(services).toEqual([
        {
          service: 's1',
          customer: 'c1',
          plan: null,
          contract: 'basic',
          period: { start: '2026-01-01T00:00:00.000+05:00', end: '2027-01-01T00:00:00.000+05:00' },
          knownTo: '2026-04-11T00:00:00.000+05:00',
          ms: { up: 8_618_400_000, planned: 0, excluded: 0, unplanned: 21_600_000, unknown: 0, outside: 0 },
          availability: '99.7500',
          unplannedMinMs: 21_600_000,
          unplannedMaxMs: 21_600_000,
          outages: 1,
          coverage: { observedMs: 8_640_000_000, activeMs: 8_640_000_000, percent: '100.0000' },
          allowanceMs: 63_072_000,
          remainingMs: 41_472_000,
          promise: 'at-risk',
          burnRate: '1.2500',
          exhaustion: '2026-10-20T00:00:00.000+05:00',
        },
      ]);
    });
  });

  it('sums the fleet, its contracts and its plans', async () => {
    await atCommandLine(setting, async ({ json }) => {
      const { services, fleet, contracts, plans } = await json('availability', '--fleet', '--period', '2026-Q1');
      expect(services).toHaveLength(2);
      // s1: 2160 h, s2: 1416 h from February; the outage is of both.
      expect(fleet).toMatchObject({ services: 2, outages: 2, ms: { up: 3564 * 3_600_000, unplanned: 12 * 3_600_000 } });
      expect(contracts.basic).toEqual(fleet);
      expect(plans).toMatchObject({ start: { services: 1, ms: { unplanned: 6 * 3_600_000 } } });
    });
  });

  it('is a table for a person', async () => {
    await atCommandLine(setting, async ({ kepil }) => {
      const { code, stdout } = await kepil('availability', '--fleet', '--period', '2026-02');
      expect(code).toBe(0);
      expect(stdout).toMatch(/^Availability, 2026-02, by what was known at 2026-04-11T00:00:00.000\+05:00\n/);
      expect(stdout).toMatch(/^s1 +99\.1071 +6 h 00 min 00\.000 s/m);
      expect(stdout).toMatch(/^all services +2 +99\.1071 +12 h 00 min 00\.000 s/m);
    });
  });

  it('of a time before anything was known says so', async () => {
    await atCommandLine({ facts: [], now: at('2026-04-11') }, async ({ kepil, json }) => {
      expect(await json('availability', '--fleet')).toMatchObject({ services: [], fleet: { services: 0 } });
      expect(await kepil('availability', '--service', 's1')).toMatchObject({
        code: 2,
        stderr: 'kepil: --service: found "s1", expected none, for none is known then\n',
      });
    });
  });

  it.each([
    [['--service', 's9'], '--service: found "s9", expected one of s1, s2'],
    [[], '--service and --fleet: expected exactly one of them'],
    [['--service', 's1', '--fleet'], '--service and --fleet: expected exactly one of them'],
    [
      ['--fleet', '--period', '2026-Q5'],
      '--period: found "2026-Q5", expected a period such as 2026-03, 2026-Q1, 2026, rolling or year',
    ],
    [['--fleet', '--period', '2027'], '--period: found "2027", expected one that has begun'],
  ])('%j: exits with 2, and says what is wrong', async (args, message) => {
    await atCommandLine(setting, async ({ kepil }) => {
      expect(await kepil('availability', ...args)).toEqual({ code: 2, stdout: '', stderr: `kepil: ${message}\n` });
    });
  });
});
